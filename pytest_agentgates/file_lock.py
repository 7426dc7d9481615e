"""Locks against other processes, other worktrees and other agents."""

from __future__ import annotations

import posixpath
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_agentgates.core.printable import printable
from pytest_agentgates.errors import UsageError
from pytest_agentgates.safe_write import resolved, user_errors

if TYPE_CHECKING:
    from filelock import BaseFileLock

_POLL_SECONDS = 0.01
_LOCK, _NEXT = ".lock", ".next.lock"


@contextmanager
def locked(lock_path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock; raises UsageError where another process keeps it longer than this.

    The lock ends with the process that holds it, so a lock file that lies about means nothing.
    """
    from filelock import FileLock, SoftFileLock

    until = time.monotonic() + seconds
    with user_errors(lock_path, "be locked"):
        lock_path.parent.mkdir(parents=True, exist_ok=True)
        turn = FileLock(lock_path.with_suffix(_NEXT), poll_interval=_POLL_SECONDS)
        lock = FileLock(lock_path, poll_interval=_POLL_SECONDS)
        # Who locks again at once must stand behind the one who waits, or that one might never find the lock free.
        _acquire(turn, lock_path, seconds, until)
        try:
            _acquire(lock, lock_path, seconds, until)
        finally:
            _release(turn)
    try:
        # Where flock is missing, filelock may turn into a lock by existence, which a killed process never frees.
        if isinstance(lock, SoftFileLock):
            raise _no_locks(lock_path)
        yield
    finally:
        _release(lock)


def lock_path_for(path: Path, common_dir: Path | None) -> Path:
    """The lock of a file: in the common git directory, so that worktrees share it, else hidden beside the file.

    Raises UsageError where a link on the way cannot be read.
    """
    target = resolved(path)
    if common_dir is None:
        return target.with_name(f".{target.name}{_LOCK}")
    return common_dir / "agentgates" / f"{target.name}{_LOCK}"


def locks_beside(path: str) -> tuple[str, str]:
    """The files that lie beside a file from its first locking on where there is no git, as paths of the same kind."""
    folder, name = posixpath.split(path)
    hidden = posixpath.join(folder, f".{name}")
    return f"{hidden}{_LOCK}", f"{hidden}{_NEXT}"


def _acquire(lock: BaseFileLock, lock_path: Path, seconds: float, until: float) -> None:
    from filelock import Timeout

    try:
        lock.acquire(timeout=max(0.0, until - time.monotonic()))
    except Timeout:
        raise UsageError(
            f"another process has held the lock for more than {seconds:g} seconds",
            where=printable(str(lock_path)),
            fix="wait for it or end it, then try again; deleting the lock file does not help",
        ) from None
    except NotImplementedError:
        raise _no_locks(lock_path) from None


def _release(lock: BaseFileLock) -> None:
    # What was written is written; should the system not let go of the lock, the end of the process will.
    with suppress(OSError):
        lock.release()


def _no_locks(lock_path: Path) -> UsageError:
    return UsageError("this file system has no file locks", printable(str(lock_path)), "use a local disk")
