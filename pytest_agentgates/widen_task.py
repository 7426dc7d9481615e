"""Widens the boundary of a task, with the reason on record."""

from __future__ import annotations

from pytest_agentgates.claim_task import agent_name
from pytest_agentgates.core.boundary import WIDENED, boundary_of
from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import Task
from pytest_agentgates.errors import UsageError
from pytest_agentgates.project import Project
from pytest_agentgates.select_tasks import find_task


def widen_task(project: Project, task_id: str, glob: str, reason: str, agent: str) -> Task:
    """Record that a task may change what a glob fits, too.

    Raises UsageError without a reason or an agent, for a glob that leads out of the project, and for a task
    that declares no boundary.
    """
    store = project.open_store()
    task = find_task(store.load(), task_id)
    by = agent_name(project, agent)
    _check(task, glob.strip(), reason.strip())
    recorded = task.extra.get(WIDENED)
    now = project.clock.now()
    entry = {"glob": glob.strip(), "reason": reason.strip(), "by": by, "at": rfc3339(now)}
    fields = {WIDENED: [*(recorded if isinstance(recorded, list) else []), entry]}
    change = TaskChange(task.id, task.status.value, (), now, by, run_id="", fields=fields, operation=WIDENED)
    return store.apply(change)


def _check(task: Task, glob: str, reason: str) -> None:
    if not reason:
        raise UsageError("a boundary is widened only for a reason", fix="add --reason TEXT")
    if not glob or glob.startswith(("/", "~")) or ".." in glob.split("/"):
        raise UsageError(f"{glob!r} leads out of the project", fix="name a path or glob relative to the project")
    if not boundary_of((task,)).is_declared:
        raise UsageError(f"task {task.id} declares no boundary", task.where, "name files in its deliverables first")
