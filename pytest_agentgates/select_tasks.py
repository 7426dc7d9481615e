"""Finds the tasks that a run is for."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pytest_agentgates.base_tree import current_branch
from pytest_agentgates.core.dependencies import check_dependencies
from pytest_agentgates.core.moves import check_runnable
from pytest_agentgates.core.task import LAYERS, SPELLINGS, Task, TaskStatus
from pytest_agentgates.core.work_order import open_dependencies
from pytest_agentgates.errors import UsageError
from pytest_agentgates.project import Project
from pytest_agentgates.validate import nearest

_UNBEGUN = (TaskStatus.PENDING, TaskStatus.QUEUED)
_CI_BRANCH = ("GITHUB_HEAD_REF", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME")


def select_tasks(all_tasks: Sequence[Task], ids: Sequence[str]) -> tuple[Task, ...]:
    """The tasks with these ids, once each.

    Raises UsageError for one that is unknown, must be reopened, or whose dependencies can never be met.
    """
    chosen = tuple(find_task(all_tasks, task_id) for task_id in dict.fromkeys(ids))
    for task in chosen:
        check_runnable(task)
    check_dependencies(chosen, all_tasks)
    return chosen


def find_task(all_tasks: Sequence[Task], task_id: str) -> Task:
    """The task with this id; raises UsageError (TSK001) that suggests the nearest one."""
    by_id = {task.id: task for task in all_tasks}
    if task_id in by_id:
        return by_id[task_id]
    wanted = {other.casefold(): other for other in by_id}.get(task_id.casefold()) or nearest(task_id, by_id)
    fix = f"did you mean {wanted}?" if wanted else "look at the ids with: agentgates tasks list"
    what = f"there is no task {task_id!r} in the store" if task_id else "no task is named"
    raise UsageError(f"TSK001 {what}", fix=fix)


def with_filters(all_tasks: Sequence[Task], filters: Mapping[str, Any]) -> tuple[Task, ...]:
    """The tasks of a `status`, `layer`, `module` and `agent`, and with `ready` those that wait for no other.

    What is empty filters nothing; raises UsageError for a status or a layer that is none.
    """
    _check_known("status", filters.get("status", ""), SPELLINGS)
    _check_known("layer", filters.get("layer", ""), (*LAYERS, *(task.layer for task in all_tasks)))
    by_id = {task.id: task for task in all_tasks}
    chosen = (task for task in all_tasks if _fits(task, filters))
    if filters.get("ready"):
        chosen = (task for task in chosen if task.status in _UNBEGUN and not open_dependencies(task, by_id))
    return tuple(chosen)


def resolve_ids(ids: Sequence[str], project: Project) -> tuple[str, ...]:
    """Replace `auto` by AGENT_TASK, or by the one task whose id the name of the branch holds."""
    return tuple(_auto(project) if task_id == "auto" else task_id for task_id in ids)


def _check_known(what: str, name: str, known: Collection[str]) -> None:
    if name and name not in known:
        wanted = nearest(name, known)
        fix = f"did you mean {wanted}?" if wanted else f"known are: {', '.join(dict.fromkeys(known))}"
        raise UsageError(f"there is no {what} {name!r}", fix=fix)


def _fits(task: Task, filters: Mapping[str, Any]) -> bool:
    status = SPELLINGS.get(filters.get("status", ""), task.status)
    texts = {"layer": task.layer, "module": task.module, "agent": task.owner}
    return task.status is status and all(filters.get(name) in (None, "", text) for name, text in texts.items())


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
