"""Who may take a task, give it back or bring it back, and the steps that this is."""

from __future__ import annotations

from pytest_agentgates.core.printable import one_line
from pytest_agentgates.core.task import MoveReason, Step, Task, TaskStatus
from pytest_agentgates.errors import UsageError

_PENDING, _QUEUED, _WORKING = TaskStatus.PENDING, TaskStatus.QUEUED, TaskStatus.IN_PROGRESS
_REOPENABLE = (TaskStatus.BLOCKED, TaskStatus.FAILED, TaskStatus.COMPLETED, TaskStatus.ESCALATED)
_NOBODY = ("-", "none", "(none)", "n/a")
_CLAIM: dict[TaskStatus, tuple[Step, ...]] = {
    _PENDING: (
        Step(_PENDING, _QUEUED, MoveReason.SELECTED.value),
        Step(_QUEUED, _WORKING, MoveReason.CLAIMED.value),
    ),
    _QUEUED: (Step(_QUEUED, _WORKING, MoveReason.CLAIMED.value),),
    # A step even where the status stays: the store lets only one of two agents make it.
    _WORKING: (Step(_WORKING, _WORKING, MoveReason.CLAIMED.value),),
}


def agent_called(name: str) -> str:
    """An agent's name as every form of tasks gives it back, without the @ of trackers; empty where there is none.

    Raises UsageError for one that a form would read as nobody, or as more than a name.
    """
    plain = name.strip().removeprefix("@").strip()
    if plain.lower() in _NOBODY or "|" in plain or one_line(plain) != plain:
        fix = "use a name of letters, digits, dots and dashes"
        raise UsageError(f"an agent cannot be called {one_line(name)!r}: task lists would not give it back", fix=fix)
    return plain


def claim_steps(task: Task, agent: str) -> tuple[Step, ...]:
    """The steps by which an agent takes a task, none where it works on it already.

    Raises UsageError where another holds it, or where it must be reopened first.
    """
    if task.owner and task.owner != agent:
        raise held_by_another(task)
    if task.status not in _CLAIM:
        what = f"task {task.id} is {task.status.value} and cannot be claimed"
        raise UsageError(what, task.where, f"bring it back first: agentgates tasks reopen {task.id}")
    if task.status is _WORKING and task.owner:
        return ()
    return _CLAIM[task.status]


def release_steps(task: Task, agent: str) -> tuple[Step, ...]:
    """The step by which an agent gives a task back.

    Raises UsageError where another holds it, or nobody.
    """
    if task.owner and task.owner != agent:
        raise held_by_another(task)
    if task.status not in (_QUEUED, _WORKING):
        what = f"task {task.id} is {task.status.value}; there is nothing to release"
        raise UsageError(what, task.where, "only tasks that are queued or in_progress can be released")
    return (Step(task.status, _PENDING, MoveReason.RELEASED.value),)


def reopen_step(task: Task) -> Step:
    """The step that brings a task back to work; raises UsageError where there is nothing to reopen."""
    if task.status not in _REOPENABLE:
        what = f"task {task.id} is {task.status.value}; there is nothing to reopen"
        raise UsageError(what, task.where, f"work on it, then: pytest --agent-task {task.id}")
    after = _PENDING if task.status is TaskStatus.ESCALATED else _WORKING
    return Step(task.status, after, MoveReason.REOPENED.value)


def held_by_another(task: Task) -> UsageError:
    """The refusal of a task that another agent holds."""
    owner = one_line(task.owner)
    since = task.extra.get("claimed_at")
    told = f" since {one_line(since)}" if isinstance(since, str) and since else ""
    fix = f"take another: agentgates tasks next; or give it back as {owner}: agentgates tasks release {task.id}"
    return UsageError(f"task {task.id} is held by {owner}{told}", task.where, fix)
