"""The store of Backlog.md: a folder `backlog/tasks` with one file a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pytest_agentgates.core.task import TaskStatus
from pytest_agentgates.errors import UsageError
from pytest_agentgates.git_folder import common_git_folder
from pytest_agentgates.json_text import Replacement
from pytest_agentgates.safe_write import user_errors
from pytest_agentgates.task_files.form import Edit, Found, Vocabulary
from pytest_agentgates.task_files.form_store import FormStore
from pytest_agentgates.task_files.front_matter import read_task, task_edits
from pytest_agentgates.task_files.locked_change import Place, shown
from pytest_agentgates.yaml_text import read_yaml

_NAMES = {"updated_date": "updated_at", "created_date": "created_at"}
_S = TaskStatus
_READS = {
    "draft": _S.PENDING,
    "to do": _S.PENDING,
    "todo": _S.PENDING,
    "in progress": _S.IN_PROGRESS,
    "review": _S.IN_PROGRESS,
    "in review": _S.IN_PROGRESS,
    "blocked": _S.BLOCKED,
    "done": _S.COMPLETED,
    "completed": _S.COMPLETED,
}
_WRITES = {
    _S.PENDING: "To Do",
    _S.QUEUED: "To Do",
    _S.ESCALATED: "To Do",
    _S.IN_PROGRESS: "In Progress",
    _S.BLOCKED: "In Progress",
    _S.FAILED: "In Progress",
    _S.COMPLETED: "Done",
}
_ONLY_READ = frozenset(("draft", "review", "in review"))


def recognises(location: str) -> bool:
    """Whether a configured location has the form of this store: the folder `backlog/tasks`."""
    parts = PurePosixPath(location).parts
    return "://" not in location and parts[-2:] in (("backlog", "tasks"), (".backlog", "tasks"))


def open_store(path: Path, root: Path) -> FormStore:
    """The store of this folder, in the words that its config.yml lists."""
    return FormStore(BacklogMd(shown(path, root), _words(path, root)), Place(path, root, common_git_folder(root)))


@dataclass(frozen=True)
class BacklogMd:
    """Front matter and sections; tasks that were moved to `backlog/completed` are read as well."""

    shown_as: str
    vocabulary: Vocabulary

    def files(self, path: Path) -> Sequence[Path]:
        """The files of open and of completed tasks; raises UsageError where there is no such folder."""
        if not path.is_dir():
            raise UsageError("there is no such folder of tasks", self.shown_as, "run `backlog init`")
        with user_errors(path, "be read"):
            return [*sorted(path.glob("*.md")), *sorted((path.parent / "completed").glob("*.md"))]

    def read(self, text: str, shown_as: str) -> Sequence[Found]:
        """The task of one file."""
        return [read_task(text, shown_as, _NAMES)]

    def edits(self, text: str, edit: Edit) -> Sequence[Replacement]:
        """What to replace in the text."""
        return task_edits(text, edit, _NAMES)


def _words(path: Path, root: Path) -> Vocabulary:
    listed = {word.lower(): word for word in _listed(path.parent / "config.yml", root)}
    writes: Mapping[TaskStatus, str] = {
        status: listed.get("blocked" if status is _S.BLOCKED else word.lower(), listed.get(word.lower(), word))
        for status, word in _WRITES.items()
    }
    return Vocabulary(_READS, writes, _ONLY_READ)


def _listed(config: Path, root: Path) -> list[str]:
    if not config.is_file():
        return []
    with user_errors(config, "be read"):
        text = config.read_bytes().decode(errors="replace")
    node = read_yaml(text, shown(config, root))
    values = node.plain if node else None
    statuses = values.get("statuses") if isinstance(values, dict) else None
    return [word for word in statuses if isinstance(word, str)] if isinstance(statuses, list) else []
