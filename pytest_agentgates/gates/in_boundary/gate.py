"""Compares where files changed with where the task may change them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from pytest_agentgates.changes import actions_since
from pytest_agentgates.core.boundary import Boundary, Drift, Limits, boundary_of, widenings
from pytest_agentgates.core.finding import Finding, Rule
from pytest_agentgates.core.options import option
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import counted, differing
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.core.verdict import GateResult, GateStatus, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import BaseTree, Workspace
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.gates.in_boundary.forbidden import forbidden_files
from pytest_agentgates.gates.in_boundary.protected import BASELINE, protected_kind, tests_named_by
from pytest_agentgates.gates.in_boundary.rules import FORBIDDEN, OUTSIDE, PROTECTED, RULES, UNDECLARED
from pytest_agentgates.gates.in_boundary.shrunk_baseline import is_shrunk_baseline
from pytest_agentgates.source.globs import matches

_REPORTS = ("**/{.coverage,.coverage.*,coverage.json,coverage.lcov,coverage.xml}", "**/htmlcov/**")


@dataclass(frozen=True)
class InBoundary:
    """Passes when every change since the base lies where the task may change files."""

    name: ClassVar[str] = "in_boundary"
    stage: ClassVar[Stage] = Stage.BESIDE
    rules: ClassVar[tuple[Rule, ...]] = RULES

    allow: tuple[str, ...] = option((), "Globs that every task may change, such as a folder of changelog fragments.")
    protected: tuple[str, ...] = option((), "Globs of further files that no task changes unless it names them.")
    agents: dict[str, str | tuple[str, ...]] = option({}, "The globs that each agent works in.")
    layers_asking: tuple[str, ...] | None = None

    @property
    def limits(self) -> Limits:
        """What the options add to the boundary of every task."""
        areas = {name: (area,) if isinstance(area, str) else tuple(area) for name, area in self.agents.items()}
        return Limits(self.allow, areas)

    def check(self, workspace: Workspace) -> GateResult:
        """Look at every file that differs from the base."""
        boundary = boundary_of(workspace.tasks, workspace.limits, workspace.agent)
        if not boundary.is_declared:
            return self._undeclared(workspace)
        base = workspace.base
        if base is None:
            return self._without_base(workspace)
        try:
            actions = dict(sorted(actions_since(workspace, base)))
        except AgentGatesError as error:
            return could_not_judge(self.name, str(error))
        judged = _Judged(workspace, base, actions, boundary, self.protected)
        result = result_of(self.name, list(judged.findings()), judged.message)
        return replace(result, facts=judged.facts)

    def _undeclared(self, workspace: Workspace) -> GateResult:
        """A fault only where someone asked for the gate: in a table, or in the profile of the task's layer."""
        asking = self.layers_asking
        tasks = [task for task in workspace.tasks if asking is None or task.layer in asking]
        if not tasks:
            without = "no task is judged, and the agent has no area"
            return GateResult(self.name, GateStatus.SKIP, UNDECLARED.summary if workspace.tasks else without)
        undeclared = [task for task in tasks if not boundary_of((task,)).is_declared]
        return result_of(self.name, [_no_boundary(task) for task in undeclared or tasks], UNDECLARED.summary)

    def _without_base(self, workspace: Workspace) -> GateResult:
        what = f"no base to compare with: {workspace.base_problem}"
        if self.layers_asking is None:
            return could_not_judge(self.name, what)
        return GateResult(self.name, GateStatus.SKIP, what)


@dataclass(frozen=True)
class _Judged:
    """What changed, and where it may."""

    workspace: Workspace
    base: BaseTree
    actions: Mapping[str, str]
    boundary: Boundary
    protected: Sequence[str]

    @property
    def counted(self) -> Mapping[str, str]:
        """The changes without the reports that runs leave."""
        reports = [path for path in self.actions if any(matches(path, pattern) for pattern in _REPORTS)]
        return {path: action for path, action in self.actions.items() if path not in reports}

    @property
    def message(self) -> str:
        """How many files changed, and how far from the task."""
        widened = sum(len(widenings(task)) for task in self.workspace.tasks)
        told = f", {counted(widened, 'recorded widening')}" if widened else ""
        minor = self._tiers()[Drift.EXPECTED_MINOR]
        drifted = f", {minor} of them expected minor ones" if minor else ""
        return f"{differing(len(self.counted))} from the base {self.base.commit[:12]}{drifted}{told}"

    @property
    def facts(self) -> dict[str, object]:
        """The changes by tier of drift, and the widenings with their reasons."""
        tiers = self._tiers()
        recorded = [one for task in self.workspace.tasks for one in widenings(task)]
        return {
            "drift": {str(tier.value): tiers[tier] for tier in Drift},
            "widened": len(recorded),
            "widenings": [f"{one.glob}: {one.reason} ({one.by}, {one.at})" for one in recorded],
        }

    def findings(self) -> Iterator[Finding]:
        """What may never appear, what is protected, what lies outside, what others claim: one finding a file."""
        forbidden = dict(forbidden_files(self.workspace, self.base, self.counted, self.boundary))
        for path, what in forbidden.items():
            yield _finding(FORBIDDEN, path, f"{path} may not appear: {what}", "delete it")
        for path, action in self.counted.items():
            if path not in forbidden:
                yield from self._of_file(path, action)

    def _of_file(self, path: str, action: str) -> Iterator[Finding]:
        kind = protected_kind(path, action, self.workspace.tasks, self.protected)
        if kind == BASELINE and is_shrunk_baseline(self.workspace.root, self.base, path):
            return
        if kind and not self.boundary.names(path):
            fix = f"put it back as it was; who wants it changed names {path} among the task's files_to_modify"
            yield _finding(PROTECTED, path, f"{kind} was {action}", fix)
        elif self._drift(path, action) is Drift.OUT_OF_SCOPE:
            yield self._outside(path, action)
        elif other := self._other_claimant(path):
            fix = "finish one of the tasks first, or take the file out of one of them"
            yield _finding(OUTSIDE, path, f"{action}, but the task {other}, in progress too, claims it as well", fix)

    def _outside(self, path: str, action: str) -> Finding:
        if not self.boundary.in_area(path, matches):
            what = f"{action} outside the area of the agent {self.workspace.agent}"
        elif any(matches(path, pattern) for pattern in self.boundary.excluded):
            what = f"{action}, although the task rules it out (drift tier 3)"
        else:
            what = f"{action} outside the boundary of the task (drift tier 3)"
        fix = f"put it back; or record why it belongs here: agentgates tasks widen ID '{path}' --reason TEXT"
        return _finding(OUTSIDE, path, what, fix)

    def _drift(self, path: str, action: str) -> Drift:
        """A test of the task that is still to be written lies inside."""
        is_new_test = action == "created" and any(matches(path, one) for one in tests_named_by(self.workspace.tasks))
        return Drift.INCLUDED if is_new_test else self.boundary.drift(path, matches)

    def _tiers(self) -> Counter[Drift]:
        return Counter(self._drift(path, action) for path, action in self.counted.items())

    def _other_claimant(self, path: str) -> str:
        """Another task in progress that claims a file, unless only this one names it word for word."""
        judged = {task.id for task in self.workspace.tasks}
        for task in self.workspace.all_tasks:
            if task.status is not TaskStatus.IN_PROGRESS or task.id in judged:
                continue
            other = boundary_of((task,))
            if not other.is_declared or other.drift(path, matches) is not Drift.INCLUDED:
                continue
            if other.names(path) or not self.boundary.names(path):
                return task.id
        return ""


def _no_boundary(task: Task) -> Finding:
    path, _, line = task.where.rpartition(":")
    what = f"the task {task.id} names no file that it may change"
    fix = "name files or globs in its deliverables or files_to_modify"
    return Finding(UNDECLARED.code, what, path, int(line) if line.isdigit() else 0, fix=fix, snippet=task.id)


def _finding(rule: Rule, path: str, message: str, fix: str) -> Finding:
    return Finding(rule.code, message, path, fix=fix, snippet=f"{rule.code} {path}")
