"""The gate: options in, result out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from pytest_agentgates.core.finding import Finding, Rule
from pytest_agentgates.core.options import option
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.verdict import GateResult, GateStatus, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.gates.coverage_floor.changes import (
    ChangedCoverage,
    ChangedFile,
    added_pragmas,
    added_settings,
    changed_files,
    judge_changes,
)
from pytest_agentgates.gates.coverage_floor.figures import shown
from pytest_agentgates.gates.coverage_floor.floors import (
    Floor,
    configured_floors,
    countable,
    empty_floors,
    globs_of,
    missing_deliverables,
    mistake_in,
    task_floors,
)
from pytest_agentgates.gates.coverage_floor.judged import (
    JudgedFloor,
    judge_floors,
    low_floors,
    uncovered,
    unmeasured,
    without_statements,
)
from pytest_agentgates.gates.coverage_floor.measured import Measurement
from pytest_agentgates.gates.coverage_floor.rules import CHANGED, RULES
from pytest_agentgates.measure_coverage import project_settings
from pytest_agentgates.session_coverage import PYTEST_COV_DATA

_EVERYTHING = ("**",)
_NO_DATA = (
    "the tests left no coverage data: their interpreter needs coverage 7.13 or newer, "
    "whose a1_coverage.pth starts the measuring (pip install -U coverage)"
)
_NO_FLOOR = "no floor is configured: set floors under [tool.agentgates.gates.coverage_floor], or the task's target"


@dataclass(frozen=True)
class CoverageFloor:
    """Holds when the tests cover at least as much of each part of the code as is asked for."""

    floors: dict[str, float] = option({}, "Percent that must be covered, by glob or layer name.")
    changed_lines: float = option(0.0, "Percent of the changed lines that must be covered; 0 asks for none.")
    branch: bool = option(False, "Measure branches as well as lines.")
    exclude: tuple[str, ...] = option(
        ("**/tests/**", "**/test_*.py", "**/conftest.py"), "Globs of files that no floor is asked of."
    )
    advice_margin: float = option(10.0, "How far a floor may lie below the actual figure without advice; 0 for none.")

    name: ClassVar[str] = "coverage_floor"
    stage: ClassVar[Stage] = Stage.AFTER
    rules: ClassVar[tuple[Rule, ...]] = RULES

    @property
    def patterns(self) -> tuple[str, ...]:
        """The globs of what must be measured, whatever task is judged."""
        if self.changed_lines or not self.floors:
            return _EVERYTHING
        return tuple(glob for key in self.floors for glob in globs_of(key))

    def patterns_for(self, tasks: Iterable[Task]) -> tuple[str, ...]:
        """The globs of what must be measured to judge these tasks, their own floors included."""
        wanted = [task for task in tasks if task.coverage_target is not None]
        return (*self.patterns, *(path for task in wanted for path in task.deliverables))

    def check(self, workspace: Workspace) -> GateResult:
        """Judge the data that the tests left."""
        mistake = mistake_in(self.floors, workspace.tasks, self.changed_lines)
        if mistake:
            return could_not_judge(self.name, mistake)
        try:
            return self._judge_floors(workspace)
        except AgentGatesError as error:
            return could_not_judge(self.name, str(error))

    def _judge_floors(self, workspace: Workspace) -> GateResult:
        files = countable(workspace.files, self.exclude)
        configured = configured_floors(self.floors, files)
        floors = [*configured, *task_floors(workspace.tasks, files, self.exclude, configured)]
        if not floors:
            return could_not_judge(self.name, _NO_FLOOR)
        if not workspace.coverage_data:
            return could_not_judge(self.name, _NO_DATA)
        return self._judge(workspace, files, floors)

    def _judge(self, workspace: Workspace, files: Sequence[str], floors: Sequence[Floor]) -> GateResult:
        under_floors = sorted({path for floor in floors for path in floor.files})
        changed = self._changed(workspace, files if self.changed_lines else under_floors)
        settings = project_settings(workspace.root)
        measurement = Measurement(workspace.root, workspace.coverage_data, self.branch, settings)
        measured = measurement.analyse({*under_floors, *(file.path for file in changed if self.changed_lines)})
        judged = judge_floors(floors, measured)
        on_changes = judge_changes(changed, measured, self.changed_lines) if self.changed_lines else None
        findings = [
            *empty_floors(self.floors, workspace.files, files),
            *missing_deliverables(workspace.tasks, workspace.files, self.exclude),
            *without_statements(judged),
            *uncovered(workspace.root, judged),
            *(on_changes.findings if on_changes else ()),
            *unmeasured(judged, _hint(workspace)),
            *low_floors([one for one in judged if one.floor.name in self.floors], self.advice_margin),
            *added_pragmas(changed),
            *(added_settings(workspace.root, workspace.base, settings) if workspace.base else ()),
        ]
        return self._result(workspace, findings, judged, on_changes)

    def _changed(self, workspace: Workspace, paths: Sequence[str]) -> list[ChangedFile]:
        return changed_files(workspace.root, workspace.base, paths) if workspace.base else []

    def _result(
        self,
        workspace: Workspace,
        findings: Sequence[Finding],
        judged: Sequence[JudgedFloor],
        on_changes: ChangedCoverage | None,
    ) -> GateResult:
        notes = [_summary(judged), *self._notes(workspace, on_changes)]
        result = result_of(self.name, findings, "; ".join(filter(None, notes)))
        if problem := self._unjudged(workspace, judged, findings):
            result = _with_problem(result, problem)
        worst = min(judged, key=lambda one: one.margin, default=None)
        return replace(
            result,
            actual=float(shown(worst.actual)) if worst else None,
            threshold=float(worst.floor.percent) if worst else None,
            comparator=">=" if worst else "",
            facts=self._facts(workspace, judged, on_changes),
        )

    def _unjudged(self, workspace: Workspace, judged: Sequence[JudgedFloor], findings: Sequence[Finding]) -> str:
        """Why this is no pass although nothing was found."""
        if self.changed_lines and workspace.base is None:
            return f"changed lines cannot be judged: {workspace.base_problem}"
        return "" if judged or findings else "there is no file under the floor"

    def _notes(self, workspace: Workspace, on_changes: ChangedCoverage | None) -> list[str]:
        if workspace.base is None:
            if self.changed_lines:
                return [f"changed lines and suppressions were not compared: {workspace.base_problem}"]
            return ["suppressions not compared (no base)"]
        if on_changes is None:
            return []
        return [f"changed lines {shown(on_changes.actual)} % of {on_changes.total}"]

    def _facts(
        self, workspace: Workspace, judged: Sequence[JudgedFloor], on_changes: ChangedCoverage | None
    ) -> dict[str, object]:
        facts: dict[str, object] = {
            "core": workspace.claim.coverage_core if workspace.claim else "",
            "branch": self.branch,
            "floors": [one.facts() for one in judged],
            "suppressions_compared": workspace.base is not None,
        }
        if on_changes:
            facts["changed_lines"] = {"covered": on_changes.covered, "total": on_changes.total}
        return facts


def _with_problem(result: GateResult, problem: str) -> GateResult:
    """An error; beside a failure a finding, so that waivers of all others never make it a pass."""
    if result.status is GateStatus.FAIL:
        return replace(result, findings=(*result.findings, Finding(CHANGED.code, problem)))
    return replace(result, status=GateStatus.ERROR, message=problem)


def _summary(judged: Sequence[JudgedFloor]) -> str:
    """Every floor that is not reached, else the one that is nearest to it."""
    if not judged:
        return "no floor could be judged"
    below = [str(one) for one in judged if not one.reached]
    if below:
        return "; ".join(below)
    nearest = min(judged, key=lambda one: one.margin)
    return f"{len(judged)} {'floor holds' if len(judged) == 1 else 'floors hold'}; the nearest: {nearest}"


def _hint(workspace: Workspace) -> str:
    if any(path.name == PYTEST_COV_DATA for path in workspace.coverage_data):
        return "test it; pytest-cov measured this run, so its --cov and omit must let this file in"
    return "test it; if tests do import it, they import another copy, such as an installed one"
