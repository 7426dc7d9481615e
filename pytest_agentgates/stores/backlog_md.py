"""The store of Backlog.md: a folder `backlog/tasks` with one file a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pytest_agentgates.errors import UsageError
from pytest_agentgates.git_folder import common_git_folder
from pytest_agentgates.json_text import Replacement
from pytest_agentgates.safe_write import user_errors
from pytest_agentgates.task_files.board_words import board_vocabulary
from pytest_agentgates.task_files.file_bytes import decoded, markdown_files
from pytest_agentgates.task_files.form import Edit, Found, Vocabulary
from pytest_agentgates.task_files.form_store import FormStore
from pytest_agentgates.task_files.front_matter import read_task, task_edits
from pytest_agentgates.task_files.locked_change import Place, shown
from pytest_agentgates.yaml_text import Node, read_yaml

_NAMES = {"updated_date": "updated_at", "created_date": "created_at"}
_STATUSES = ("To Do", "In Progress", "Done")
_PREFIX = "task"


def recognises(location: str) -> bool:
    """Whether a configured location has the form of this store: the folder `backlog/tasks`."""
    parts = PurePosixPath(location).parts
    return "://" not in location and parts[-2:] in (("backlog", "tasks"), (".backlog", "tasks"))


def open_store(path: Path, root: Path) -> FormStore:
    """The store of this folder, in the words that its config.yml lists; raises UsageError where that is no YAML."""
    config, where = _config(path, root)
    first = config["default_status"].plain if "default_status" in config else ""
    words = board_vocabulary(_statuses(config, where) or _STATUSES, first if isinstance(first, str) else "")
    prefix = config["task_prefix"].plain if "task_prefix" in config else _PREFIX
    form = BacklogMd(shown(path, root), words, prefix if isinstance(prefix, str) and prefix else _PREFIX)
    return FormStore(form, Place(path, root, common_git_folder(root)))


@dataclass(frozen=True)
class BacklogMd:
    """Front matter and sections; tasks that were moved to `backlog/completed` are read as well.

    `prefix` is what the names of files of tasks begin with.
    """

    shown_as: str
    vocabulary: Vocabulary
    prefix: str = _PREFIX

    def files(self, path: Path) -> Sequence[Path]:
        """The files of open and of completed tasks; raises UsageError where there is no such folder."""
        completed = path.parent / "completed"
        with user_errors(path, "be read"):
            if not path.is_dir():
                raise UsageError("there is no such folder of tasks", self.shown_as, "run `backlog init`")
            found = [*markdown_files(path), *(markdown_files(completed) if completed.is_dir() else ())]
        return [file for file in found if file.name.lower().startswith(f"{self.prefix.lower()}-")]

    def read(self, text: str, shown_as: str) -> Sequence[Found]:
        """The task of one file."""
        return [read_task(text, shown_as, _NAMES)]

    def edits(self, text: str, edit: Edit) -> Sequence[Replacement]:
        """What to replace in the text."""
        return task_edits(text, edit, _NAMES)


def _config(path: Path, root: Path) -> tuple[Mapping[str, Node], str]:
    """The settings of the project and the name of their file; empty where it has none."""
    places = (path.parent / "config.yml", path.parent / "config.yaml", root / "backlog.config.yml")
    for file in places:
        with user_errors(file, "be read"):
            data = file.read_bytes() if file.is_file() else None
        if data is not None:
            node = read_yaml(decoded(data, shown(file, root)), shown(file, root))
            return (node.value if node and isinstance(node.value, dict) else {}), shown(file, root)
    return {}, ""


def _statuses(config: Mapping[str, Node], where: str) -> list[str]:
    if "statuses" not in config or config["statuses"].value is None:
        return []
    listed = config["statuses"].plain
    if not isinstance(listed, list) or not all(isinstance(word, str) and word.strip() for word in listed):
        raise UsageError("statuses must be a list of texts", f"{where}:{config['statuses'].line}", "write a list")
    return listed
