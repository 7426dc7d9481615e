"""`agentgates doctor --fix`: mends what is safe to mend, under the lock of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pytest_agentgates import transaction_log
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.file_lock import lock_path_for, locked
from pytest_agentgates.git_folder import common_git_folder
from pytest_agentgates.half_moves import HalfMove, half_moves
from pytest_agentgates.project import Project
from pytest_agentgates.safe_write import killed_writers, sweep
from pytest_agentgates.task_log import log_path

_AGENT = "agentgates doctor"
_LOCK_SECONDS = 5


def mend_project(project: Project) -> tuple[str, ...]:
    """Set a torn last line of the log aside, remove files of killed writers, complete moves that were recorded once.

    A store that keeps its log itself never needs it. Raises UsageError where the store cannot be locked or written.
    """
    log = log_path(project)
    store = project.root / project.config.tasks
    if log is None or not store.parent.is_dir():
        return ()
    mended = []
    with locked(lock_path_for(store, common_git_folder(project.root)), _LOCK_SECONDS):
        if transaction_log.is_torn(log):
            transaction_log.mend(log)
            mended.append("the torn last line of the log was set aside")
        mended.extend(f"{path.name} was removed" for path in killed_writers(store))
        sweep(store)
        mended.extend(_into_log(project, log))
    return (*mended, *_into_list(project, log))


def _into_log(project: Project, log: Path) -> Iterator[str]:
    for half in _safe(project, log):
        if not half.entries:
            transaction_log.append(log, half.for_log(project.clock.now(), _AGENT))
            yield f"the log lacked that {half.task.id} moved to {half.steps[-1].after.value}, it was added"


def _into_list(project: Project, log: Path) -> Iterator[str]:
    """The store takes its lock itself."""
    for half in _safe(project, log):
        if half.entries:
            project.open_store().apply(half.for_list(project.clock.now()))
            yield f"{half.task.id} was moved to {half.steps[-1].after.value}, as the log says"


def _safe(project: Project, log: Path) -> tuple[HalfMove, ...]:
    runs = project.root / project.config.evidence / "runs"
    try:
        tasks, entries = project.open_store().load(), transaction_log.read(log)
    except AgentGatesError:  # what cannot be read is named, and left as it is
        return ()
    return tuple(half for half in half_moves(tasks, entries, runs) if half.is_safe)
