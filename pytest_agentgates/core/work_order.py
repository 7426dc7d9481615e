"""Which task comes first, and what a task waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush

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


def unfinished_before(layer: str, all_tasks: Iterable[Task]) -> tuple[Task, ...]:
    """The tasks of earlier layers that are not completed."""
    earlier = EARLIER.get(layer, ())
    return tuple(task for task in all_tasks if task.layer in earlier and task.status is not _DONE)


def of_same_module(task: Task, others: Iterable[Task]) -> Iterator[Task]:
    """Those of the same module, and where a task names none, of any."""
    return (other for other in others if not task.module or not other.module or task.module == other.module)


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


def _by_dependency(tasks: Sequence[Task]) -> Iterator[Task]:
    places = {task.id: place for place, task in enumerate(tasks)}
    waits = [{places[name] for name in task.dependencies if name in places} for task in tasks]
    followers: dict[int, list[int]] = {}
    for place, before in enumerate(waits):
        for other in before:
            followers.setdefault(other, []).append(place)
    ready = [place for place, before in enumerate(waits) if not before]
    seen: set[int] = set()
    while ready:
        place = heappop(ready)
        seen.add(place)
        yield tasks[place]
        for follower in followers.get(place, ()):
            waits[follower].discard(place)
            if not waits[follower]:
                heappush(ready, follower)
    yield from (task for place, task in enumerate(tasks) if place not in seen)


def _may_take(task: Task, agent: str, layer: str) -> bool:
    if layer and task.layer != layer:
        return False
    if task.status is TaskStatus.IN_PROGRESS:
        return bool(agent) and task.owner == agent
    return task.status in (TaskStatus.PENDING, TaskStatus.QUEUED) and task.owner in ("", agent)


def _stage(task: Task) -> int:
    return {TaskStatus.IN_PROGRESS: 0, TaskStatus.QUEUED: 1}.get(task.status, 2)
