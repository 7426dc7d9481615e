"""`agentgates check`: the gates that need no test run, on the files as they lie on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from pytest_agentgates.changes import changes_since
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import printable
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.verdict import GateResult, GateStatus, Verdict, VerdictStatus, judge
from pytest_agentgates.errors import UsageError
from pytest_agentgates.project import Project
from pytest_agentgates.run_gates import ConfiguredGate, run_beside, run_gate, skipped
from pytest_agentgates.workspace import ProjectWorkspace

NOTHING_JUDGED = "no gate looked at any code: agentgates gates lists them"

Report = Callable[[GateResult], None]


def check_tree(
    project: Project, workspace: ProjectWorkspace, names: Sequence[str], report: Report
) -> tuple[tuple[GateResult, ...], Verdict]:
    """Run the named gates, or all that need no test run, then `config`; return results and verdict."""
    chosen = choose_gates(project, names)
    results = run_beside(chosen, workspace, report)
    for configured in project.gates:
        if configured.gate.name == "config" and (not names or "config" in names):
            results = (*results, run_gate(configured, replace(workspace, results=results)))
            report(results[-1])
    return results, _judge(results, asked=bool(names))


def check_beside(project: Project, workspace: ProjectWorkspace, tasks: Sequence[Task], report: Report) -> None:
    """The checker's part of a gated run: each gate for the tasks whose layers it is on for."""
    wanted_by = {
        configured.gate.name: tuple(task.id for task in tasks if configured.is_on_for(task.layer))
        for configured in project.of_stage(Stage.BESIDE)
    }

    def report_for_tasks(result: GateResult) -> None:
        report(replace(result, tasks=wanted_by[result.name]))

    for configured in project.of_stage(Stage.BESIDE):
        if not wanted_by[configured.gate.name]:
            report(skipped(configured, "not configured for the layer of the task"))
    wanted = [gate for gate in project.of_stage(Stage.BESIDE) if wanted_by[gate.gate.name]]
    run_beside(wanted, replace(workspace, tasks=tuple(tasks)), report_for_tasks)


def choose_gates(project: Project, names: Sequence[str]) -> tuple[ConfiguredGate, ...]:
    """The gates that need no test run; raises UsageError for a name that is none of them."""
    beside = project.of_stage(Stage.BESIDE)
    known = {configured.gate.name for configured in beside} | {"config"}
    for name in names:
        if name not in known:
            raise UsageError(f"the gate {name} needs a test run", fix="judge a task: pytest --agent-task ID")
    return tuple(configured for configured in beside if not names or configured.gate.name in names)


def limit_paths(workspace: ProjectWorkspace, cwd: Path, paths: Sequence[str], changed: bool) -> ProjectWorkspace:
    """The workspace limited to the given paths (relative to `cwd`), or to what differs from the base.

    Raises UsageError for a path that is not there or lies outside, and where there is no base.
    """
    if not changed:
        return replace(workspace, paths=tuple(_inside(workspace, cwd, path) for path in paths))
    if workspace.base is None:
        raise UsageError(f"--changed needs a base: {workspace.base_problem}", fix="name one: --base REV")
    kept = tuple(change.path for change in changes_since(workspace) if change.action != "deleted")
    if not kept:
        raise UsageError("nothing differs from the base", fix="leave --changed out to check everything")
    return replace(workspace, paths=kept)


def _inside(workspace: ProjectWorkspace, cwd: Path, path: str) -> str:
    full = (cwd / path).resolve()
    if not full.is_relative_to(workspace.root.resolve()):
        raise UsageError(f"{printable(path)} lies outside the project", fix="name a path inside it")
    if not full.exists():
        raise UsageError(f"{printable(path)} does not exist", fix="correct the path")
    return full.relative_to(workspace.root.resolve()).as_posix()


def _judge(results: Sequence[GateResult], *, asked: bool) -> Verdict:
    """A check in which no gate looked at anything is no pass; `config` alone looks at no code."""
    looked = any(result.status is not GateStatus.SKIP and (asked or result.name != "config") for result in results)
    verdict = judge(results, frozenset())
    if looked or verdict.status is not VerdictStatus.PASS:
        return verdict
    return Verdict(VerdictStatus.ERROR, (NOTHING_JUDGED,))
