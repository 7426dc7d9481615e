"""A change under the store's lock: tried until the file did not move beneath it, and logged."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pytest_agentgates import transaction_log
from pytest_agentgates.core.boundary import WIDENED
from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.printable import printable
from pytest_agentgates.core.task import Task
from pytest_agentgates.errors import AgentGatesError, UsageError
from pytest_agentgates.file_lock import lock_path_for, locked
from pytest_agentgates.safe_write import sweep
from pytest_agentgates.transaction_log import LogEntry

_TRIES = 5


@dataclass(frozen=True)
class Place:
    """Where a store is; `common_dir` is the repository's common git folder, None outside git."""

    path: Path
    root: Path
    common_dir: Path | None
    lock_seconds: float = 30

    @property
    def shown_as(self) -> str:
        """The file as messages name it."""
        return shown(self.path, self.root)

    @property
    def log_path(self) -> Path:
        """The transaction log, beside the file that links lead to: whoever moves its tasks shares one log."""
        return Path(os.path.realpath(self.path)).with_name(transaction_log.FILE_NAME)


def shown(path: Path, root: Path) -> str:
    """A path as messages name it: below the root where it lies there."""
    return printable((path.relative_to(root) if path.is_relative_to(root) else path).as_posix())


def apply_locked(place: Place, change: TaskChange, attempt: Callable[[TaskChange], Task | None]) -> Task:
    """Make a change and log it; `attempt` gives None where the file was written by another meanwhile.

    Raises what `attempt` raises, UsageError where the place cannot be locked or its log not written, and
    AgentGatesError where the log failed once the task was moved.
    """
    with locked(lock_path_for(place.path, place.common_dir), place.lock_seconds):
        sweep(place.path)
        transaction_log.mend(place.log_path)  # fails before anything moved, should the log not be writable
        for _ in range(_TRIES):
            if task := attempt(change):
                _log(place, change)
                return task
    raise UsageError(
        "another program keeps writing the file without taking the lock", place.shown_as, "end it, then try again"
    )


def log_entries(change: TaskChange) -> list[LogEntry]:
    """What the log says of a change: one entry a step."""
    moves = [(step.reason, step.before.value, step.after.value) for step in change.steps]
    unmoved = (change.operation, change.expected_status, change.expected_status)
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
            recorded=_recorded(change) if number == 0 else "",
        )
        for number, (operation, before, after) in enumerate(moves or [unmoved])
    ]


def _log(place: Place, change: TaskChange) -> None:
    try:
        transaction_log.append(place.log_path, log_entries(change))
    except AgentGatesError as error:
        (mistake,) = error.mistakes
        what = f"the task was moved, but its log may lack the move: {mistake.what}"
        raise AgentGatesError(what, mistake.where, "mend the cause, then run: agentgates doctor --fix") from error


def _recorded(change: TaskChange) -> str:
    """What the entry gains that nobody may change by hand later: the base, or the glob of a widening."""
    fields = change.fields or {}
    widened = fields.get(WIDENED)
    if change.operation == WIDENED and isinstance(widened, list) and isinstance(widened[-1], dict):
        return str(widened[-1].get("glob", ""))
    return str(fields.get("base") or "")
