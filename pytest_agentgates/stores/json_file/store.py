"""Reads tasks and moves them, however many processes do so at once."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from pytest_agentgates import transaction_log
from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.printable import printable
from pytest_agentgates.core.task import Task
from pytest_agentgates.errors import UsageError
from pytest_agentgates.safe_write import lock_path_for, locked, replace_file, sweep
from pytest_agentgates.stores.json_file.change_check import check_change
from pytest_agentgates.stores.json_file.changed_text import changed_text
from pytest_agentgates.stores.json_file.task_file import Snapshot, read_task_file
from pytest_agentgates.transaction_log import LogEntry

_TRIES = 5


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
        inside = self.path.is_relative_to(self.root)
        return printable((self.path.relative_to(self.root) if inside else self.path).as_posix())

    @property
    def log_path(self) -> Path:
        """The transaction log, beside the file that links lead to: whoever moves its tasks shares one log."""
        return Path(os.path.realpath(self.path)).with_name(transaction_log.FILE_NAME)

    def load(self) -> tuple[Task, ...]:
        """Every task, in the file's order; raises UsageError with every mistake of the file."""
        file = read_task_file(self.path, self.shown_as)
        self._memory.snapshot = file.snapshot()
        return file.tasks

    def apply(self, change: TaskChange) -> Task:
        """Write the steps of one task and log them; other tasks may have changed since `load`.

        Raises UsageError where this task no longer stands where the change expects it, where a step
        is no legal move, and where the file cannot be written.
        """
        with locked(lock_path_for(self.path, self.common_dir), self.lock_seconds):
            sweep(self.path)
            transaction_log.mend(self.log_path)  # fails before anything moved, should the log not be writable
            for _ in range(_TRIES):
                if task := self._try_to_apply(change):
                    return task
        raise UsageError(
            "another program keeps writing the file without taking the lock", self.shown_as, "end it, then try again"
        )

    def _try_to_apply(self, change: TaskChange) -> Task | None:
        before = read_task_file(self.path, self.shown_as)
        check_change(before, change, self._memory.snapshot)
        after, task = changed_text(before, change)
        if not replace_file(self.path, after.encode(), expected=before.data):
            return None
        transaction_log.append(self.log_path, _log_entries(change))
        if self._memory.snapshot:
            self._memory.snapshot = self._memory.snapshot.after(change, before.version + 1)
        return task


def _log_entries(change: TaskChange) -> list[LogEntry]:
    moves = [(step.reason, step.before.value, step.after.value) for step in change.steps]
    unmoved = ("fields", change.expected_status, change.expected_status)
    return [
        LogEntry(
            timestamp=rfc3339(change.at),
            agent=change.agent,
            operation=operation,
            task_id=change.task_id,
            before=before,
            after=after,
            run_id=change.run_id,
            evidence_sha256=change.evidence_sha256,
        )
        for operation, before, after in moves or [unmoved]
    ]
