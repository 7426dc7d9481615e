"""The log of every move of a task: one JSON object a line, appended by a single write."""

from __future__ import annotations

import errno
import json
import mmap
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from pytest_agentgates.errors import Mistake, UsageError
from pytest_agentgates.safe_write import sync_folder, user_errors

FILE_NAME = "transaction-log.jsonl"
TORN_NAME = "transaction-log.torn"
_TIME_DIGITS = 16


@dataclass(frozen=True)
class LogEntry:
    """One move; `tx_id` sorts by time and is given when the entry is appended.

    `recorded` is what the task's entry gained that must not change by itself: its base, or the glob it was widened to.
    """

    timestamp: str
    agent: str
    operation: str
    task_id: str
    before: str
    after: str
    run_id: str
    evidence_sha256: str = ""
    tx_id: str = ""
    recorded: str = ""


def append(path: Path, entries: Sequence[LogEntry]) -> tuple[LogEntry, ...]:
    """Append entries in one write that reaches the disk or leaves the log as it was.

    The caller holds the lock of the store. Raises what `mend` raises.
    """
    appended = numbered(entries, mend(path))
    lines = "".join(_line_of(entry) for entry in appended)
    with user_errors(path, "be written"):
        created = not path.exists()
        _append_bytes(path, lines.encode())
        if created:
            sync_folder(path.parent)
    return appended


def mend(path: Path) -> str:
    """Set a torn last line aside, and give the `tx_id` of the last entry; empty where there is none.

    Raises UsageError where the log cannot be written.
    """
    with user_errors(path, "be written"):
        if not path.exists():
            return ""
        with path.open("r+b") as log:
            start, line = _last_line(log)
            entry = _entry_of(line)
            if entry is None and line.strip():
                _set_aside(log, start, path.with_name(TORN_NAME), line)
            elif line and not line.endswith(b"\n"):
                _write_at(log, start + len(line), b"\n")
            return entry.tx_id if entry else ""


def read(path: Path, shown_as: str = "") -> tuple[LogEntry, ...]:
    """Every entry, oldest first, without a torn last line; none where there is no log yet.

    Raises UsageError with `file:line` for each bad line before the last; `shown_as` names the file.
    """
    with user_errors(path, "be read"):
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    entries = [(number, _entry_of(line)) for number, line in enumerate(lines, 1) if line.strip()]
    bad = [number for number, entry in entries if entry is None and number < len(lines)]
    if bad:
        raise UsageError.of([_bad_line(f"{shown_as or path}:{number}") for number in bad])
    return tuple(entry for _, entry in entries if entry is not None)


def is_torn(path: Path) -> bool:
    """Whether the last line is no entry, as a killed writer leaves it; raises UsageError where it cannot be read."""
    with user_errors(path, "be read"):
        lines = path.read_bytes().splitlines() if path.exists() else []
    return bool(lines) and bool(lines[-1].strip()) and _entry_of(lines[-1]) is None


def numbered(entries: Sequence[LogEntry], last: str) -> tuple[LogEntry, ...]:
    """The entries with ids that sort behind `last`, the id of the last entry so far, empty where there is none."""
    # A clock that was set back must not put new entries before old ones.
    first = max(time.time_ns(), _time_of(last) + 1)
    return tuple(
        replace(entry, tx_id=f"{first + offset:0{_TIME_DIGITS}x}{token_hex(8)}") for offset, entry in enumerate(entries)
    )


def _time_of(tx_id: str) -> int:
    try:
        return int(tx_id[:_TIME_DIGITS], 16) if len(tx_id) == 2 * _TIME_DIGITS else 0
    except ValueError:
        return 0


def _line_of(entry: LogEntry) -> str:
    data = asdict(entry)
    if not entry.recorded:
        del data["recorded"]
    return json.dumps({"tx_id": data.pop("tx_id"), **data}) + "\n"


def _append_bytes(path: Path, data: bytes) -> None:
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o666)
    try:
        size = os.fstat(descriptor).st_size
        if os.write(descriptor, data) != len(data):
            os.ftruncate(descriptor, size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _last_line(log: BinaryIO) -> tuple[int, bytes]:
    size = os.fstat(log.fileno()).st_size
    if not size:
        return 0, b""
    with mmap.mmap(log.fileno(), 0, access=mmap.ACCESS_READ) as content:
        start = content.rfind(b"\n", 0, size - 1) + 1
        return start, content[start:]


def _entry_of(line: bytes) -> LogEntry | None:
    try:
        data = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not all(isinstance(data.get(key), str) for key in ("tx_id", "task_id")):
        return None
    known = {field.name: data.get(field.name) for field in fields(LogEntry)}
    return LogEntry(**{name: value if isinstance(value, str) else "" for name, value in known.items()})


def _set_aside(log: BinaryIO, start: int, torn: Path, line: bytes) -> None:
    _append_bytes(torn, line.rstrip(b"\n") + b"\n")
    log.truncate(start)
    os.fsync(log.fileno())


def _write_at(log: BinaryIO, position: int, data: bytes) -> None:
    log.seek(position)
    log.write(data)
    log.flush()
    os.fsync(log.fileno())


def _bad_line(where: str) -> Mistake:
    return Mistake("is no entry of the transaction log", where, "restore the line from git, or delete it")
