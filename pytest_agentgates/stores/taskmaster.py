"""The store of task-master's `.taskmaster/tasks/tasks.json`, with its tags and subtasks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, cast

from pytest_agentgates.core.task import TaskStatus
from pytest_agentgates.errors import UsageError
from pytest_agentgates.git_folder import common_git_folder
from pytest_agentgates.json_outline import Item, Member, decode_value, read_items, read_members, root_start, skip_space
from pytest_agentgates.json_text import Replacement, set_members, style_of
from pytest_agentgates.task_files.entry import named
from pytest_agentgates.task_files.form import RECORD, Edit, Found, Vocabulary
from pytest_agentgates.task_files.form_store import FormStore
from pytest_agentgates.task_files.locked_change import Place
from pytest_agentgates.task_files.own_words import in_own_words, with_own_words, writable_words

_MAIN_TAG = "master"
_S = TaskStatus
_READS = {
    "pending": _S.PENDING,
    "in-progress": _S.IN_PROGRESS,
    "review": _S.IN_PROGRESS,
    "done": _S.COMPLETED,
    "completed": _S.COMPLETED,
    "blocked": _S.BLOCKED,
    "deferred": _S.ESCALATED,
    "cancelled": _S.ESCALATED,
}
_WRITES = {
    _S.PENDING: "pending",
    _S.QUEUED: "pending",
    _S.IN_PROGRESS: "in-progress",
    _S.FAILED: "in-progress",
    _S.COMPLETED: "done",
    _S.BLOCKED: "blocked",
    _S.ESCALATED: "deferred",
}
# `testStrategy` is prose here, and `test_strategy` none of its words.
_NAMES = {"updatedAt": "updated_at"}
_OURS = frozenset(("title", "description", "updated_at", "module", "base"))


def recognises(location: str) -> bool:
    """Whether a configured location has the form of this store: a `.json` below `.taskmaster`."""
    return location.lower().endswith(".json") and ".taskmaster" in PurePosixPath(location).parts


def open_store(path: Path, root: Path) -> FormStore:
    """The store of this file."""
    return FormStore(Taskmaster(), Place(path, root, common_git_folder(root)))


@dataclass(frozen=True)
class _Spot:
    """Where a task's object begins, its metadata, and its members as they stand there."""

    start: int
    metadata: Mapping[str, object]
    members: Mapping[str, object]


@dataclass(frozen=True)
class Taskmaster:
    """Tags with their tasks; the record lies in `metadata`, which task-master keeps as it is."""

    vocabulary: ClassVar[Vocabulary] = Vocabulary(_READS, _WRITES, frozenset(("review", "cancelled", "completed")))

    def files(self, path: Path) -> Sequence[Path]:
        """The file itself."""
        return (path,)

    def read(self, text: str, shown_as: str) -> Sequence[Found]:
        """Tasks and subtasks of all tags: `3`, `3.1`, and `tag:3` of another tag than `master`."""
        try:
            return list(_all(text, shown_as))
        except json.JSONDecodeError as error:
            column = error.pos - text.rfind("\n", 0, error.pos)
            where = f"{shown_as}:{_line(text, error.pos)}:{column}"
            raise UsageError(f"not JSON: {error.msg}", where, "correct it, or restore the file from git") from None
        except (RecursionError, ValueError) as error:
            raise UsageError(f"the JSON cannot be read: {error}", shown_as, "restore the file from git") from None

    def edits(self, text: str, edit: Edit) -> Sequence[Replacement]:
        """Members of the task's object."""
        spot = cast(_Spot, edit.found.spot)
        own = {our: name for name, our in _NAMES.items()}
        said = in_own_words(spot.members, edit.fields)
        values: dict[str, object] = {own.get(key, key): value for key, value in said.items()}
        if edit.word is not None:
            values["status"] = edit.word
        values["metadata"] = {**spot.metadata, RECORD: dict(edit.record)}
        return set_members(text, spot.start, values, style_of(text))


def _all(text: str, shown_as: str) -> Iterator[Found]:
    start = root_start(text)
    _expect(text, start, "{", "the top level must be an object", shown_as)
    members, end = read_members(text, start)
    rest = skip_space(text, end)
    if rest < len(text):
        raise json.JSONDecodeError("Extra data", text, rest)
    lines = _Lines(text)
    if any(member.key == "tasks" and isinstance(member.item.value, list) for member in members):
        yield from _tag(text, start, "", lines, shown_as)
        return
    for member in members:
        if isinstance(member.item.value, (dict, list)):
            yield from _named_tag(text, member, lines, shown_as)


def _named_tag(text: str, member: Member, lines: _Lines, shown_as: str) -> Iterator[Found]:
    what = f"tag {named(member.key)} must be an object with the list tasks"
    _expect(text, member.item.start, "{", what, shown_as)
    if "tasks" not in cast(dict[str, Any], member.item.value):
        raise UsageError(what, f"{shown_as}:{_line(text, member.item.start)}", "add the list, or remove the tag")
    prefix = "" if member.key == _MAIN_TAG else f"{member.key}:"
    yield from _tag(text, member.item.start, prefix, lines, shown_as)


def _tag(text: str, start: int, prefix: str, lines: _Lines, shown_as: str) -> Iterator[Found]:
    for item in _list(text, start, "tasks", shown_as):
        task_id = f"{prefix}{_id(text, item, shown_as)}"
        yield _found(item, task_id, _needs(item, prefix), lines)
        yield from _parts(text, item, (prefix, task_id), lines, shown_as)


def _parts(text: str, item: Item, names: tuple[str, str], lines: _Lines, shown_as: str) -> Iterator[Found]:
    """The subtasks of a task, and theirs; `names` are the tag's prefix and the task's id."""
    prefix, task_id = names
    for part in _list(text, item.start, "subtasks", shown_as):
        part_id = f"{task_id}.{_id(text, part, shown_as)}"
        yield _found(part, part_id, _needs(part, prefix, f"{task_id}."), lines)
        yield from _parts(text, part, (prefix, part_id), lines, shown_as)


def _list(text: str, start: int, key: str, shown_as: str) -> list[Item]:
    members, _ = read_members(text, start)
    found = next((member.item for member in members if member.key == key), None)
    if found is None or found.value is None:
        return []
    _expect(text, found.start, "[", f"{key} must be a list", shown_as)
    items, _ = read_items(text, found.start, decode_value)
    return items


def _id(text: str, item: Item, shown_as: str) -> str:
    _expect(text, item.start, "{", "a task must be an object", shown_as)
    task_id = cast(dict[str, Any], item.value).get("id")
    if type(task_id) not in (int, str):
        raise UsageError("the task has no id", f"{shown_as}:{_line(text, item.start)}", 'add "id": 1')
    return str(task_id)


def _needs(item: Item, prefix: str, parent: str = "") -> list[str]:
    value = cast(dict[str, Any], item.value).get("dependencies")
    needed = [one for one in value if type(one) in (int, str)] if isinstance(value, list) else []
    # Inside a task a bare number names a sibling.
    return [f"{parent}{one}" if parent and "." not in str(one) else f"{prefix}{one}" for one in needed]


def _found(item: Item, task_id: str, needs: list[str], lines: _Lines) -> Found:
    value = cast(dict[str, Any], item.value)
    kept = value.get("metadata")
    metadata: dict[str, object] = kept if isinstance(kept, dict) else {}
    record = metadata.get(RECORD)
    hidden = ("status", "dependencies", "id", "subtasks", "metadata")
    entry = {_NAMES.get(key, key): inner for key, inner in value.items() if key not in hidden}
    return Found(
        line=lines.at(item.start),
        entry={**with_own_words(entry), "id": task_id, "dependencies": needs},
        word=str(value.get("status") or ""),
        spot=_Spot(item.start, metadata, entry),
        record=record if isinstance(record, dict) else {},
        writable=(_OURS & entry.keys()) | writable_words(entry),
    )


class _Lines:
    """Line numbers of places that come in order."""

    def __init__(self, text: str) -> None:
        self._text, self._line, self._position = text, 1, 0

    def at(self, position: int) -> int:
        """The line of a place that is not before the last one asked for."""
        self._line += self._text.count("\n", self._position, position)
        self._position = position
        return self._line


def _expect(text: str, start: int, sign: str, what: str, shown_as: str) -> None:
    if text[start : start + 1] != sign:
        raise UsageError(what, f"{shown_as}:{_line(text, start)}", "restore the file from git")


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
