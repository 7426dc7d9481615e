"""The store of tasks in a folder of Markdown files, one task a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import ClassVar

from pytest_agentgates.errors import UsageError
from pytest_agentgates.git_folder import common_git_folder
from pytest_agentgates.json_text import Replacement
from pytest_agentgates.safe_write import user_errors
from pytest_agentgates.task_files.file_bytes import markdown_files
from pytest_agentgates.task_files.form import Edit, Found, Vocabulary
from pytest_agentgates.task_files.form_store import FormStore
from pytest_agentgates.task_files.front_matter import read_task, task_edits
from pytest_agentgates.task_files.locked_change import Place, shown

_NAMES = {"blocked_by": "dependencies", "updated": "updated_at", "created": "created_at"}
_NO_TASKS = ("readme.md", "index.md")


def recognises(location: str) -> bool:
    """Whether a configured location has the form of this store: a folder, so a name without a suffix."""
    return "://" not in location and not PurePosixPath(location).suffix


def open_store(path: Path, root: Path) -> FormStore:
    """The store of this folder."""
    return FormStore(MarkdownFolder(shown(path, root)), Place(path, root, common_git_folder(root)))


@dataclass(frozen=True)
class MarkdownFolder:
    """Front matter, `## Acceptance Criteria`, `## Dependencies`, `## Progress Log`."""

    shown_as: str
    vocabulary: ClassVar[Vocabulary] = Vocabulary()

    def files(self, path: Path) -> Sequence[Path]:
        """The Markdown files of the folder, by name; raises UsageError where there is no such folder."""
        with user_errors(path, "be read"):
            if not path.is_dir():
                raise UsageError("there is no such folder of tasks", self.shown_as, "create it with one file a task")
            return [file for file in markdown_files(path) if file.name.lower() not in _NO_TASKS]

    def read(self, text: str, shown_as: str) -> Sequence[Found]:
        """The task of one file."""
        return [read_task(text, shown_as, _NAMES)]

    def edits(self, text: str, edit: Edit) -> Sequence[Replacement]:
        """What to replace in the text."""
        return task_edits(text, edit, _NAMES)
