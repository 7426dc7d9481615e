"""The seams: what a gate, a store, a writer and a clock must offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

if TYPE_CHECKING:
    from pytest_agentgates.core.boundary import Limits
    from pytest_agentgates.core.finding import Rule
    from pytest_agentgates.core.record import RunRecord
    from pytest_agentgates.core.task import Step, Task
    from pytest_agentgates.core.verdict import GateResult
    from pytest_agentgates.core.workspace_port import Workspace


class Stage(StrEnum):
    """When a gate runs: before the tests, beside them in the checker, or after them with their results."""

    BEFORE = "before"
    BESIDE = "beside"
    AFTER = "after"


class Gate(Protocol):
    """One quality gate: a frozen dataclass whose fields are its options.

    It prints nothing, writes nothing, and raises only for bugs.
    """

    @property
    def name(self) -> str:
        """The name it has in the configuration and in the evidence."""
        ...

    @property
    def stage(self) -> Stage:
        """When it runs."""
        ...

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule it may report; empty where the codes are those of the tool it runs."""
        ...

    def check(self, workspace: Workspace) -> GateResult:
        """Judge the workspace."""
        ...


@runtime_checkable
class AsksForDetails(Protocol):
    """A gate that needs more of some Python files than their imports."""

    def wants_details(self, path: str) -> bool:
        """Whether it asks for the classes, functions and calls of that file."""
        ...


@runtime_checkable
class WatchesStatements(Protocol):
    """A gate that needs to know which SQL statements the tests execute."""

    @property
    def watch(self) -> Mapping[str, object]:
        """What the tests' process must write down."""
        ...


@runtime_checkable
class JudgesSource(Protocol):
    """A gate whose result follows from Python source, names of files, pytest's settings, its options and the base."""

    name: ClassVar[str]

    def other_inputs(self, workspace: Workspace) -> Iterable[str]:
        """Whatever else it looks at, as text; the same texts promise the same result."""
        ...


@runtime_checkable
class SetsLimits(Protocol):
    """A gate whose options belong to the boundaries of all tasks."""

    @property
    def limits(self) -> Limits:
        """What the configuration adds."""
        ...


class EvidenceWriter(Protocol):
    """Renders a run in one form."""

    @property
    def file_name(self) -> str:
        """The file it becomes under the evidence directory."""
        ...

    def render(self, record: RunRecord) -> str:
        """The whole text of the file."""
        ...


class TaskStore(Protocol):
    """Where tasks are kept."""

    def load(self) -> tuple[Task, ...]:
        """Every task, in the store's order; raises UsageError with `file:line` for what cannot be read."""
        ...

    def apply(self, change: TaskChange) -> Task:
        """Write the steps of one task, all or nothing.

        Raises UsageError where the task no longer stands where the change expects it.
        """
        ...


@dataclass(frozen=True)
class TaskChange:
    """The steps of one task, and what its entry gains by them; `fields` are in the store's words.

    `operation` names in the log what a change without steps does.
    """

    task_id: str
    expected_status: str
    steps: tuple[Step, ...]
    at: datetime
    agent: str
    run_id: str
    evidence_sha256: str = ""
    fields: Mapping[str, object] | None = None
    operation: str = "fields"


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...
