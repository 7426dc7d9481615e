"""What the child that ran the tests claims to have seen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The worst that happened to a test over all its phases and repetitions."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    XPASSED = "xpassed"
    UNFINISHED = "unfinished"


@dataclass(frozen=True)
class Failure:
    """Why a test failed; `line` counts from 1, `trace` is trimmed."""

    phase: str
    exception: str
    message: str
    path: str = ""
    line: int = 0
    trace: str = ""


@dataclass(frozen=True)
class TestRecord:
    """One test of the run; `duration_ms` over all phases, `reruns` how often it was run again."""

    __test__ = False  # pytest would take the name for a test class

    nodeid: str
    outcome: Outcome
    duration_ms: int = 0
    phases: tuple[str, ...] = ()
    path: str = ""
    line: int = 0
    reruns: int = 0
    reason: str = ""
    failure: Failure | None = None
    started_ms: int = 0


@dataclass(frozen=True)
class RawPhase:
    """How a phase of a test ended before any report was made of it.

    `raised` names the exception, empty for none; `called` tells whether the test function itself was reached.
    """

    nodeid: str
    when: str
    raised: str = ""
    called: bool = True


@dataclass(frozen=True)
class HookOrigin:
    """A plugin's hooks, and the file that they come from; `path` is empty where there is no file."""

    plugin: str
    path: str
    hooks: tuple[str, ...]


@dataclass(frozen=True)
class WitnessFacts:
    """What the witness in the tests' processes saw, of all of them together.

    `canaries` counts how often a test that must fail was run, `survived` how often it did not fail;
    `replaced` names what decides outcomes and was exchanged while the tests ran, with the file of what took
    its place; `base_files` are the files of a clean tree that come from the base, None in place;
    `problem` says why the witness itself could not look.
    """

    phases: tuple[RawPhase, ...] = ()
    hooks: tuple[HookOrigin, ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()
    base_files: frozenset[str] | None = None
    canaries: int = 0
    survived: int = 0
    sessions: int = 0
    problem: str = ""


@dataclass(frozen=True)
class ExecutedStatement:
    """A statement that a test executed; `origin` is set where the mapper did it by itself, `path` the nearest file."""

    test: str
    sql: str
    dialect: str
    origin: str = ""
    path: str = ""
    line: int = 0


@dataclass(frozen=True)
class ArrivedRow:
    """The tenant (`value` of `column`) of a row that came to a test which is about the tenants in `active`."""

    test: str
    table: str
    column: str
    value: str
    active: tuple[str, ...]


@dataclass(frozen=True)
class WatchedStatements:
    """What the tests executed, distinct for each test; `problem` where it could not be read."""

    statements: tuple[ExecutedStatement, ...] = ()
    rows: tuple[ArrivedRow, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class TestClaim:
    """All that the child said, and how its process ended.

    `collected` holds the node ids before deselection; `deselected` how many were left out;
    `narrowed` each option that kept tests out; `exit_status` what the session meant to return,
    None where it never ended; `exit_code` the process's own (negative: killed by that signal);
    `stopped` what ended it from inside (a keyboard interrupt, `pytest.exit`);
    `own` what the agent's own tests gave, which decide nothing; `witness` what was seen beside the reports;
    `rewritten` the files of the clean tree that decide and were written to meanwhile.
    """

    __test__ = False  # pytest would take the name for a test class

    records: tuple[TestRecord, ...] = ()
    collected: tuple[str, ...] = ()
    deselected: int = 0
    collection_errors: tuple[Failure, ...] = ()
    narrowed: tuple[str, ...] = ()
    exit_status: int | None = None
    exit_code: int | None = None
    duration_ms: int = 0
    python: str = ""
    pytest: str = ""
    coverage_core: str = ""
    unreadable: str = ""
    timed_out: bool = False
    statements: WatchedStatements | None = None
    stopped: str = ""
    own: TestClaim | None = None
    witness: WitnessFacts | None = None
    rewritten: tuple[str, ...] = ()
