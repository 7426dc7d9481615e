"""What the log of a store says of a task, beside what the task's entry says now."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from pytest_agentgates import transaction_log
from pytest_agentgates.core.boundary import WIDENED, widenings
from pytest_agentgates.core.task import Task
from pytest_agentgates.errors import UsageError
from pytest_agentgates.project import Project
from pytest_agentgates.store_location import is_database, shown_location
from pytest_agentgates.transaction_log import LogEntry

_SHORT = 12


@runtime_checkable
class KeepsLog(Protocol):
    """A store that keeps its log itself, and not in a file beside it."""

    def read_log(self) -> tuple[LogEntry, ...]:
        """Every entry, oldest first."""
        ...


def log_path(project: Project) -> Path | None:
    """The log beside the task list; None for a store that keeps it itself."""
    location = project.config.tasks
    if is_database(location):
        return None
    try:
        return Path(os.path.realpath(project.root / location)).with_name(transaction_log.FILE_NAME)
    except OSError as error:
        where = shown_location(location)
        raise UsageError(f"cannot be read: {error.strerror}", where, "check its permissions") from error


def read_task_log(project: Project) -> tuple[LogEntry, ...]:
    """Every entry of the store's log, oldest first; raises UsageError with `file:line` for each bad line."""
    path = log_path(project)
    if path is not None:
        return transaction_log.read(path)
    store = project.open_store()
    return store.read_log() if isinstance(store, KeepsLog) else ()


def unlogged(task: Task, log: Sequence[LogEntry]) -> Iterator[str]:
    """Where a task's entry says something of its base or boundary that its log does not.

    A log without any entry of the task says nothing of its base.
    """
    own = [entry for entry in log if entry.task_id == task.id]
    if own:
        yield from _other_base(task, own)
    globs = {entry.recorded for entry in own if entry.operation == WIDENED}
    for one in widenings(task):
        if one.glob not in globs:
            yield f"the task {task.id} is widened to {one.glob}, and the log knows nothing of it"


def _other_base(task: Task, own: Sequence[LogEntry]) -> Iterator[str]:
    bases = [entry.recorded for entry in own if entry.recorded and entry.operation != WIDENED]
    known = bases[-1] if bases else ""
    if task.base and not known:
        yield f"the task {task.id} records the base {task.base[:_SHORT]}, the log knows of none"
    elif known and not (task.base and known.startswith(task.base)):
        now = f"the base {task.base[:_SHORT]}" if task.base else "no base"
        yield f"the task {task.id} records {now}, the log says {known[:_SHORT]}"
