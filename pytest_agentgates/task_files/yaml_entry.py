"""A task that is a mapping of YAML: an entry of a manifest, or front matter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import cast

from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.errors import UsageError
from pytest_agentgates.json_text import Replacement
from pytest_agentgates.task_files.form import RECORD, Edit, Found
from pytest_agentgates.task_files.own_words import in_own_words, with_own_words, writable_words
from pytest_agentgates.yaml_text import Node, set_keys

_TEXTS = frozenset(("id", "title", "description", "module", "layer", "implementation_layer", "owner", "base", "status"))
_ALIASED = frozenset(("layer", "owner"))
_IDS = ("dependencies",)
_STAMPS = ("created_at", "started_at", "completed_at", "updated_at")
_SHAPES = (
    (re.compile(r"\d{4}-\d\d-\d\d"), "%Y-%m-%d"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d"), "%Y-%m-%d %H:%M"),
)


def found_in(text: str, node: Node, names: Mapping[str, str], shown_as: str, start: int = 0) -> Found:
    """The task of a mapping; `names` are the form's own names of our fields, `start` is where `text` begins.

    Raises UsageError where it has no id, or a record that is none.
    """
    if not isinstance(node.value, dict):
        raise UsageError("a task must be a mapping", f"{shown_as}:{node.line}", "write `id: ...`")
    values: dict[str, Node] = node.value
    if "id" not in values:
        raise UsageError("the task has no id", f"{shown_as}:{node.line}", "add `id:`")
    entry = {names.get(key, key): _plain(text, names.get(key, key), value, start) for key, value in values.items()}
    word, record = entry.pop("status", None), entry.pop(RECORD, None) or {}
    if not isinstance(record, dict):
        raise UsageError(f"{RECORD} must be a mapping", f"{shown_as}:{values[RECORD].line}", "remove it")
    for key in _IDS:
        if isinstance(entry.get(key), str):
            entry[key] = [part.strip() for part in str(entry[key]).split(",") if part.strip()]
    places = {names.get(key, key) for key in values} - {"id"}
    return Found(
        line=node.line,
        entry=with_own_words(entry),
        word="" if word is None else str(word),
        spot=node,
        record=cast(Mapping[str, object], record),
        writable=(frozenset(places) - _ALIASED) | writable_words(entry),
        lines={names.get(key, key): value.line for key, value in values.items()},
    )


def yaml_edits(text: str, edit: Edit, names: Mapping[str, str]) -> Sequence[Replacement]:
    """What to replace in the text for a change of the task."""
    node = cast(Node, edit.found.spot)
    own = {names.get(key, key): key for key in node.value}
    said = in_own_words({key: node.value[name].plain for key, name in own.items()}, edit.fields)
    fields = {own[key]: _shaped(node.value[own[key]], value, edit.change) for key, value in said.items()}
    word = {"status": edit.word} if edit.word is not None else {}
    record = {RECORD: dict(edit.record)} if edit.record else {}
    after = "status" if "status" in node.value else "id"
    return set_keys(text, node, after, {**word, **fields, **record})


def _plain(text: str, name: str, node: Node, start: int) -> object:
    if name in _TEXTS or name in _STAMPS:
        return _raw(text, node, start)
    if name in _IDS and isinstance(node.value, list):
        return [_raw(text, item, start) for item in node.value]
    return node.plain


def _raw(text: str, node: Node, start: int) -> object:
    """What stands there as text: `id: 7.10` is no number."""
    if node.style or node.value is None or isinstance(node.value, (str, list, dict)):
        return node.plain
    return text[node.start - start : node.end - start]


def _shaped(node: Node, value: object, change: TaskChange) -> object:
    """A time as the file writes times, where it is that of the change."""
    if value != rfc3339(change.at) or not isinstance(node.value, str):
        return value
    fitting = (shape for pattern, shape in _SHAPES if pattern.fullmatch(node.value))
    shape = next(fitting, "")
    return change.at.astimezone(UTC).strftime(shape) if shape else value
