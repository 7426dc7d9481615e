"""What every task store must do, whatever form it keeps tasks in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pytest_agentgates.core.ports import TaskChange, TaskStore
from pytest_agentgates.core.task import Step, Task, TaskStatus
from pytest_agentgates.errors import UsageError
from pytest_agentgates.stores import (
    backlog_md,
    json_file,
    markdown_file,
    markdown_folder,
    spec_kit,
    sql,
    taskmaster,
    yaml_manifest,
)

Open = Callable[[], TaskStore]

PENDING, QUEUED, WORKING = TaskStatus.PENDING, TaskStatus.QUEUED, TaskStatus.IN_PROGRESS
COMPLETED, BLOCKED = TaskStatus.COMPLETED, TaskStatus.BLOCKED
SELECT = Step(PENDING, QUEUED, "selected")
CLAIM = Step(QUEUED, WORKING, "claimed")
PASS = Step(WORKING, COMPLETED, "gates_passed")
TASKS = (
    Task("T1", "Add", "Adds numbers", "sums", "domain", "agent-a", PENDING, (), ("src/a.py",), ("tests/a.py",), 0.9),
    Task("T2", "Ünïcode", status=WORKING, dependencies=("T1",), base="0" * 40),
    Task("7.2", status=COMPLETED),
    Task("T 4", status=BLOCKED),
)


# Forms of lists know only ids of one word with a digit.
LISTED = (*TASKS[:2], replace(TASKS[2], id="T7"), replace(TASKS[3], id="T4"))


def entry(task: Task) -> dict[str, object]:
    lists = ("dependencies", "deliverables", "test_files")
    texts = ("id", "title", "description", "module", "layer", "owner", "base")
    fields = {name: getattr(task, name) for name in texts} | {name: list(getattr(task, name)) for name in lists}
    return {**fields, "status": task.status.value, "test_strategy": {"coverage_target": task.coverage_target}}


def json_store(folder: Path, tasks: Sequence[Task]) -> Open:
    path = folder / "tasks.json"
    path.write_text(json.dumps({"_version": 1, "tasks": [entry(task) for task in tasks]}, indent=2))
    return lambda: json_file.open_store(path, folder)


def yaml_store(folder: Path, tasks: Sequence[Task]) -> Open:
    path = folder / "manifest.yaml"
    lines = ["outstanding:", "  tasks:"]
    for task in tasks:
        keys = [f"{key}: {json.dumps(value)}" for key, value in entry(task).items()]
        lines += [f"  - {keys[0]}", *(f"    {key}" for key in keys[1:])]
    path.write_text("\n".join([*lines, ""]))
    return lambda: yaml_manifest.open_store(path, folder)


def folder_store(folder: Path, tasks: Sequence[Task], words: Mapping[TaskStatus, str] | None = None) -> Path:
    for number, task in enumerate(tasks):
        values = {**entry(task), "status": (words or {}).get(task.status, task.status.value)}
        keys = "".join(f"{key}: {json.dumps(value)}\n" for key, value in values.items())
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"task-{number}.md").write_text(f"---\n{keys}---\n\n## Progress Log\n")
    return folder


def markdown_folder_store(folder: Path, tasks: Sequence[Task]) -> Open:
    path = folder_store(folder / "tasks", tasks)
    return lambda: markdown_folder.open_store(path, folder)


def backlog_store(folder: Path, tasks: Sequence[Task]) -> Open:
    words = {PENDING: "To Do", WORKING: "In Progress", COMPLETED: "Done", BLOCKED: "Blocked"}
    path = folder_store(folder / "backlog" / "tasks", tasks, words)
    return lambda: backlog_md.open_store(path, folder)


def kept(task: Task) -> str:
    record = {key: value for key, value in entry(task).items() if key not in ("id", "title", "status")}
    exact = {"status": task.status.value} if task.status is not COMPLETED else {}
    return f"<!-- agentgates: {json.dumps({**record, **exact})} -->"


def markdown_store(folder: Path, tasks: Sequence[Task]) -> Open:
    path = folder / "tasks.md"
    parts = [f"## {task.id}: {task.title}\n\n**Status**: {task.status.value}\n{kept(task)}\n" for task in tasks]
    path.write_text("\n".join(parts))
    return lambda: markdown_file.open_store(path, folder)


def spec_kit_store(folder: Path, tasks: Sequence[Task]) -> Open:
    path = folder / "tasks.md"
    boxes = {task.id: "x" if task.status is COMPLETED else " " for task in tasks}
    path.write_text("".join(f"- [{boxes[task.id]}] {task.id} {task.title}\n  {kept(task)}\n" for task in tasks))
    return lambda: spec_kit.open_store(path, folder)


def taskmaster_store(folder: Path, tasks: Sequence[Task]) -> Open:
    words = {PENDING: "pending", WORKING: "in-progress", COMPLETED: "done", BLOCKED: "blocked"}
    entries = [{**entry(task), "status": words[task.status]} for task in tasks]
    path = folder / "tasks.json"
    path.write_text(json.dumps({"master": {"tasks": entries, "metadata": {}}}, indent=2))
    return lambda: taskmaster.open_store(path, folder)


def sqlite_store(folder: Path, tasks: Sequence[Task]) -> Open:
    return sql_store("sqlite:///tasks.db", folder, tasks)


def sql_store(url: str, folder: Path, tasks: Sequence[Task]) -> Open:
    sql.open_store(url, folder).add([entry(task) for task in tasks])
    return lambda: sql.open_store(url, folder)


STORES: dict[str, tuple[Callable[[Path, Sequence[Task]], Open], Sequence[Task]]] = {
    "json_file": (json_store, TASKS),
    "yaml_manifest": (yaml_store, TASKS),
    "markdown_folder": (markdown_folder_store, TASKS),
    "markdown_file": (markdown_store, LISTED),
    "backlog_md": (backlog_store, TASKS),
    "spec_kit": (spec_kit_store, LISTED),
    "taskmaster": (taskmaster_store, TASKS),
    "sqlite": (sqlite_store, TASKS),
}


@pytest.fixture(params=[*STORES, "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def tasks(kind: str) -> Sequence[Task]:
    """The tasks that the store holds."""
    return STORES[kind][1] if kind in STORES else TASKS


@pytest.fixture
def open_store(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Open:
    """Opens the same tasks again and again, as different processes would."""
    if kind == "postgresql":
        return sql_store(request.getfixturevalue("postgres").new_database(), tmp_path, TASKS)
    make, tasks = STORES[kind]
    return make(tmp_path, tasks)


def change(
    task_id: str, *steps: Step, expected: TaskStatus | None = None, fields: Mapping[str, object] | None = None
) -> TaskChange:
    status = expected or steps[0].before
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return TaskChange(task_id, status.value, steps, at, "agent-a", "run-1", fields=fields)


def loaded(store: TaskStore, task_id: str) -> Task:
    return next(task for task in store.load() if task.id == task_id)


def test_tasks_come_whole_and_in_order(open_store: Open, tasks: Sequence[Task]) -> None:
    assert tuple(replace(task, where="", extra={}) for task in open_store().load()) == tuple(tasks)


def test_each_task_tells_where_it_stands(open_store: Open) -> None:
    places = [task.where for task in open_store().load()]
    assert len(set(places)) == len(TASKS)
    assert all(place and not place.startswith("/") for place in places)


def test_reading_changes_nothing(open_store: Open) -> None:
    assert open_store().load() == open_store().load()


def test_a_task_moves_and_all_others_stay(open_store: Open) -> None:
    before = open_store().load()
    moved = open_store().apply(change("T1", SELECT, CLAIM))
    after = open_store().load()
    assert (moved.status, moved.history) == (WORKING, (SELECT, CLAIM))
    assert after[0] == moved
    assert [replace(task, where="") for task in after[1:]] == [replace(task, where="") for task in before[1:]]


def test_history_and_attempts_grow(open_store: Open) -> None:
    store = open_store()
    tries = [Step(WORKING, WORKING, "attempt_failed", number) for number in (1, 2)]
    for step in tries:
        store.apply(change("T2", step))
    assert loaded(store, "T2").history == tuple(tries)
    assert loaded(store, "T2").attempts == len(tries)


def test_a_reopened_task_keeps_its_history_and_counts_anew(open_store: Open) -> None:
    steps = [
        Step(WORKING, WORKING, "attempt_failed", 1),
        Step(WORKING, BLOCKED, "attempts_used_up", 2),
        Step(BLOCKED, WORKING, "reopened"),
    ]
    for step in steps:
        open_store().apply(change("T2", step))
    task = loaded(open_store(), "T2")
    assert (task.status, task.history, task.attempts) == (WORKING, tuple(steps), 0)


def test_fields_are_kept(open_store: Open) -> None:
    info = {
        "attempts": 3,
        "failing_tests": ["tests/a.py::test_a"],
        "last_error": 'he said "nö"\n\x1b[31m',
        "run_id": None,
    }
    blocked = Step(WORKING, BLOCKED, "attempts_used_up", 3)
    open_store().apply(change("T2", blocked, fields={"blocker_info": info}))
    assert loaded(open_store(), "T2").extra["blocker_info"] == info


def test_fields_can_change_without_a_move(open_store: Open) -> None:
    open_store().apply(change("T2", expected=WORKING, fields={"base": "1" * 40, "owner": "agent-b"}))
    task = loaded(open_store(), "T2")
    assert (task.base, task.owner, task.status, task.history) == ("1" * 40, "agent-b", WORKING, ())


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(change("T3", SELECT), id="no such task"),
        pytest.param(change("T2", SELECT), id="not pending"),
        pytest.param(change("T1", Step(PENDING, COMPLETED, "cheated")), id="illegal"),
        pytest.param(change("T1", SELECT, Step(QUEUED, COMPLETED, "cheated")), id="illegal later on"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_whole(open_store: Open, wrong: TaskChange) -> None:
    before = open_store().load()
    with pytest.raises(UsageError):
        open_store().apply(wrong)
    assert open_store().load() == before


def test_a_task_that_another_moved_is_refused(open_store: Open) -> None:
    mine, other = open_store(), open_store()
    mine.load()
    other.apply(change("T2", PASS))
    with pytest.raises(UsageError, match=r"task T2 is completed, not in_progress: last moved by agent-a"):
        mine.apply(change("T2", PASS))


def test_a_task_that_was_moved_away_and_back_is_refused(open_store: Open) -> None:
    mine, other = open_store(), open_store()
    mine.load()
    other.apply(change("T2", Step(WORKING, WORKING, "attempt_failed", 1)))
    with pytest.raises(UsageError, match="task T2 was moved since it was read, and is in_progress again"):
        mine.apply(change("T2", PASS))
    mine.load()
    assert mine.apply(change("T2", PASS)).status is COMPLETED


def test_another_task_may_move_meanwhile(open_store: Open) -> None:
    mine, other = open_store(), open_store()
    mine.load()
    other.apply(change("T1", SELECT))
    mine.apply(change("T2", PASS))
    assert [task.status for task in open_store().load()[:2]] == [QUEUED, COMPLETED]


def test_one_process_moves_a_task_again_and_again(open_store: Open) -> None:
    store = open_store()
    store.load()
    for step in (SELECT, CLAIM, PASS, Step(COMPLETED, WORKING, "regression"), PASS):
        store.apply(change("T1", step))
    assert loaded(store, "T1").status is COMPLETED


def test_of_many_that_claim_at_once_one_wins(open_store: Open) -> None:
    def claim(_number: int) -> bool:
        try:
            open_store().apply(change("T1", SELECT, CLAIM))
        except UsageError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(claim, range(8))) == 1
    assert loaded(open_store(), "T1").history == (SELECT, CLAIM)
