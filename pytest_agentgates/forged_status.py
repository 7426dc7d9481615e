"""Tasks that became completed while they were judged, by another hand than this tool's."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_agentgates.core.ports import TaskStore
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.errors import UsageError
from pytest_agentgates.project import Project
from pytest_agentgates.task_log import read_task_log


def forged_completions(project: Project, store: TaskStore, tasks: Sequence[Task]) -> frozenset[str]:
    """The ids of tasks that say completed now and did not before, without a move in the log.

    A list that can no longer be read is left to the move, which says so once the evidence is written.
    """
    try:
        now = {task.id: task.status for task in store.load()}
    except UsageError:
        return frozenset()
    open_before = [task.id for task in tasks if task.status is not TaskStatus.COMPLETED]
    completed = [task_id for task_id in open_before if now.get(task_id) is TaskStatus.COMPLETED]
    if not completed:
        return frozenset()
    last = {entry.task_id: entry.after for entry in read_task_log(project)}
    return frozenset(task_id for task_id in completed if last.get(task_id) != TaskStatus.COMPLETED.value)
