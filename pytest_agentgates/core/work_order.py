"""Which task comes first, and what a task waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pytest_agentgates.core.task import Task, TaskStatus

EARLIER: dict[str, tuple[str, ...]] = {
    "domain": (),
    "application": ("domain",),
    "infrastructure_backend": ("domain", "application"),
    "infrastructure_frontend": ("domain", "application", "infrastructure_backend"),
}
_PRIORITIES = {
    **dict.fromkeys(("critical", "blocker", "urgent", "highest", "p0"), 0),
    **dict.fromkeys(("high", "p1"), 1),
    **dict.fromkeys(("medium", "normal", "p2", ""), 2),
    **dict.fromkeys(("low", "p3"), 3),
    **dict.fromkeys(("lowest", "trivial", "p4"), 4),
}
_NORMAL = 2.0
_DONE = TaskStatus.COMPLETED


def priority_of(task: Task) -> float:
    """The task's `priority`, 0 for the highest: a number as it stands, a word by its rank, normal where unknown."""
    given = task.extra.get("priority")
    if isinstance(given, int | float) and not isinstance(given, bool):
        return float(given)
    return float(_PRIORITIES.get(given.strip().lower(), _NORMAL)) if isinstance(given, str) else _NORMAL


def open_dependencies(task: Task, by_id: Mapping[str, Task]) -> tuple[str, ...]:
    """The dependencies that are not completed; one that is not in the store never is."""
    return tuple(name for name in task.dependencies if name not in by_id or by_id[name].status is not _DONE)


def unfinished_before(task: Task, all_tasks: Iterable[Task]) -> tuple[str, ...]:
    """The tasks of earlier layers that are not completed, of the same module where both name one."""
    earlier = EARLIER.get(task.layer, ())
    return tuple(
        other.id
        for other in all_tasks
        if other.layer in earlier and other.status is not _DONE and _same_module(task, other)
    )


def in_work_order(tasks: Sequence[Task]) -> tuple[Task, ...]:
    """Each task behind those it depends on, else by priority and then as they stand; cycles come last."""
    waiting = sorted(tasks, key=priority_of)  # sorting keeps the order of those that are alike
    return tuple(_by_dependency(waiting))


def next_tasks(all_tasks: Sequence[Task], agent: str, layer: str, positions: Mapping[str, int]) -> tuple[Task, ...]:
    """What an agent may work on, the first one first.

    What it has begun comes first, then what it has queued, then what is free; by priority, then by the
    position in the queue, then as the store has them.
    """
    by_id = {task.id: task for task in all_tasks}
    own = [task for task in all_tasks if _may_take(task, agent, layer) and not open_dependencies(task, by_id)]
    return tuple(sorted(own, key=lambda task: (_stage(task), priority_of(task), positions.get(task.id, len(by_id)))))


def _same_module(task: Task, other: Task) -> bool:
    return not task.module or not other.module or task.module == other.module


def _by_dependency(waiting: list[Task]) -> Iterator[Task]:
    while waiting:
        names = {task.id for task in waiting}
        ready = [task for task in waiting if not names.intersection(task.dependencies)] or waiting
        yield ready[0]
        waiting.remove(ready[0])


def _may_take(task: Task, agent: str, layer: str) -> bool:
    if layer and task.layer != layer:
        return False
    if task.status is TaskStatus.IN_PROGRESS:
        return bool(agent) and task.owner == agent
    return task.status in (TaskStatus.PENDING, TaskStatus.QUEUED) and task.owner in ("", agent)


def _stage(task: Task) -> int:
    return {TaskStatus.IN_PROGRESS: 0, TaskStatus.QUEUED: 1}.get(task.status, 2)
