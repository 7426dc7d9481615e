"""Reads tasks and moves them, however many processes do so at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pytest_agentgates.collector_pause import without_collector
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import Task
from pytest_agentgates.safe_write import replace_file
from pytest_agentgates.stores.json_file.changed_text import changed_text
from pytest_agentgates.stores.json_file.task_file import read_task_file
from pytest_agentgates.task_files.change_check import Snapshot, check_change, snapshot_of
from pytest_agentgates.task_files.entry import Entry
from pytest_agentgates.task_files.locked_change import Place, apply_locked


@dataclass
class _Memory:
    """What the store held when this process last looked."""

    snapshot: Snapshot | None = None


@dataclass(frozen=True)
class JsonFileStore:
    """Tasks in one JSON file; `common_dir` is the repository's common git folder, None outside git.

    `lock_seconds` is how long `apply` waits for other processes.
    """

    path: Path
    root: Path
    common_dir: Path | None
    lock_seconds: float = 30
    _memory: _Memory = field(default_factory=_Memory, init=False, repr=False, compare=False)

    @property
    def shown_as(self) -> str:
        """The file as messages name it."""
        return self._place.shown_as

    @property
    def log_path(self) -> Path:
        """The transaction log, beside the file that links lead to: whoever moves its tasks shares one log."""
        return self._place.log_path

    def load(self) -> tuple[Task, ...]:
        """Every task, in the file's order; raises UsageError with every mistake of the file."""
        with without_collector():
            file = read_task_file(self.path, self.shown_as)
            self._memory.snapshot = snapshot_of(file)
            return file.tasks

    def entries(self) -> tuple[Entry, ...]:
        """Every task with all its fields; raises what `load` raises."""
        file = read_task_file(self.path, self.shown_as)
        return tuple(file.entry(index) for index in range(len(file.entries)))

    def apply(self, change: TaskChange) -> Task:
        """Write the steps of one task and log them; other tasks may have changed since `load`.

        Raises UsageError where this task no longer stands where the change expects it, where a step
        is no legal move, and where the file cannot be written.
        """
        with without_collector():
            return apply_locked(self._place, change, self._try_to_apply)

    @property
    def _place(self) -> Place:
        return Place(self.path, self.root, self.common_dir, self.lock_seconds)

    def _try_to_apply(self, change: TaskChange) -> Task | None:
        before = read_task_file(self.path, self.shown_as)
        check_change(before, change, self._memory.snapshot)
        after, task = changed_text(before, change)
        if not replace_file(self.path, after.encode(), expected=before.data):
            return None
        if self._memory.snapshot:
            self._memory.snapshot = self._memory.snapshot.after(change, before.version + 1)
        return task
