"""The seam to all that a gate may look at: the files, the base, the tools, and what is known of the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:  # only a name for the type: core itself touches no file
    from pathlib import Path

    from pytest_agentgates.core.boundary import Limits
    from pytest_agentgates.core.finding import Finding, Waiver
    from pytest_agentgates.core.outcomes import TestClaim
    from pytest_agentgates.core.reruns import Reruns
    from pytest_agentgates.core.task import Task
    from pytest_agentgates.core.verdict import GateResult


T = TypeVar("T")


@dataclass(frozen=True)
class ToolRun:
    """How an outside tool ended; `exit_code` is None where it did not end by itself.

    `problem` says why there is nothing to read: not found, not startable, or out of time.
    `raw` is the standard output as it came, `stdout` the same as text.
    """

    command: tuple[str, ...]
    exit_code: int | None
    stdout: str
    stderr: str
    duration_ms: int
    problem: str = ""
    raw: bytes = b""


class ToolRunner(Protocol):
    """Runs an outside tool with a time limit."""

    def run(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        seconds: float,
        env: Mapping[str, str] | None = None,
        given: bytes = b"",
    ) -> ToolRun:
        """Run to the end, or kill the tool and everything it started when its time is up; `given` is its input."""
        ...


class BaseTree(Protocol):
    """The files as they were at the base commit."""

    @property
    def commit(self) -> str:
        """The full commit id."""
        ...

    @property
    def paths(self) -> Sequence[str]:
        """Every file that existed, relative to the root, sorted."""
        ...

    def read(self, path: str) -> bytes | None:
        """The bytes of a file (path relative to the root), None where it did not exist."""
        ...

    def read_many(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        """The bytes of every file among `paths` that existed."""
        ...

    def differs(self, path: str) -> bool:
        """Whether the file on disk is another than it was, or is not there on either side."""
        ...


class Workspace(Protocol):
    """All that a gate may look at; one argument, so that a new need never changes every gate."""

    @property
    def root(self) -> Path:
        """The repository's top folder."""
        ...

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks that are judged; empty in `agentgates check`."""
        ...

    @property
    def all_tasks(self) -> tuple[Task, ...]:
        """Every task of the store; empty where there is no store."""
        ...

    @property
    def agent(self) -> str:
        """The name of the agent that works, empty where unknown."""
        ...

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that the user limited the check to, relative to the root; empty for all."""
        ...

    @property
    def files(self) -> tuple[str, ...]:
        """Every file of the project on disk, relative to the root, sorted."""
        ...

    @property
    def base(self) -> BaseTree | None:
        """The base that changes are measured against, None where there is none."""
        ...

    @property
    def base_problem(self) -> str:
        """Why there is no base; empty where there is one."""
        ...

    @property
    def tools(self) -> ToolRunner:
        """Runs outside tools."""
        ...

    @property
    def python(self) -> str:
        """The project's interpreter, by absolute path."""
        ...

    @property
    def cache(self) -> Path | None:
        """A private folder that survives runs and lies outside the project, None where none can be had."""
        ...

    @property
    def claim(self) -> TestClaim | None:
        """What the tests' process reported; None before the tests ended."""
        ...

    @property
    def reruns(self) -> Reruns | None:
        """Runs the tests again; None where they ran in place, or have not ended."""
        ...

    @property
    def expected(self) -> Mapping[str, ExpectedTests]:
        """The tests that each task expects, by task id."""
        ...

    @property
    def coverage_data(self) -> tuple[Path, ...]:
        """The coverage data files that the tests' processes left."""
        ...

    @property
    def results(self) -> tuple[GateResult, ...]:
        """The results of the gates that ran before this one."""
        ...

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """Every waiver, from comments and from the configuration."""
        ...

    @property
    def rules_by_gate(self) -> Mapping[str, tuple[str, ...]]:
        """The rule codes of each gate that is on; empty for gates that keep their tool's codes."""
        ...

    @property
    def less_than_base(self) -> tuple[Loss, ...]:
        """Where configuration and tasks ask for less than at the base."""
        ...

    @property
    def globs(self) -> Mapping[str, str]:
        """Every glob of the configuration, by the key it stands under."""
        ...

    @property
    def scope(self) -> SourceScope:
        """Where the project's Python source lies, and of which files definitions are asked for."""
        ...

    @property
    def limits(self) -> Limits:
        """What the configuration adds to the boundaries of tasks."""
        ...

    def once(self, make: Callable[[Workspace], T]) -> T:
        """What a function makes of the workspace; made once in a run, however many gates ask for it."""
        ...


@dataclass(frozen=True)
class SourceScope:
    """The roots that hold Python source (empty for the whole project), and what the gates that are on ask for.

    `wants_details` says of a path whether any gate asks for its definitions and calls, so that each file is
    parsed once.
    """

    roots: tuple[str, ...] = ()
    wants_details: Callable[[str], bool] = lambda _path: False


@dataclass(frozen=True)
class Loss:
    """Something that the base asks for and the file `path` no longer does; `task_id` empty for the whole project."""

    path: str
    message: str
    task_id: str = ""


@dataclass(frozen=True)
class ExpectedTests:
    """What is mapped to a task: pytest arguments, and the test functions that these files define.

    `functions` are node ids without parameters, read from the source without importing it.
    """

    arguments: tuple[str, ...]
    functions: tuple[str, ...]
    problems: tuple[Finding, ...] = ()
