"""All that is known about a run when it ends: what every evidence writer renders."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from pytest_agentgates.core.outcomes import TestClaim
from pytest_agentgates.core.task import Step
from pytest_agentgates.core.verdict import GateResult, Tool, Verdict, VerdictStatus, worst

if TYPE_CHECKING:  # ports names this module in its own signatures
    from pytest_agentgates.core.workspace_port import ExpectedTests

# Which gate says what of a run's verification.
VERIFICATION = {"tests": "tests_pass", "typecheck": "mypy_clean", "lint": "ruff_clean"}


@dataclass(frozen=True)
class GitFacts:
    """What git says of the tree; every field empty outside a repository."""

    commit: str = ""
    tree: str = ""
    branch: str = ""
    base: str = ""
    dirty: bool = False


@dataclass(frozen=True)
class FileChange:
    """A file that differs from the base; `in_boundary` is None where no boundary is declared.

    `sha256` is that of the bytes that were judged, empty for a file that went.
    """

    path: str
    action: str
    lines_added: int
    lines_removed: int
    in_boundary: bool | None = None
    sha256: str = ""


@dataclass(frozen=True)
class TaskOutcome:
    """What the run means for one task; `layer` is the task's, empty where it has none."""

    task_id: str
    verdict: Verdict
    steps: tuple[Step, ...] = ()
    layer: str = ""


@dataclass(frozen=True)
class RunRecord:
    """One run; times in UTC, durations in milliseconds, paths relative to the repository."""

    run_id: str
    run_at: datetime
    finished_at: datetime
    outcomes: tuple[TaskOutcome, ...]
    gates: tuple[GateResult, ...]
    agent: str = ""
    trigger: str = ""
    assurance: str = "in_place"
    assurance_notes: tuple[str, ...] = ()
    git: GitFacts = GitFacts()
    files_digest: str = ""
    config_digest: str = ""
    tool_digest: str = ""
    tools: tuple[Tool, ...] = ()
    python: str = ""
    platform: str = ""
    claim: TestClaim | None = None
    expected: dict[str, ExpectedTests] = field(default_factory=dict)
    files: tuple[FileChange, ...] = ()
    artifacts: tuple[tuple[str, str], ...] = ()

    @property
    def duration_ms(self) -> int:
        """From start to end of the run."""
        return round((self.finished_at - self.run_at).total_seconds() * 1000)

    @property
    def status(self) -> VerdictStatus:
        """The worst verdict of all tasks."""
        return worst(outcome.verdict.status for outcome in self.outcomes)

    @property
    def complete(self) -> bool:
        """Whether nothing was left out for any task."""
        return all(outcome.verdict.complete for outcome in self.outcomes)


def worst_exit_code(record: RunRecord) -> int:
    """The exit code of the worst verdict."""
    return Verdict(record.status).exit_code
