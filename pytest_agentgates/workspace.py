"""The workspace of a real project on disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pytest_agentgates.core.boundary import Limits
from pytest_agentgates.core.finding import Waiver
from pytest_agentgates.core.outcomes import TestClaim
from pytest_agentgates.core.reruns import Reruns
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.verdict import GateResult
from pytest_agentgates.core.workspace_port import BaseTree, ExpectedTests, Loss, SourceScope, ToolRunner, Workspace

T = TypeVar("T")


class Shared:
    """What gates that run at the same time make once: the first makes it, the others wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[object, Any] = {}
        self._being_made: dict[object, threading.Lock] = {}

    def once(self, make: Callable[[Workspace], T], workspace: Workspace) -> T:
        """What `make` gives for the workspace of the first who asks."""
        with self._lock:
            turn = self._being_made.setdefault(make, threading.Lock())
        with turn:
            if make not in self._made:
                self._made[make] = make(workspace)
            made: T = self._made[make]
            return made


@dataclass(frozen=True)
class ProjectWorkspace:
    """What `core.ports.Workspace` promises, filled in step by step with `dataclasses.replace`."""

    root: Path
    tools: ToolRunner
    python: str
    files: tuple[str, ...]
    tasks: tuple[Task, ...] = ()
    all_tasks: tuple[Task, ...] = ()
    agent: str = ""
    paths: tuple[str, ...] = ()
    base: BaseTree | None = None
    base_problem: str = ""
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
    shared: Shared = field(default_factory=Shared, compare=False, repr=False)

    def once(self, make: Callable[[Workspace], T]) -> T:
        """What several gates share; it must depend on nothing that differs between them."""
        return self.shared.once(make, self)
