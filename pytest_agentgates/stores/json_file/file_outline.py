"""The file as JSON: its bytes, its text, and where its members and the entries of `tasks` stand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pytest_agentgates.errors import UsageError
from pytest_agentgates.json_outline import Decode, Member, read_items, read_members, root_start, skip_space
from pytest_agentgates.task_files.entry import named
from pytest_agentgates.task_files.file_bytes import regular_bytes

_SKELETON = '{"_version": 0, "tasks": []}'
_RESTORE = "correct it, or restore the file from git"


@dataclass(frozen=True)
class FileOutline:
    """The members of the top level; the value of `tasks`, where it is a list, is a list of Item.

    `repeats` tells whether some object of the file has a key twice.
    """

    data: bytes
    text: str
    root: int
    members: tuple[Member, ...]
    repeats: bool


def read_outline(path: Path, shown_as: str) -> FileOutline:
    """Read a JSON object from a file; raises UsageError, with line and column, for anything else."""
    data = _read_bytes(path, shown_as)
    text = _decoded(data, shown_as)
    root = root_start(text)
    try:
        members, repeats = _members(text, root, shown_as)
    except json.JSONDecodeError as error:
        column = error.pos - text.rfind("\n", 0, error.pos)
        where = f"{shown_as}:{line_of(text, error.pos)}:{column}"
        raise UsageError(f"not JSON: {error.msg}", where, _RESTORE) from None
    except RecursionError:
        raise UsageError("the JSON is nested too deeply", shown_as, _RESTORE) from None
    except ValueError as error:  # a number of thousands of digits
        raise UsageError(f"the JSON cannot be read: {error}", shown_as, _RESTORE) from None
    return FileOutline(data, text, root, tuple(members), repeats)


def line_of(text: str, position: int) -> int:
    """The line of a place in the text, counted from 1."""
    return text.count("\n", 0, position) + 1


def _read_bytes(path: Path, shown_as: str) -> bytes:
    try:
        data = regular_bytes(path)
    except FileNotFoundError:
        fix = f"create it with {_SKELETON}, or name another with `tasks` in [tool.agentgates]"
        raise UsageError("there is no such task file", shown_as, fix) from None
    except OSError as error:
        fix = "make it a file that you may read"
        raise UsageError(f"the task file cannot be read: {error.strerror}", shown_as, fix) from None
    if not data.strip():
        raise UsageError("the task file is empty", shown_as, f"restore it from git, or write {_SKELETON}")
    return data


def _decoded(data: bytes, shown_as: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise UsageError(what, f"{shown_as}:{line}", "save the file as UTF-8") from None


def _members(text: str, root: int, shown_as: str) -> tuple[list[Member], bool]:
    repeated: list[bool] = []

    def note(pairs: list[tuple[str, object]]) -> dict[str, object]:
        value = dict(pairs)
        if len(value) < len(pairs):
            repeated.append(True)
        return value

    decode = json.JSONDecoder(object_pairs_hook=note).raw_decode
    if text[root : root + 1] != "{":
        value, _ = decode(text, root)
        what = f"the top level must be an object with the list tasks, not {named(value)}"
        fix = 'put {"_version": 0, "tasks": ... } around it' if isinstance(value, list) else f"write {_SKELETON}"
        raise UsageError(what, f"{shown_as}:{line_of(text, root)}", fix)
    members, end = read_members(text, root, {"tasks": lambda text, start: _entries(text, start, decode)})
    rest = skip_space(text, end)
    if rest < len(text):
        raise json.JSONDecodeError("Extra data", text, rest)
    return members, bool(repeated)


def _entries(text: str, start: int, decode: Decode) -> tuple[object, int]:
    return read_items(text, start, decode) if text[start : start + 1] == "[" else decode(text, start)
