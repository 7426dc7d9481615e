"""The columns of a Backlog.md board are read and written in the project's own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.core.task import Step, TaskStatus
from pytest_agentgates.errors import UsageError
from pytest_agentgates.task_files.board_words import board_vocabulary
from tests.stores.forms import opened, written
from tests.stores.json_store import CLAIM, PASS, change

S = TaskStatus
BLOCK = Step(S.IN_PROGRESS, S.BLOCKED, "attempts_used_up", 3)
BOARDS = [
    (["To Do", "In Progress", "Done"], ["To Do", "In Progress", "In Progress", "Done"]),
    (["To Do", "In Progress", "Review", "Done"], ["To Do", "In Progress", "In Progress", "Done"]),
    (["Backlog", "Doing", "On Hold", "QA", "Shipped"], ["Backlog", "Doing", "On Hold", "Shipped"]),
    (["Todo", "Code Review", "Done", "Cancelled"], ["Todo", "Todo", "Todo", "Done"]),
    (["\U0001f4cb To Do", "\u23f3 In Progress", "\u2705 Done"], ["\U0001f4cb To Do", "\u23f3 In Progress"]),
    (["A faire", "En cours", "Termin\u00e9"], ["A faire", "En cours", "En cours", "Termin\u00e9"]),
    (["Idea", "Agreed", "Building", "Review", "Live"], ["Idea", "Agreed", "Agreed", "Live"]),
    (["Queued", "Awaiting Merge"], ["Queued", "Queued", "Queued", "Awaiting Merge"]),
    (["Work"], ["Work", "Work", "Work", "Work"]),
]


@pytest.mark.parametrize(("columns", "expected"), BOARDS)
def test_a_status_is_written_as_a_column_of_the_board(columns: list[str], expected: list[str]) -> None:
    writes = board_vocabulary(columns).writes
    written_as = [writes[status] for status in (S.PENDING, S.IN_PROGRESS, S.BLOCKED, S.COMPLETED)]
    assert written_as[: len(expected)] == expected
    assert set(writes.values()) <= set(columns)


@pytest.mark.parametrize(
    ("columns", "meant"),
    [
        (["To Do", "In Progress", "Review", "Done"], [S.PENDING, S.IN_PROGRESS, S.IN_PROGRESS, S.COMPLETED]),
        (["Inbox", "Selected", "Awaiting Merge", "Live"], [S.PENDING, S.QUEUED, S.IN_PROGRESS, S.COMPLETED]),
        (["To Do", "Done", "Won't do"], [S.PENDING, S.COMPLETED, S.ESCALATED]),
        (["Eins", "Zwei", "Drei"], [S.PENDING, S.IN_PROGRESS, S.COMPLETED]),
        (["Eins", "Stuck", "Done", "Drei"], [S.PENDING, S.BLOCKED, S.COMPLETED, S.IN_PROGRESS]),
    ],
)
def test_a_column_means_what_it_is_called_or_where_it_stands(columns: list[str], meant: list[TaskStatus]) -> None:
    reads = board_vocabulary(columns).reads
    assert [reads[word.lower()] for word in columns] == meant


def board(root: Path, statuses: str, status: str, file: str = "backlog/config.yml") -> Path:
    (root / "backlog").mkdir(exist_ok=True)
    (root / file).write_text(f"project_name: x\nstatuses: {statuses}\n")
    written(root, "backlog/tasks", f"---\nid: TASK-1\nstatus: {status}\n---\n")
    return root / "backlog/tasks/task-1.md"


@pytest.mark.parametrize("file", ["backlog/config.yml", "backlog/config.yaml", "backlog.config.yml"])
def test_a_task_goes_over_the_board(tmp_path: Path, file: str) -> None:
    path = board(tmp_path, '["Icebox", "Doing", "Stuck", "Checked"]', "Icebox", file)
    store = opened("backlog/tasks", tmp_path)
    words = []
    for steps in (CLAIM, (BLOCK,), (Step(S.BLOCKED, S.IN_PROGRESS, "reopened"),), (PASS,)):
        store.apply(change("TASK-1", *steps))
        words.append(path.read_text().split("status: ")[1].split("\n")[0])
    assert words == ["Doing", "Stuck", "Doing", "Checked"]


def test_a_word_that_says_the_status_stays(tmp_path: Path) -> None:
    path = board(tmp_path, '["To Do", "In Progress", "Review", "Done"]', "Review")
    opened("backlog/tasks", tmp_path).apply(change("TASK-1", Step(S.IN_PROGRESS, S.IN_PROGRESS, "attempt_failed", 1)))
    assert "status: Review\n" in path.read_text()


def test_only_files_with_the_prefix_are_tasks(tmp_path: Path) -> None:
    board(tmp_path, "[To Do, Done]", "To Do")
    (tmp_path / "backlog/tasks/readme.md").write_text("# How we work\n")
    assert [task.id for task in opened("backlog/tasks", tmp_path).load()] == ["TASK-1"]
    (tmp_path / "backlog/config.yml").write_text("task_prefix: BACK\n")
    (tmp_path / "backlog/tasks/back-7 - Add.md").write_text("---\nid: BACK-7\n---\n")
    assert [task.id for task in opened("backlog/tasks", tmp_path).load()] == ["BACK-7"]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("a: 1\nstatuses: To Do\n", "backlog/config.yml:2: statuses must be a list of texts"),
        ("statuses: [To Do, 3]\n", "backlog/config.yml:1: statuses must be a list of texts"),
        ("a: 1\nstatuses: [}\n", "backlog/config.yml:2: not YAML"),
    ],
)
def test_a_config_that_cannot_be_read_is_told(tmp_path: Path, config: str, message: str) -> None:
    path = board(tmp_path, "[]", "To Do")
    (tmp_path / "backlog/config.yml").write_text(config)
    before = path.read_bytes()
    with pytest.raises(UsageError, match=message.replace("[", r"\[")):
        opened("backlog/tasks", tmp_path).load()
    assert path.read_bytes() == before
