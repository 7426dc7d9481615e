"""Whether a change still fits the file: nobody else moved the task, and every step is legal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.printable import one_line
from pytest_agentgates.core.task import SPELLINGS, Task, check_move
from pytest_agentgates.errors import MovedError, UsageError
from pytest_agentgates.task_files.entry import Entry, history_of, named

_WRITTEN_BY_STORE = frozenset(("id", "status", "status_history", "updated_at"))
_AGAIN = "look at what changed, then run it again"


class ReadTasks(Protocol):
    """A file without mistakes, as a change is checked against it; `members` stand beside the tasks."""

    @property
    def shown_as(self) -> str:
        """The file as messages name it."""
        ...

    @property
    def version(self) -> int:
        """How many changes the file counts, 0 where it counts none."""
        ...

    @property
    def members(self) -> Entry:
        """What the file says of itself."""
        ...

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the tasks, in the file's order."""
        ...

    def task(self, index: int) -> Task:
        """One task."""
        ...

    def entry(self, index: int) -> Entry:
        """What the file says of one task."""
        ...


@dataclass(frozen=True)
class Snapshot:
    """What tells whether a task was touched: the file's version and how long each history is."""

    version: int
    history_lengths: Mapping[str, int]

    def after(self, change: TaskChange, version: int) -> Snapshot:
        """What this process has seen once it made a change itself."""
        length = self.history_lengths.get(change.task_id, 0) + len(change.steps)
        return Snapshot(version, {**self.history_lengths, change.task_id: length})


def snapshot_of(file: ReadTasks) -> Snapshot:
    """What to compare with when the file is read again."""
    lengths = {task_id: len(history_of(file.entry(index))) for index, task_id in enumerate(file.ids)}
    return Snapshot(file.version, lengths)


def check_change(file: ReadTasks, change: TaskChange, seen: Snapshot | None) -> None:
    """Raise UsageError where the change does not fit, MovedError where that is because another moved the task.

    `seen` is what `load` saw, None where it was not called.
    """
    index = position_of(file, change.task_id)
    task, entry = file.task(index), file.entry(index)
    _check_request(task, change)
    if SPELLINGS.get(change.expected_status) is not task.status:
        what = f"task {task.id} is {task.status.value}, not {change.expected_status}{_mover(file, entry)}"
        raise MovedError(what, task.where, _AGAIN)
    if seen is not None:
        _check_untouched(file, task, entry, seen)


def position_of(file: ReadTasks, task_id: str) -> int:
    """Where the task stands among the others; raises UsageError where there is no such task."""
    for index, known in enumerate(file.ids):
        if known == task_id:
            return index
    raise UsageError(f"there is no task {named(task_id)}", file.shown_as, "name a task of the file")


def _check_request(task: Task, change: TaskChange) -> None:
    """Raise ValueError for a change that no caller may ask for, UsageError for a move that is not legal."""
    if written := _WRITTEN_BY_STORE.intersection(change.fields or ()):
        raise ValueError(f"the store itself writes {', '.join(sorted(written))}")
    expected = change.expected_status
    for step in change.steps:
        if step.before is not SPELLINGS.get(expected):
            raise ValueError(f"the steps of task {task.id} do not join: {expected}, then {step.before.value}")
        check_move(task.id, step.before, step.after)
        expected = step.after.value


def _check_untouched(file: ReadTasks, task: Task, entry: Entry, seen: Snapshot) -> None:
    if file.version < seen.version:
        what = f"_version went back from {seen.version} to {file.version} since it was read"
        raise UsageError(what, file.shown_as, _AGAIN)
    if len(history_of(entry)) != seen.history_lengths.get(task.id):
        what = f"task {task.id} was moved since it was read, and is {task.status.value} again{_mover(file, entry)}"
        raise MovedError(what, task.where, _AGAIN)


def _mover(file: ReadTasks, entry: Entry) -> str:
    """Who moved the task last, as far as the file tells."""
    history = history_of(entry)
    last = history[-1] if history and isinstance(history[-1], dict) else {}
    by = last.get("by") or last.get("agent") or file.members.get("_last_modified_by")
    at = last.get("at") or file.members.get("_last_modified")
    reason = last.get("reason")
    told = [f"by {by}" if by else "", f"at {at}" if at else "", f"({reason})" if reason else ""]
    words = one_line(" ".join(word for word in told if word))
    return f": last moved {words}" if words else ""
