"""The workspace of a real project on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pytest_agentgates.core.finding import Waiver
from pytest_agentgates.core.outcomes import TestClaim
from pytest_agentgates.core.ports import BaseTree, ExpectedTests, ToolRunner
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.verdict import GateResult


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
    expected: Mapping[str, ExpectedTests] = field(default_factory=dict)
    coverage_data: tuple[Path, ...] = ()
    results: tuple[GateResult, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    rules_by_gate: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    globs: Mapping[str, str] = field(default_factory=dict)
