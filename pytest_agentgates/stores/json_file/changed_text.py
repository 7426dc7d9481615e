"""The text of the file after a change, and the task that it then holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import cast

from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import SPELLINGS, Task, TaskStatus
from pytest_agentgates.json_outline import decode_value, read_members
from pytest_agentgates.json_text import Replacement, Style, append_items, set_members, splice, style_of
from pytest_agentgates.stores.json_file.file_outline import line_of
from pytest_agentgates.stores.json_file.task_file import TaskFile
from pytest_agentgates.task_files.change_check import position_of
from pytest_agentgates.task_files.entry import Entry, problems_of, task_of

_NOBODY = "pytest-agentgates"


def changed_text(file: TaskFile, change: TaskChange) -> tuple[str, Task]:
    """Write a change into the text; all that it does not name stays byte for byte."""
    index = position_of(file, change.task_id)
    item, style = file.entries[index], style_of(file.text)
    entry = cast(Entry, item.value)
    values, history = _values(file, entry, change), _history_entries(file, change)
    edits: list[Replacement] = []
    if isinstance(entry.get("status_history"), list):
        edits = _history_edits(file.text, item.start, history, style)
    elif history:
        values["status_history"] = history
    edits += set_members(file.text, item.start, values, style)
    edits += set_members(file.text, file.root, _top_level(file, change), style)
    text = splice(file.text, edits)
    shift = sum(len(edit.text) - (edit.end - edit.start) for edit in edits if edit.start < item.start)
    changed, _ = decode_value(text, item.start + shift)
    if problems := list(problems_of(cast(Entry, changed))):
        raise ValueError(f"fields of task {change.task_id}: {problems[0].what}")
    return text, task_of(cast(Entry, changed), f"{file.shown_as}:{line_of(text, item.start + shift)}")


def _history_edits(text: str, start: int, history: list[dict[str, object]], style: Style) -> list[Replacement]:
    members, _ = read_members(text, start)
    places = {member.key: member.item.start for member in members}
    return append_items(text, places["status_history"], history, style)


def _values(file: TaskFile, entry: Entry, change: TaskChange) -> dict[str, object]:
    at = rfc3339(change.at)
    named = _in_words_of(entry, change.fields or {})
    values = {field: value for field, value in named.items() if value is not None or field in entry}
    entered = any(step.after is TaskStatus.IN_PROGRESS for step in change.steps)
    if change.steps:
        values["status"] = _word(file, change.steps[-1].after)
    if entered and entry.get("started_at") is None:
        values["started_at"] = at
    if change.steps and change.steps[-1].after is TaskStatus.COMPLETED:
        values["completed_at"] = at
    return {**values, "updated_at": at}


def _in_words_of(entry: Entry, fields: Mapping[str, object]) -> dict[str, object]:
    """The fields as the entry calls them: a layer may stand under another name, or under both."""
    named = dict(fields)
    if "layer" in named and "implementation_layer" in entry:
        named["implementation_layer"] = named["layer"]
        if "layer" not in entry:
            del named["layer"]
    return named


def _top_level(file: TaskFile, change: TaskChange) -> dict[str, object]:
    return {
        "_version": file.version + 1,
        "_last_modified": rfc3339(change.at),
        "_last_modified_by": change.agent or _NOBODY,
    }


def _history_entries(file: TaskFile, change: TaskChange) -> list[dict[str, object]]:
    return [
        {
            "from": _word(file, step.before),
            "to": _word(file, step.after),
            "at": rfc3339(change.at),
            "by": change.agent or _NOBODY,
            "reason": step.reason,
            "run_id": change.run_id,
            "attempt": step.attempt,
        }
        for step in change.steps
    ]


def _word(file: TaskFile, status: TaskStatus) -> str:
    """The word for a status that the file uses most, our own where it uses none."""
    used = Counter(cast(Entry, item.value).get("status") for item in file.entries)
    words = [word for word in used if isinstance(word, str) and SPELLINGS[word] is status]
    return max(words, key=lambda word: used[word], default=status.value)
