"""How a form of tasks is read and edited, whoever invented it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import SPELLINGS, TaskStatus
from pytest_agentgates.json_text import Replacement
from pytest_agentgates.task_files.entry import Entry

RECORD = "agentgates"


@dataclass(frozen=True)
class Vocabulary:
    """The words of a form for statuses; `reads` has them in lower case, `only_read` are never written."""

    reads: Mapping[str, TaskStatus] = field(default_factory=lambda: SPELLINGS)
    writes: Mapping[TaskStatus, str] = field(default_factory=lambda: {status: status.value for status in TaskStatus})
    only_read: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Found:
    """One task as its form says it.

    `entry` is in the words of tasks.json, `writable` names those fields that stand in the form's own place and can be
    written there, `record` is what the form has no place for, `spot` is whatever the form needs to write.
    `lines` are those of fields that stand on lines of their own.
    """

    line: int
    entry: Entry
    word: str
    spot: object
    record: Entry = field(default_factory=dict)
    writable: frozenset[str] = frozenset()
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Edit:
    """What becomes of one task: its status word (None where it stays), fields in the form's place, and the record."""

    found: Found
    word: str | None
    fields: Mapping[str, object]
    record: Entry
    change: TaskChange


class Form(Protocol):
    """One form of tasks."""

    @property
    def vocabulary(self) -> Vocabulary:
        """Its words for statuses."""
        ...

    def files(self, path: Path) -> Sequence[Path]:
        """The files in which the tasks stand, in their order."""
        ...

    def read(self, text: str, shown_as: str) -> Sequence[Found]:
        """The tasks of one file's text; raises UsageError with `file:line`."""
        ...

    def edits(self, text: str, edit: Edit) -> Sequence[Replacement]:
        """What to replace in the text."""
        ...
