"""One fake per port, for unit tests; an end-to-end test stands beside each use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pytest_agentgates.core.boundary import Limits
from pytest_agentgates.core.finding import Waiver
from pytest_agentgates.core.outcomes import TestClaim
from pytest_agentgates.core.reruns import Reruns
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.verdict import GateResult
from pytest_agentgates.core.workspace_port import (
    BaseTree,
    ExpectedTests,
    Loss,
    SourceScope,
    ToolRun,
    ToolRunner,
    Workspace,
)

T = TypeVar("T")


@dataclass(frozen=True)
class FakeClock:
    """Stands still."""

    moment: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


@dataclass(frozen=True)
class FakeBase:
    """Holds its files in memory."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    commit: str = "0" * 40

    @property
    def paths(self) -> Sequence[str]:
        return sorted(self.files)

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def read_many(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        return {path: self.files[path] for path in paths if path in self.files}

    def differs(self, path: str) -> bool:
        return path not in self.files


@dataclass
class FakeTools:
    """Answers every call with what it is told, and keeps the calls."""

    answer: Callable[[tuple[str, ...]], ToolRun]
    calls: list[tuple[str, ...]] = field(default_factory=list)

    def run(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        seconds: float,
        env: Mapping[str, str] | None = None,
        given: bytes = b"",
    ) -> ToolRun:
        self.calls.append(tuple(command))
        return self.answer(tuple(command))


def ended(exit_code: int | None, stdout: str = "", stderr: str = "", problem: str = "") -> FakeTools:
    """Tools that always end like this."""
    return FakeTools(lambda command: ToolRun(command, exit_code, stdout, stderr, 1, problem))


@dataclass(frozen=True)
class FakeWorkspace:
    """Holds whatever a test puts in; everything else is empty."""

    root: Path = Path()
    tasks: tuple[Task, ...] = ()
    all_tasks: tuple[Task, ...] = ()
    agent: str = ""
    paths: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    base: BaseTree | None = None
    base_problem: str = "no base was recorded"
    tools: ToolRunner = field(default_factory=lambda: ended(0))
    python: str = ""
    cache: Path | None = None
    claim: TestClaim | None = None
    reruns: Reruns | None = None
    expected: Mapping[str, ExpectedTests] = field(default_factory=dict)
    coverage_data: tuple[Path, ...] = ()
    results: tuple[GateResult, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    rules_by_gate: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    less_than_base: tuple[Loss, ...] = ()
    globs: Mapping[str, str] = field(default_factory=dict)
    scope: SourceScope = field(default_factory=SourceScope)
    limits: Limits = field(default_factory=Limits)

    def once(self, make: Callable[[Workspace], T]) -> T:
        return make(self)
