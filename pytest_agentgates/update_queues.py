"""Brings the queue files up to date with the store after a task moved."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pytest_agentgates.core.task import Task
from pytest_agentgates.core.work_queue import positions_of, refreshed
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.project import Project
from pytest_agentgates.queue_file import queue_folder, queue_locked, queue_path, queue_paths, read_queue, write_queue


def update_queues(project: Project, ids: Collection[str]) -> tuple[str, ...]:
    """Bring each queue that names one of the tasks up to date; every problem as text.

    What the store says holds, so a queue that cannot be written is told of and stops nobody.
    """
    problems: list[str] = []
    for path in queue_paths(queue_folder(project.root, project.config.tasks)):
        try:
            with queue_locked(path, project.root):
                queue = read_queue(path, project.root)
                if queue and not positions_of(queue).keys().isdisjoint(ids):
                    # Read inside the lock, or a later state of the store could be overwritten by an earlier one.
                    write_queue(path, refreshed(queue, project.open_store().load()))
        except AgentGatesError as error:
            problems.append(str(error))
    return tuple(problems)


def read_positions(project: Project, all_tasks: Sequence[Task]) -> dict[str, int]:
    """The position of each queued task; raises UsageError for a file that is no queue."""
    folder = queue_folder(project.root, project.config.tasks)
    positions: dict[str, int] = {}
    for layer in sorted({task.layer for task in all_tasks if task.layer}):
        path = queue_path(folder, layer)
        if path.parent == folder and (queue := read_queue(path, project.root)):
            positions.update(positions_of(queue))
    return positions
