"""Reading changes no byte, and a task that is moved there and back leaves its record and nothing else."""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentgates.core.task import Step, Task, TaskStatus
from pytest_agentgates.json_outline import find
from tests.stores.forms import opened, written
from tests.stores.json_store import change
from tests.stores.test_form_bytes import FORMS, SAMPLES, WORDS

EXAMPLES = 200 if "AGENTGATES_STRESS" in os.environ else 25
S = TaskStatus
THERE = {S.PENDING: S.QUEUED, S.COMPLETED: S.IN_PROGRESS, S.BLOCKED: S.IN_PROGRESS, S.IN_PROGRESS: S.PENDING}
RECORD = re.compile(r"(?:\r?\n[ \t]*(?:<!-- )?|, )agentgates: ")
LOGGED = re.compile(r"(?:\r?\n){1,2}- 2026-01-02 03:04: [^\r\n]*")
PHASE = re.compile(r"(?m)^phase(?:_started)?: \S*")  # a manifest's phase moves on with its last task
NATIVE = re.compile(r"\b(?:done|complete)\b")
UPDATED = re.compile(r"(updated(?:_date)?: )[^\r\n]*")


@st.composite
def board_files(draw: st.DrawFn) -> str:
    people = draw(
        st.sampled_from(["assignee: []", "assignee:\n  - '@ann'\n  - eve", "assignee: ann", 'assignee: ["@ann", eve]'])
    )
    status = draw(st.sampled_from(["To Do", "'In Progress'", '"Done"']))
    front = ["---", "id: T1", f"title: '{draw(WORDS)}'", f"status: {status}  # x", people, "labels: [a, backend]"]
    return "\n".join([*front, "updated_date: '2025-09-06 21:22'", "---", "## Description", draw(WORDS)])


@st.composite
def tagged_tasks(draw: st.DrawFn) -> str:
    statuses = st.sampled_from(["pending", "done", "in-progress", "blocked"])
    tasks = [
        {"id": number, "title": draw(WORDS), "status": draw(statuses), "priority": "high", "subtasks": [
            {"id": 1, "status": draw(statuses), "dependencies": [], "details": draw(WORDS)}
        ]}
        for number in range(1, draw(st.integers(2, 4)))
    ]  # fmt: skip
    tags = {"master": {"tasks": tasks, "metadata": {"created": "x"}}, "more": {"tasks": tasks[:1]}}
    return json.dumps(tags, indent=draw(st.sampled_from([None, 1, 2, "\t"])), ensure_ascii=draw(st.booleans()))


ALL = {**FORMS, "backlog/tasks": board_files(), ".taskmaster/tasks/tasks.json": tagged_tasks()}


def file_of(root: Path, location: str) -> Path:
    path = root / location
    return path if path.suffix else path / "task-1.md"


def there_and_back(location: str, root: Path, task: Task) -> None:
    store = opened(location, root)
    away = Step(task.status, THERE[task.status], "away")
    store.apply(change(task.id, away, fields={"owner": "bob"}))
    if task.status is S.IN_PROGRESS:
        store.apply(change(task.id, Step(S.PENDING, S.QUEUED, "back")))
        back = Step(S.QUEUED, S.IN_PROGRESS, "back")
    else:
        back = Step(away.after, away.before, "back")
    store.apply(change(task.id, back, fields={"owner": task.owner or None}))


def without_record(text: str) -> str:
    """The text without what moves leave: records, lines of progress logs, the day of the last change."""
    while found := RECORD.search(text):
        _, end = json.JSONDecoder().raw_decode(text, found.end())
        text = text[: found.start()] + text[end:].removeprefix(" -->")
    return PHASE.sub("", UPDATED.sub(r"\1", LOGGED.sub("", text)))


def plain(text: str) -> Any:
    """The values of a file of task-master without records."""
    document = json.loads(text)
    tasks = [task for tag in document.values() for task in tag["tasks"]]
    for entry in [*tasks, *(part for task in tasks for part in task["subtasks"])]:
        if "metadata" in entry:
            del entry["metadata"]["agentgates"]
            assert entry.pop("metadata") == {}
    return document


def assert_same(location: str, before: str, after: str, index: int) -> None:
    if not location.endswith(".json"):
        assert without_record(after) == without_record(before)
        return
    assert plain(after) == plain(before)
    document = json.loads(before)
    places = [
        ((tag, "tasks", number), len(task["subtasks"]))
        for tag, held in document.items()
        for number, task in enumerate(held["tasks"])
    ]
    # Tasks come each before its subtasks; all that stands outside of the task's own object is the same.
    path = next(path for number, (path, _) in enumerate(places) if index in (2 * number, 2 * number + 1))
    old, new = find(before, path), find(after, path)
    assert (after[: new.start], after[new.end :]) == (before[: old.start], before[old.end :])


@pytest.mark.parametrize("location", ALL)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_only_the_record_is_left(location: str, data: st.DataObject) -> None:
    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    text = (data.draw(ALL[location]) + data.draw(st.sampled_from(["", "\n"]))).replace("\n", end)
    # A word that only one task had is forgotten while the task is elsewhere.
    text = NATIVE.sub("completed", text).replace("- [x] T", "- [X] T") if location in FORMS else text
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        tasks = written(root, location, text).load()
        path = file_of(root, location)
        assert path.read_bytes() == text.encode()
        index = data.draw(st.integers(0, len(tasks) - 1))
        there_and_back(location, root, tasks[index])
        again = opened(location, root).load()
        after = path.read_bytes().decode()
    assert [(task.id, task.status, task.owner, task.layer) for task in again] == [
        (task.id, task.status, task.owner, task.layer) for task in tasks
    ]
    assert_same(location, text, after, index)


@pytest.mark.parametrize("name", ["manifest.yaml", "tasklist.md"])
def test_only_the_record_is_left_in_files_of_a_real_project(name: str, tmp_path: Path) -> None:
    text = (SAMPLES / name).read_bytes().decode()
    tasks = written(tmp_path, name, text).load()
    assert (tmp_path / name).read_bytes().decode() == text
    for task in tasks:
        there_and_back(name, tmp_path, task)
    after = (tmp_path / name).read_bytes().decode()
    assert after.count("agentgates: {") == len(tasks) == 14
    assert without_record(after) == without_record(text)
