"""The queue of a layer as plain data: what an agent has selected, and how it went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.core.work_order import in_work_order

Queue = dict[str, Any]
LISTS = ("queue", "blocked_tasks", "rejected_tasks", "escalated_tasks")
_GONE = (TaskStatus.ESCALATED,)


def new_queue(layer: str, agent: str, at: str) -> Queue:
    """An empty queue."""
    lists: Queue = {name: [] for name in LISTS}
    return {"agent": agent, "layer": layer, "created_at": at, "total_tasks": 0, "completed": 0, **lists}


def positions_of(queue: Mapping[str, Any]) -> dict[str, int]:
    """The position of each queued task, by its id."""
    return {str(entry.get("task_id")): index for index, entry in enumerate(queue.get("queue", ()), 1)}


def with_chosen(queue: Queue, chosen: Sequence[Task], all_tasks: Sequence[Task]) -> Queue:
    """The queue with more tasks behind the others, each behind what it depends on."""
    known = positions_of(queue)
    added = [task for task in in_work_order(chosen) if task.id not in known]
    entries = [*queue["queue"], *({"task_id": task.id} for task in added)]
    return refreshed({**queue, "queue": entries}, all_tasks)


def with_outcomes(queue: Queue, name: str, entries: Iterable[Mapping[str, object]]) -> Queue:
    """The queue with more rejected or escalated tasks; the newest entry of a task replaces an older one."""
    by_id = {str(entry.get("task_id")): entry for entry in (*queue[name], *entries)}
    return {**queue, name: list(by_id.values())}


def refreshed(queue: Queue, all_tasks: Iterable[Task]) -> Queue:
    """The queue as the store's tasks stand: positions, statuses, counts, and what is blocked."""
    by_id = {task.id: task for task in all_tasks if task.layer == queue["layer"] and task.status not in _GONE}
    first: dict[str, Mapping[str, Any]] = {}
    for entry in queue["queue"]:
        first.setdefault(str(entry.get("task_id")), entry)
    pairs = [(entry, by_id[name]) for name, entry in first.items() if name in by_id]
    entries = [_entry(entry, task, position) for position, (entry, task) in enumerate(pairs, 1)]
    blocked = [_blocked(task) for _, task in pairs if task.status is TaskStatus.BLOCKED]
    done = sum(task.status is TaskStatus.COMPLETED for _, task in pairs)
    return {**queue, "total_tasks": len(entries), "completed": done, "queue": entries, "blocked_tasks": blocked}


def _entry(before: Mapping[str, Any], task: Task, position: int) -> dict[str, object]:
    own = {
        "position": position,
        "task_id": task.id,
        "title": task.title,
        "status": task.status.value,
        "owner": task.owner or None,
        "test_files": list(task.test_files),
    }
    kept = {name: value for name, value in before.items() if name not in own and name != "completed_at"}
    completed = {"completed_at": task.extra.get("completed_at")} if task.status is TaskStatus.COMPLETED else {}
    return {**own, **completed, **kept}


def _blocked(task: Task) -> dict[str, object]:
    info = task.extra.get("blocker_info")
    return {"task_id": task.id, "title": task.title, "blocker_info": info if isinstance(info, dict) else None}
