"""Moves the base of a task for good, with the reason on record."""

from __future__ import annotations

from pytest_agentgates.claim_task import agent_name
from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import Task
from pytest_agentgates.errors import UsageError
from pytest_agentgates.project import Project
from pytest_agentgates.run_git import Git
from pytest_agentgates.select_tasks import find_task

_OPERATION = "rebased"


def rebase_task(project: Project, task_id: str, revision: str, reason: str, agent: str) -> Task:
    """Record another commit as what a task's changes are measured against.

    Raises UsageError without a reason or an agent, and for a revision that is not there.
    """
    store = project.open_store()
    task = find_task(store.load(), task_id)
    by = agent_name(project, agent)
    if not reason.strip():
        raise UsageError("a base is moved only for a reason", fix="add --reason TEXT")
    git = Git(project.root, project.tools)
    if problem := git.problem():
        raise UsageError(problem, fix="a base is a commit: make the project a repository first")
    commit = git.commit(revision)
    if not commit:
        raise UsageError(f"{revision!r} is not a commit of this repository", fix="fetch it, or name another")
    now = project.clock.now()
    fields = {"base": commit, "base_recorded_at": rfc3339(now), "base_reason": reason.strip()}
    change = TaskChange(task.id, task.status.value, (), now, by, run_id="", fields=fields, operation=_OPERATION)
    return store.apply(change)
