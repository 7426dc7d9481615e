"""Finds the tasks that a run is for."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from pytest_agentgates.base_tree import current_branch
from pytest_agentgates.core.moves import check_runnable
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import SPELLINGS, MoveReason, Step, Task, TaskStatus
from pytest_agentgates.errors import UsageError
from pytest_agentgates.project import Project
from pytest_agentgates.validate import nearest

_CI_BRANCH = ("GITHUB_HEAD_REF", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME")
_REOPENABLE = (TaskStatus.BLOCKED, TaskStatus.FAILED, TaskStatus.COMPLETED, TaskStatus.ESCALATED)


def select_tasks(all_tasks: Sequence[Task], ids: Sequence[str]) -> tuple[Task, ...]:
    """The tasks with these ids, once each; raises UsageError for one that is unknown or must be reopened."""
    chosen = tuple(find_task(all_tasks, task_id) for task_id in dict.fromkeys(ids))
    for task in chosen:
        check_runnable(task)
    return chosen


def find_task(all_tasks: Sequence[Task], task_id: str) -> Task:
    """The task with this id; raises UsageError (TSK001) that suggests the nearest one."""
    by_id = {task.id: task for task in all_tasks}
    if task_id in by_id:
        return by_id[task_id]
    wanted = nearest(task_id, by_id)
    fix = f"did you mean {wanted}?" if wanted else "look at the ids with: agentgates tasks list"
    raise UsageError(f"TSK001 there is no task {task_id!r} in the store", fix=fix)


def with_status(all_tasks: Sequence[Task], status: str) -> tuple[Task, ...]:
    """The tasks with this status, all of them for an empty one; raises UsageError for a status that is none."""
    if status and status not in SPELLINGS:
        wanted = nearest(status, SPELLINGS)
        fix = f"did you mean {wanted}?" if wanted else f"known are: {', '.join(SPELLINGS)}"
        raise UsageError(f"there is no status {status!r}", fix=fix)
    return tuple(task for task in all_tasks if not status or task.status is SPELLINGS[status])


def resolve_ids(ids: Sequence[str], project: Project) -> tuple[str, ...]:
    """Replace `auto` by AGENT_TASK, or by the one task whose id the name of the branch holds."""
    return tuple(_auto(project) if task_id == "auto" else task_id for task_id in ids)


def reopen_task(project: Project, task_id: str, agent: str) -> Task:
    """Move a task back to work; raises UsageError where it is not one that can be reopened."""
    store = project.open_store()
    task = find_task(store.load(), task_id)
    after = TaskStatus.PENDING if task.status is TaskStatus.ESCALATED else TaskStatus.IN_PROGRESS
    if task.status not in _REOPENABLE:
        what = f"task {task.id} is {task.status.value}; there is nothing to reopen"
        raise UsageError(what, task.where, f"work on it, then: pytest --agent-task {task.id}")
    step = Step(task.status, after, MoveReason.REOPENED.value)
    who = agent or project.config.agent
    return store.apply(TaskChange(task.id, task.status.value, (step,), project.clock.now(), who, run_id=""))


def _auto(project: Project) -> str:
    if os.environ.get("AGENT_TASK"):
        return os.environ["AGENT_TASK"]
    branch = _branch(project)
    all_tasks = project.open_store().load()
    held = [task.id for task in all_tasks if _holds(branch, task.id)]
    named = [task_id for task_id in held if not any(task_id != other and task_id in other for other in held)]
    if len(named) == 1:
        return named[0]
    found = f"holds {', '.join(named)}" if named else "holds the id of no task"
    what = f"branch {branch!r} {found}" if branch else "no branch is checked out"
    fix = "name it: pytest --agent-task ID, or agentgates run ID"
    raise UsageError(f"cannot tell the task: AGENT_TASK is not set and {what}", fix=fix)


def _branch(project: Project) -> str:
    """The branch by name; on a detached HEAD what the CI service says it is building."""
    named = current_branch(project.root, project.tools)
    return named or next(filter(None, map(os.environ.get, _CI_BRANCH)), "")


def _holds(branch: str, task_id: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(task_id)}(?!\w)", branch, re.IGNORECASE) is not None
