"""All-or-nothing writes."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from pytest_agentgates.core.printable import printable
from pytest_agentgates.errors import AgentGatesError, UsageError

_OURS = ".agentgates-tmp"
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
_LEAD_NOWHERE = frozenset({errno.ENOENT, errno.ELOOP})


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore Ctrl-C while several writes that belong together are made; they take milliseconds."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def replace_file(path: Path, data: bytes, *, expected: bytes | None = None) -> bool:
    """Replace a file's bytes, all or nothing, keeping its mode and following a symlink.

    With `expected`, nothing is written and False returned where the file no longer holds these bytes.
    Raises UsageError for a place that cannot be written, AgentGatesError for a full or broken disk.
    """
    with user_errors(path, "be written"):
        target = _target_of(path)
        temp = _write_beside(target, data)
        try:
            if expected is not None and target.read_bytes() != expected:
                return False
            os.replace(temp, target)
        finally:
            _discard(temp)
        sync_folder(target.parent)
    return True


def replace_together(files: Mapping[Path, bytes]) -> None:
    """Replace several files as one: where any of them cannot be written, all stay as they were.

    Raises what `replace_file` raises.
    """
    temps: dict[Path, Path] = {}
    try:
        for path, data in files.items():
            with user_errors(path, "be written"):
                target = _target_of(path)
                temps[target] = _write_beside(target, data)
        _swap_all(temps)
    finally:
        for temp in temps.values():
            _discard(temp)


def killed_writers(path: Path) -> tuple[Path, ...]:
    """The files beside a file that its writers left when they were killed."""
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        return ()
    beside = (one for one in target.parent.iterdir() if one.name.startswith(f".{target.name}."))
    return tuple(sorted(one for one in beside if is_temporary(one.name)))


def sweep(path: Path) -> None:
    """Remove what killed writers of this file left beside it; only for the holder of the file's lock."""
    target = Path(os.path.realpath(path))
    with suppress(OSError), os.scandir(target.parent) as entries:
        for entry in entries:
            if entry.name.startswith(f".{target.name}.") and entry.name.endswith(_OURS):
                os.unlink(entry)


def is_temporary(name: str) -> bool:
    """Whether a file's name is one that our writers give what they have not finished."""
    return name.endswith(_OURS)


@contextmanager
def user_errors(path: Path, what: str) -> Iterator[None]:
    """Turn an OSError into one message for the user: a mistake of the place, or a fault of the disk."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"cannot {what}: {reason}"
        where = printable(str(path))
        if error.errno in _DISK:
            raise AgentGatesError(message, where, "make room on the disk; the file is as it was") from error
        raise UsageError(message, where, "check that the folder exists and that you may write there") from error


def resolved(path: Path) -> Path:
    """Where links lead to; raises UsageError for a link that cannot be read."""
    with user_errors(path, "be found"):
        try:
            return Path(os.path.realpath(path, strict=True))
        except OSError as error:
            if error.errno not in _LEAD_NOWHERE:
                raise
            return Path(os.path.realpath(path))


def sync_folder(folder: Path) -> None:
    """Make new names in a folder survive a power failure, where the system can."""
    # Windows cannot open a folder, and some network file systems cannot sync one.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _target_of(path: Path) -> Path:
    target = resolved(path)
    before = _stat_of(target)
    if before is None:
        return target
    if not stat.S_ISREG(before.st_mode):
        raise UsageError("is not a regular file", printable(str(path)), "name a file")
    # os.replace would silently replace a file that its owner made read-only.
    if not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return target


def _stat_of(target: Path) -> os.stat_result | None:
    try:
        return target.stat()
    except FileNotFoundError:
        return None


def _write_beside(target: Path, data: bytes) -> Path:
    temp = _free_name(target)
    before = _stat_of(target)
    # What is private stays private from the first byte on; a new file gets what the umask says.
    mode = 0o666 if before is None else 0o600
    descriptor = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            if before is not None:
                _take_over(temp, before)
            os.fsync(stream.fileno())
    except BaseException:
        _discard(temp)
        raise
    return temp


def _discard(temp: Path) -> None:
    # Whether the write succeeded is settled by then, and the next writer sweeps what is left.
    with suppress(OSError):
        temp.unlink()


def _take_over(temp: Path, before: os.stat_result) -> None:
    # Only root may give files away, and only root needs to: else its agents would take the user's files.
    with suppress(OSError, AttributeError):
        os.chown(temp, before.st_uid, before.st_gid)
    os.chmod(temp, stat.S_IMODE(before.st_mode))


def _free_name(target: Path) -> Path:
    return target.with_name(f".{target.name}.{token_hex(6)}{_OURS}")


def _swap_all(temps: Mapping[Path, Path]) -> None:
    undo: list[Callable[[], None]] = []
    keeps: list[Path] = []
    try:
        for target, temp in temps.items():
            with user_errors(target, "be written"):
                keep = _keep(target)
                keeps += [keep] if keep else []
                os.replace(temp, target)
                undo.append(_restoring(target, keep))
        for folder in {target.parent for target in temps}:
            sync_folder(folder)
    except BaseException:
        for restore in reversed(undo):
            restore()
        raise
    finally:
        for keep in keeps:
            _discard(keep)


def _keep(target: Path) -> Path | None:
    if not target.exists():
        return None
    keep = _free_name(target)
    try:
        os.link(target, keep)  # needs no room, so that going back works on a full disk
    except OSError:
        shutil.copy2(target, keep)
    return keep


def _restoring(target: Path, keep: Path | None) -> Callable[[], None]:
    if keep is None:
        return lambda: target.unlink(missing_ok=True)
    return lambda: os.replace(keep, target)
