"""Where a task store is, as the configuration says it: a path, or the URL of a database."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from pytest_agentgates.core.printable import printable

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_LOG = ("transaction-log.jsonl", "transaction-log.torn")
_OF_SQLITE = ("", "-journal", "-wal", "-shm")


def is_database(location: str) -> bool:
    """Whether the location is a URL."""
    return _URL.fullmatch(location) is not None


def shown_location(location: str) -> str:
    """The location as messages and evidence name it: never with a password."""
    parts = _URL.fullmatch(location)
    if parts is None:
        return printable(location)
    if file := local_file(location):
        return printable(file)
    # A password may hold any sign, so whatever stands between the user and the last @ is left out.
    user, at, host = parts["rest"].partition("?")[0].rpartition("@")
    return printable(f"{parts['scheme']}://{user.partition(':')[0]}{at}{host}")


def local_file(location: str) -> str:
    """The file or folder that holds the tasks, as a path; empty for a database behind a server."""
    parts = _URL.fullmatch(location)
    if parts is None:
        return location
    is_sqlite = parts["scheme"].lower().partition("+")[0] == "sqlite"
    return parts["rest"].partition("?")[0].removeprefix("/") if is_sqlite else ""


def files_of(location: str, root: Path) -> tuple[str, ...]:
    """What moves of tasks write: the list itself with its log, or the files of an embedded database."""
    path = Path(local_file(location))
    file = path.relative_to(root).as_posix() if path.is_relative_to(root) else local_file(location)
    if not is_database(location):
        return (file, *(posixpath.join(posixpath.dirname(file), name) for name in _LOG))
    return tuple(f"{file}{end}" for end in _OF_SQLITE) if file else ()
