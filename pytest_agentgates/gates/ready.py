"""The gate `ready`: the task may be worked on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from pytest_agentgates.core.dependencies import cycle_of
from pytest_agentgates.core.finding import Finding, Rule
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import counted, one_line
from pytest_agentgates.core.task import LAYERS, Task, TaskStatus
from pytest_agentgates.core.verdict import GateResult, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import Workspace

DEPENDENCY, LAYER, OWNER, REMEDIATION = (
    Rule("TSK002", "a dependency is not completed, is unknown, or the dependencies form a cycle"),
    Rule("TSK003", "an earlier layer of the same module is not completed"),
    Rule("TSK004", "another agent owns the task"),
    Rule("TSK005", "a critical or high remediation is open"),
)
_URGENT = ("critical", "high")
_CLOSED = ("resolved", "done", "completed", "complete", "closed", "fixed", "wontfix", "cancelled")


@dataclass(frozen=True)
class Ready:
    """Holds when nothing stands in the way of the task."""

    name: ClassVar[str] = "ready"
    stage: ClassVar[Stage] = Stage.BEFORE
    rules: ClassVar[tuple[Rule, ...]] = (
        Rule("TSK001", "no such task in the store"),
        DEPENDENCY,
        LAYER,
        OWNER,
        REMEDIATION,
        Rule("TSK006", "no test is mapped to the task"),
        Rule("TSK007", "a mapped test file or node id does not exist"),
    )

    def check(self, workspace: Workspace) -> GateResult:
        """Judge dependencies, layer order and owner of the workspace's tasks."""
        if not workspace.tasks:
            return could_not_judge(self.name, "no task was given")
        by_id = {task.id: task for task in workspace.all_tasks}
        findings = [finding for task in workspace.tasks for finding in _obstacles(task, by_id, workspace.agent)]
        message = f"{counted(len(findings), 'obstacle')}" if findings else "nothing stands in the way"
        return result_of(self.name, findings, message)


def _obstacles(task: Task, by_id: Mapping[str, Task], agent: str) -> Iterator[Finding]:
    yield from _dependencies(task, by_id)
    yield from _earlier_layers(task, by_id)
    if task.owner and agent and task.owner != agent:
        yield _finding(
            OWNER,
            task,
            f"{task.id} is owned by {task.owner}, not by {agent}",
            f"let {task.owner} finish or release it, or work on another task",
        )
    yield from _open_remediation(task)


def _dependencies(task: Task, by_id: Mapping[str, Task]) -> Iterator[Finding]:
    for needed in task.dependencies:
        other = by_id.get(needed)
        if other is None:
            yield _finding(
                DEPENDENCY,
                task,
                f"{task.id} depends on {needed}, which is not in the store",
                "correct its dependencies",
            )
        elif other.status is not TaskStatus.COMPLETED:
            yield _finding(
                DEPENDENCY,
                task,
                f"{task.id} depends on {needed}, which is {other.status.value}",
                f"complete {needed} first",
            )
    if cycle := cycle_of(task, by_id):
        yield _finding(
            DEPENDENCY, task, f"the dependencies form a cycle: {' -> '.join(cycle)}", "remove one of these links"
        )


def _earlier_layers(task: Task, by_id: Mapping[str, Task]) -> Iterator[Finding]:
    if task.layer not in LAYERS or not task.module:
        return
    earlier = LAYERS[: LAYERS.index(task.layer)]
    for other in by_id.values():
        if other.module == task.module and other.layer in earlier and other.status is not TaskStatus.COMPLETED:
            yield _finding(
                LAYER,
                task,
                f"{other.id} of the earlier layer {other.layer} is {other.status.value}",
                f"complete {other.id} first",
            )


def _open_remediation(task: Task) -> Iterator[Finding]:
    """What the store still wants repaired before new work; a task that is the repair itself is not held up by it."""
    items = task.extra.get("remediation")
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict) or task.id in (item.get("id"), item.get("task"), item.get("task_id")):
            continue
        ranks = [str(item.get(key) or "").lower() for key in ("severity", "priority")]
        rank = next((urgent for urgent in _URGENT if urgent in ranks), "")
        if rank and str(item.get("status") or "open").lower() not in _CLOSED:
            told = one_line(str(item.get("summary") or item.get("title") or item.get("description") or ""))
            name = one_line(str(item.get("id") or "without id"))
            what = f"remediation {name} of {rank} severity is open{f': {told}' if told else ''}"
            yield _finding(REMEDIATION, task, what, f"repair {name} first, and set its status to resolved")


def _finding(rule: Rule, task: Task, message: str, fix: str) -> Finding:
    path, _, line = task.where.rpartition(":")
    return Finding(rule.code, message, path, int(line) if line.isdigit() else 0, fix=fix, snippet=message)
