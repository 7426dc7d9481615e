"""The store of beads' export `.beads/issues.jsonl`, which is only read: its truth is a database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.errors import UsageError
from pytest_agentgates.git_folder import common_git_folder
from pytest_agentgates.json_text import Replacement
from pytest_agentgates.task_files.entry import Entry
from pytest_agentgates.task_files.form import Edit, Found, Vocabulary
from pytest_agentgates.task_files.form_store import FormStore
from pytest_agentgates.task_files.locked_change import Place
from pytest_agentgates.task_files.own_words import with_own_words

_S = TaskStatus
_READS = {
    "open": _S.PENDING,
    "pinned": _S.PENDING,
    "hooked": _S.QUEUED,
    "in_progress": _S.IN_PROGRESS,
    "blocked": _S.BLOCKED,
    "deferred": _S.ESCALATED,
    "closed": _S.COMPLETED,
}
_DELETED = "tombstone"
_HELD_UP_BY = "blocks"


def recognises(location: str) -> bool:
    """Whether a configured location has the form of this store: a `.jsonl` below `.beads`."""
    return location.lower().endswith(".jsonl") and ".beads" in PurePosixPath(location).parts


def open_store(path: Path, root: Path) -> BeadsStore:
    """The store of this export."""
    return BeadsStore(FormStore(Beads(), Place(path, root, common_git_folder(root))))


@dataclass(frozen=True)
class BeadsStore:
    """Reads issues, and refuses to move them."""

    export: FormStore

    def load(self) -> tuple[Task, ...]:
        """Every issue that is not deleted; raises UsageError with every mistake."""
        return self.export.load()

    def entries(self) -> tuple[Entry, ...]:
        """The same with all their fields, in the words of tasks.json."""
        return self.export.entries()

    def apply(self, change: TaskChange) -> Task:
        """Raise UsageError: what were written here, beads would overwrite."""
        what = f"task {change.task_id} cannot be moved here: {self.export.place.shown_as} is an export of beads"
        fix = f"run `bd update {change.task_id} --status ...`, or judge with --agent-no-update"
        raise UsageError(what, self.export.place.shown_as, fix)


@dataclass(frozen=True)
class Beads:
    """One issue a line."""

    vocabulary: ClassVar[Vocabulary] = Vocabulary(_READS)

    def files(self, path: Path) -> Sequence[Path]:
        """The export itself."""
        return (path,)

    def read(self, text: str, shown_as: str) -> Sequence[Found]:
        """The issues; deleted ones are left out."""
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        issues = [(number, _issue(line, f"{shown_as}:{number}")) for number, line in lines]
        return [_found(number, issue) for number, issue in issues if issue.get("status") != _DELETED]

    def edits(self, text: str, edit: Edit) -> Sequence[Replacement]:
        """Nothing is ever written."""
        raise NotImplementedError(f"{len(text)} characters, task {edit.change.task_id}")


def _issue(line: str, where: str) -> dict[str, Any]:
    try:
        issue = json.loads(line)
    except (ValueError, RecursionError):
        issue = None
    if not isinstance(issue, dict):
        raise UsageError("is no issue of beads", where, "export again with `bd export`")
    return issue


def _found(number: int, issue: dict[str, Any]) -> Found:
    links = issue.get("dependencies")
    needs = [
        link["depends_on_id"]
        for link in (links if isinstance(links, list) else [])
        if isinstance(link, dict) and link.get("type") == _HELD_UP_BY and isinstance(link.get("depends_on_id"), str)
    ]
    hidden = ("status", "dependencies")
    entry = {key: value for key, value in issue.items() if key not in hidden} | {"dependencies": needs}
    if isinstance(issue.get("acceptance_criteria"), str):
        entry["acceptance_criteria"] = [issue["acceptance_criteria"]]
    return Found(number, with_own_words(entry), str(issue.get("status") or ""), None)
