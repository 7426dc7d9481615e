"""Rows as tasks, and what a change writes into them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import SPELLINGS, Task
from pytest_agentgates.errors import Mistake, UsageError
from pytest_agentgates.task_files.changed_entry import in_words_of, new_history, new_values
from pytest_agentgates.task_files.entry import Entry, history_of, named, problems_of, task_of

_COLUMNS = ("id", "status", "owner")


@dataclass(frozen=True)
class ReadRow:
    """A row without mistakes, and what it says."""

    row: Row[Any]
    entry: Entry
    task: Task


@dataclass(frozen=True)
class ReadRows:
    """Rows as a change is checked against them; each row counts its own versions."""

    shown_as: str
    rows: tuple[ReadRow, ...]
    version: int = 0
    members: Entry = field(default_factory=dict)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the tasks, by position."""
        return tuple(one.task.id for one in self.rows)

    def task(self, index: int) -> Task:
        """One task."""
        return self.rows[index].task

    def entry(self, index: int) -> Entry:
        """What the database says of one task."""
        return self.rows[index].entry

    def by_id(self) -> dict[str, ReadRow]:
        """The rows, to be looked up when they are read again."""
        return {one.task.id: one for one in self.rows}


def read_rows(rows: Sequence[Row[Any]], shown_as: str, known: Mapping[str, ReadRow] | None = None) -> ReadRows:
    """Read rows, those that are as they were `known` without decoding them anew.

    Raises UsageError with every mistake, each with the position of its row.
    """
    mistakes: list[Mistake] = []
    read: list[ReadRow] = []
    for row in rows:
        before = known.get(row.id) if known else None
        if before and before.row == row:
            read.append(before)
            continue
        where = f"{shown_as}:{row.position}"
        entry = _entry_of(row)
        own = [*_mistakes(row, entry, where)]
        mistakes += own
        if not own:
            read.append(ReadRow(row, entry, task_of(entry, where)))
    if mistakes:
        raise UsageError.of(mistakes)
    return ReadRows(shown_as, tuple(read))


def changed_entry(entry: Entry, change: TaskChange) -> Entry:
    """The entry after a change."""
    values = new_values(entry, in_words_of(entry, change.fields or {}), change)
    if change.steps:
        values["status"] = change.steps[-1].after.value
        values["status_history"] = [*history_of(entry), *new_history(change)]
    changed = {**entry, **values}
    if problems := list(problems_of(changed)):
        raise ValueError(f"fields of task {change.task_id}: {problems[0].what}")
    return changed


def row_of(entry: Entry) -> dict[str, object]:
    """The columns that hold an entry without problems."""
    status = SPELLINGS[str(entry.get("status") or "pending")].value
    whole = {**entry, "status": status}
    return {"id": entry["id"], "status": status, "owner": entry.get("owner"), "entry": json.dumps(whole, default=str)}


def _entry_of(row: Row[Any]) -> Entry:
    """The entry of a row, empty where it is none; columns that somebody changed by hand count."""
    try:
        entry = json.loads(row.entry)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(entry, dict):
        return {}
    columns: Mapping[str, object] = {name: getattr(row, name) for name in _COLUMNS}
    return {**entry, **{name: value for name, value in columns.items() if entry.get(name) != value}}


def _mistakes(row: Row[Any], entry: Entry, where: str) -> Iterator[Mistake]:
    if not entry:
        what = f"the entry of task {named(row.id)} is no JSON object"
        yield Mistake(what, where, "restore the row from a backup, or delete it")
        return
    for problem in problems_of(entry):
        yield Mistake(problem.what, where, problem.fix)
