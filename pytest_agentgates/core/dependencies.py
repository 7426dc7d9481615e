"""Dependencies that can never be met: on a task that is not there, or on the task itself in a circle."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.errors import Mistake, UsageError

_MOST_SHOWN = 20


def check_dependencies(tasks: Sequence[Task], all_tasks: Sequence[Task]) -> None:
    """Raise UsageError (TSK002) where one of the tasks depends on what is not there, or stands in a cycle."""
    if found := list(_mistakes(tasks, {task.id: task for task in all_tasks})):
        raise UsageError.of(found)


def dependency_mistakes(all_tasks: Sequence[Task]) -> tuple[Mistake, ...]:
    """What keeps open tasks from ever being ready: each unknown dependency, and each cycle once."""
    open_tasks = [task for task in all_tasks if task.status is not TaskStatus.COMPLETED]
    return tuple(_mistakes(open_tasks, {task.id: task for task in all_tasks}))


def in_cycles(all_tasks: Sequence[Task]) -> frozenset[str]:
    """The ids of the tasks that depend on themselves, straight or through others."""
    return frozenset(_circles(_links(all_tasks, {task.id: task for task in all_tasks})))


def cycle_of(task: Task, by_id: Mapping[str, Task]) -> tuple[str, ...]:
    """The shortest way from the task back to itself, both ends named; empty where there is none."""
    came_from: dict[str, str] = {}
    waiting = deque([task.id])
    while waiting:
        current = waiting.popleft()
        for needed in by_id[current].dependencies if current in by_id else ():
            if needed == task.id:
                return _way(came_from, task.id, current)
            if needed not in came_from:
                came_from[needed] = current
                waiting.append(needed)
    return ()


def _way(came_from: Mapping[str, str], start: str, last: str) -> tuple[str, ...]:
    way = [start]
    while last != start:
        way.append(last)
        last = came_from[last]
    return (start, *reversed(way[1:]), start)


def _mistakes(tasks: Sequence[Task], by_id: Mapping[str, Task]) -> Iterator[Mistake]:
    circle_of = _circles(_links(tasks, by_id))
    told: set[int] = set()
    for task in tasks:
        for needed in dict.fromkeys(task.dependencies):
            if needed not in by_id:
                what = f"TSK002 {task.id} depends on {needed}, which is not in the store"
                yield Mistake(what, task.where, "correct its dependencies, or add the task")
        circle = circle_of.get(task.id)
        if circle is not None and circle not in told:
            told.add(circle)
            way = _shown(cycle_of(task, by_id), by_id)
            yield Mistake(f"TSK002 the dependencies form a cycle: {way}", task.where, "remove one of these links")


def _shown(way: Sequence[str], by_id: Mapping[str, Task]) -> str:
    named = [f"{name} ({by_id[name].where})" if by_id[name].where else name for name in way[:-1]]
    if len(named) > _MOST_SHOWN:
        named = [*named[:_MOST_SHOWN], f"{len(named) - _MOST_SHOWN} more"]
    return " -> ".join([*named, way[-1]])


def _links(tasks: Sequence[Task], by_id: Mapping[str, Task]) -> dict[str, list[str]]:
    """What each task that can be reached from the given ones depends on, as far as it is in the store."""
    links: dict[str, list[str]] = {}
    waiting = [task.id for task in tasks]
    while waiting:
        name = waiting.pop()
        if name not in links:
            links[name] = [needed for needed in by_id[name].dependencies if needed in by_id]
            waiting += links[name]
    return links


def _circles(links: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The tasks that lead back to themselves, each with the number of its circle (Kosaraju's algorithm)."""
    backwards: dict[str, list[str]] = {name: [] for name in links}
    for name, needs in links.items():
        for needed in needs:
            backwards[needed].append(name)
    circle_of: dict[str, int] = {}
    seen: set[str] = set()
    for number, name in enumerate(reversed(_post_order(links, links, set()))):
        members = _post_order([name], backwards, seen)
        if len(members) > 1 or name in links[name]:
            circle_of.update(dict.fromkeys(members, number))
    return circle_of


def _post_order(starts: Iterable[str], links: Mapping[str, Sequence[str]], seen: set[str]) -> list[str]:
    """What can be reached and was not seen before, each behind those that it leads to."""
    order: list[str] = []
    for start in starts:
        stack = [] if start in seen else [(start, iter(links[start]))]
        seen.add(start)
        while stack:
            name, rest = stack[-1]
            following = next((one for one in rest if one not in seen), None)
            if following is None:
                order.append(name)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(links[following])))
    return order
