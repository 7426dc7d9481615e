"""Where the queues of agents and the store disagree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.task import SPELLINGS
from pytest_agentgates.core.work_queue import LISTS
from pytest_agentgates.count_contradictions import in_document
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.looked_at import LookedAt, found
from pytest_agentgates.queue_file import queue_folder, queue_paths, read_queue

_SELECT = "bring it up to date: agentgates tasks select --layer LAYER"


def examine_queues(at: LookedAt, location: str) -> Iterator[Finding]:
    """Every queue beside the store at `location`: entries, statuses and counts."""
    for path in queue_paths(queue_folder(at.root, location)):
        shown = path.relative_to(at.root).as_posix() if path.is_relative_to(at.root) else str(path)
        try:
            queue = read_queue(path, at.root) or {}
        except AgentGatesError as error:
            yield found(shown, str(error.mistakes[0].what), "delete it; the next selection writes it anew")
            continue
        yield from (found(shown, message, _SELECT) for message in (*_entries(at, queue), *in_document(queue)))
        yield from (found(shown, message, _SELECT) for message in _sums(queue))


def _entries(at: LookedAt, queue: Mapping[str, Any]) -> Iterator[str]:
    for name in LISTS:
        for entry in queue[name]:
            task_id = str(entry.get("task_id") or entry.get("id") or "")
            task = at.known.get(task_id)
            if task is None:
                yield f"{name} names the task {task_id or '?'}, which is in no task list"
            elif name == "queue" and SPELLINGS.get(str(entry.get("status")), task.status) is not task.status:
                yield f"{task_id} is {entry['status']} here, and {task.status.value} in the list"
            elif name == "queue" and task.layer and queue.get("layer") and task.layer != queue["layer"]:
                yield f"{task_id} is of the layer {task.layer}, this is the queue of {queue['layer']}"


def _sums(queue: Mapping[str, Any]) -> Iterator[str]:
    """An empty queue has no entries to count."""
    entries: Sequence[Mapping[str, Any]] = queue["queue"]
    for name in ("total_tasks", "completed"):
        if not entries and isinstance(queue.get(name), int) and queue[name]:
            yield f"it says {name} {queue[name]}, queue is empty"
