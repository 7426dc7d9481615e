"""Copies the tasks of one store into another, with what the log says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from pytest_agentgates.errors import UsageError
from pytest_agentgates.project import Project
from pytest_agentgates.store_location import shown_location
from pytest_agentgates.task_log import read_task_log
from pytest_agentgates.transaction_log import LogEntry


@runtime_checkable
class GivesEntries(Protocol):
    """A store that shows its tasks whole."""

    def entries(self) -> Sequence[Mapping[str, object]]:
        """Every task with all its fields, in the words of tasks.json."""
        ...


@runtime_checkable
class TakesEntries(Protocol):
    """A store that tasks can be put into."""

    def add(self, entries: Sequence[Mapping[str, object]], log: Sequence[LogEntry]) -> tuple[str, ...]:
        """Add the tasks that are not there yet, with what a log says of them, and give their ids."""
        ...


@dataclass(frozen=True)
class Copied:
    """The ids that were added, and those that were there already and stay as they are."""

    added: tuple[str, ...]
    kept: tuple[str, ...]


def copy_tasks(source: Project, target: Project) -> Copied:
    """Copy every task that the target does not have, all or none.

    Raises UsageError where the source cannot be read, and where the target is no database.
    """
    given, taking = source.open_store(), target.open_store()
    if not isinstance(taking, TakesEntries):
        fix = "name one as `tasks`, such as sqlite:///docs/state/tasks.db; files are written by hand"
        raise UsageError("tasks can only be copied into a database", shown_location(target.config.tasks), fix)
    if not isinstance(given, GivesEntries):
        raise UsageError("tasks cannot be copied from here", shown_location(source.config.tasks), "name another store")
    entries = given.entries()
    added = taking.add(entries, read_task_log(source))
    return Copied(added, tuple(str(entry["id"]) for entry in entries if entry["id"] not in added))
