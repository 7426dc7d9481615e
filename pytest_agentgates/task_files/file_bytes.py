"""The bytes of a task file, and the text that they are."""

from __future__ import annotations

from pathlib import Path

from pytest_agentgates.errors import UsageError
from pytest_agentgates.json_outline import BOM


def read_bytes(path: Path, shown_as: str) -> bytes:
    """The bytes of a task file; raises UsageError where they cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        fix = "create it, or name another with `tasks` in [tool.agentgates]"
        raise UsageError("there is no such task file", shown_as, fix) from None
    except OSError as error:
        fix = "make it a file that you may read"
        raise UsageError(f"the task file cannot be read: {error.strerror}", shown_as, fix) from None


def decoded(data: bytes, shown_as: str) -> str:
    """The text of a task file without a byte order mark; raises UsageError where it is not UTF-8."""
    try:
        return data.decode().removeprefix(BOM)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise UsageError(what, f"{shown_as}:{line}", "save the file as UTF-8") from None
