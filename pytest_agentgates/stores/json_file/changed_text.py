"""The text of the file after a change, and the task that it then holds."""

from __future__ import annotations

from typing import cast

from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import SPELLINGS, Task, TaskStatus
from pytest_agentgates.json_outline import decode_value, read_members
from pytest_agentgates.json_text import Replacement, Style, append_items, set_members, splice, style_of
from pytest_agentgates.stores.json_file.file_outline import line_of
from pytest_agentgates.stores.json_file.task_file import TaskFile
from pytest_agentgates.task_files.change_check import position_of
from pytest_agentgates.task_files.changed_entry import NOBODY, in_words_of, new_history, new_values
from pytest_agentgates.task_files.entry import Entry, problems_of, task_of


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
    values = new_values(entry, in_words_of(entry, change.fields or {}), change)
    return {"status": _word(file, change.steps[-1].after), **values} if change.steps else values


def _top_level(file: TaskFile, change: TaskChange) -> dict[str, object]:
    return {
        "_version": file.version + 1,
        "_last_modified": rfc3339(change.at),
        "_last_modified_by": change.agent or NOBODY,
    }


def _history_entries(file: TaskFile, change: TaskChange) -> list[dict[str, object]]:
    words = [{"from": _word(file, step.before), "to": _word(file, step.after)} for step in change.steps]
    return [{**entry, **own} for entry, own in zip(new_history(change), words, strict=True)]


def _word(file: TaskFile, status: TaskStatus) -> str:
    """The word for a status that the file uses most, our own where it uses none."""
    words = [word for word in file.words if SPELLINGS[word] is status]
    return max(words, key=lambda word: file.words[word], default=status.value)
