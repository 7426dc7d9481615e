"""The bytes of a task file, and the text that they are."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

from pytest_agentgates.errors import UsageError
from pytest_agentgates.json_outline import BOM

_UNREADABLE = re.compile(r"\x00|\r(?!\n)")
_MEANT = {"\x00": "the line holds a NUL byte", "\r": "a carriage return stands there without a line feed"}
_REPAIR = "save the file with LF or CRLF at the end of lines, or restore it from git"


def read_bytes(path: Path, shown_as: str) -> bytes:
    """The bytes of a task file; raises UsageError where they cannot be read."""
    try:
        return regular_bytes(path)
    except FileNotFoundError:
        fix = "create it, or name another with `tasks` in [tool.agentgates]"
        raise UsageError("there is no such task file", shown_as, fix) from None
    except OSError as error:
        fix = "make it a file that you may read"
        raise UsageError(f"the task file cannot be read: {error.strerror}", shown_as, fix) from None


def regular_bytes(path: Path) -> bytes:
    """The bytes of a file; raises OSError, also for a pipe or a device, which might never end."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # of a folder the system itself says so
        raise OSError(errno.EINVAL, "it is not a regular file")
    return path.read_bytes()


def markdown_files(folder: Path) -> list[Path]:
    """The Markdown files right in a folder, by name; raises OSError, where glob would find nothing."""
    return [folder / name for name in sorted(os.listdir(folder)) if name.endswith(".md")]


def decoded(data: bytes, shown_as: str) -> str:
    """The text of a task file without a byte order mark.

    Raises UsageError where it is not UTF-8, and for signs that programs take for the end of a text or of a line.
    """
    try:
        text = data.decode().removeprefix(BOM)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise UsageError(what, f"{shown_as}:{line}", "save the file as UTF-8") from None
    if unreadable := _UNREADABLE.search(text):
        line = text.count("\n", 0, unreadable.start()) + 1
        raise UsageError(_MEANT[unreadable[0]], f"{shown_as}:{line}", _REPAIR)
    return text
