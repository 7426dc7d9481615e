"""Boxes are ticked where they stand, and no other byte changes."""

from __future__ import annotations

import difflib
import multiprocessing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pytest_agentgates.core.criteria import PROGRESS, TICKED, Criterion, criteria_of
from pytest_agentgates.core.ports import TaskChange, TaskStore
from pytest_agentgates.core.task import Step, TaskStatus
from pytest_agentgates.errors import UsageError
from tests.stores.forms import opened, written

FOLDER = """---
id: T1
title: Ship
labels: [deployment]
status: pending
updated: 2024-01-01
---

## Acceptance Criteria

- [x] The namespace is there
- [ ] Images build

  ```sh
  make images
  ```
- [ ] Images build
  1. [ ] and are signed: `make signed`

A word on them.

## Progress Log

- 2024-01-01 10:00: begun

## Notes
- [ ] Images build
"""
FILE = """# All

## T0: Before

**Status**: pending

### Acceptance Criteria
- [ ] Images build

## T1: Ship

**Status**: pending | **Labels**: builds, urgent

### Acceptance Criteria
- [ ] Images build
- [ ] Images build

### Progress Log
"""
AT = datetime(2024, 1, 15, 14, 30, tzinfo=UTC)


def ticking(met: list[Criterion], said: str = "") -> TaskChange:
    fields = {TICKED: [criterion.identity for criterion in met], PROGRESS: said}
    return TaskChange("T1", "pending", (), AT, "ann", "", fields=fields, operation="criteria")


def of_store(store: TaskStore) -> tuple[Criterion, ...]:
    return criteria_of(next(task for task in store.load() if task.id == "T1"))


def changed(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line.startswith(("+", "-"))]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_folder_ticks_the_box_it_is_told(tmp_path: Path, newline: str) -> None:
    text = FOLDER.replace("\n", newline)
    store = written(tmp_path, "docs/tasks", text)
    found = of_store(store)
    assert [criterion.line for criterion in found] == [11, 12, 17, 18]
    assert [criterion.commands for criterion in found] == [(), ("make images",), (), ("make signed",)]
    store.apply(ticking([found[2], found[3]], "Criteria met: Images build"))
    after = (tmp_path / "docs/tasks/task-1.md").read_bytes().decode()
    assert changed(text, after) == [
        "- updated: 2024-01-01",
        "+ updated: 2024-01-15",
        "- - [ ] Images build",
        "+ - [x] Images build",
        "-   1. [ ] and are signed: `make signed`",
        "+   1. [x] and are signed: `make signed`",
        "+ - 2024-01-15 14:30: Criteria met: Images build",
    ]
    assert after.count(newline) == after.count("\n")
    assert [criterion.done for criterion in of_store(store)] == [True, False, True, True]


def test_a_file_of_many_tasks_ticks_only_those_of_its_task(tmp_path: Path) -> None:
    store = written(tmp_path, "docs/tasks.md", FILE)
    found = of_store(store)
    assert [criterion.line for criterion in found] == [15, 16]
    store.apply(ticking([found[1]], "Criteria met: Images build"))
    lines = (tmp_path / "docs/tasks.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("- ")] == [
        "- [ ] Images build",
        "- [ ] Images build",
        "- [x] Images build",
        "- 2024-01-15 14:30: Criteria met: Images build",
    ]


def test_labels_are_read_in_both(tmp_path: Path) -> None:
    folder = written(tmp_path, "docs/tasks", FOLDER).load()
    file = written(tmp_path, "docs/tasks.md", FILE).load()
    assert folder[0].extra["labels"] == ["deployment"]
    assert file[1].extra["labels"] == "builds, urgent"


def test_a_criterion_that_was_reworded_meanwhile_is_not_ticked(tmp_path: Path) -> None:
    store = written(tmp_path, "docs/tasks", FOLDER)
    found = of_store(store)
    path = tmp_path / "docs/tasks/task-1.md"
    path.write_text(FOLDER.replace("make images", "make nothing"), encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(UsageError, match="of T1 was changed while it was judged: Images build"):
        store.apply(ticking([found[1]]))
    assert path.read_bytes() == before


def test_a_move_does_not_depend_on_a_tick(tmp_path: Path) -> None:
    store = written(tmp_path, "docs/tasks", FOLDER)
    found = of_store(store)
    path = tmp_path / "docs/tasks/task-1.md"
    path.write_text(FOLDER.replace("make images", "make nothing"), encoding="utf-8")
    step = Step(TaskStatus.PENDING, TaskStatus.QUEUED, "selected")
    moving = replace(ticking([found[1], found[3]]), steps=(step,))
    assert store.apply(moving).status is TaskStatus.QUEUED
    assert [criterion.done for criterion in of_store(store)] == [True, False, False, True]


def test_lines_that_moved_meanwhile_do_not_matter(tmp_path: Path) -> None:
    store = written(tmp_path, "docs/tasks", FOLDER)
    found = of_store(store)
    path = tmp_path / "docs/tasks/task-1.md"
    path.write_text(FOLDER.replace("- [x] The namespace is there\n", "Text.\n\n\n- [x] New\n"), encoding="utf-8")
    store.apply(ticking([found[1]]))
    assert [criterion.done for criterion in of_store(store)] == [True, True, False, False]


def tick_one(root: str, index: int) -> None:
    store = opened("docs/tasks", Path(root))
    store.apply(ticking([of_store(store)[index]], f"Criteria met: C{index}"))


def test_processes_that_tick_at_once_lose_nothing(tmp_path: Path) -> None:
    boxes = "".join(f"- [ ] C{index}\n" for index in range(12))
    text = f"---\nid: T1\nstatus: pending\n---\n## Acceptance Criteria\n{boxes}\n## Progress Log\n"
    store = written(tmp_path, "docs/tasks", text)
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.starmap(tick_one, [(str(tmp_path), index) for index in range(12)])
    assert all(criterion.done for criterion in of_store(store))
    after = (tmp_path / "docs/tasks/task-1.md").read_text(encoding="utf-8")
    assert sorted(line.partition(": ")[2] for line in after.splitlines() if line.startswith("- 2024")) == sorted(
        f"Criteria met: C{index}" for index in range(12)
    )
    log = (tmp_path / "docs/transaction-log.jsonl").read_text(encoding="utf-8")
    assert log.count('"criteria"') == 12


def test_backlog_md_is_ticked_between_its_marks(tmp_path: Path) -> None:
    boxes = "<!-- AC:BEGIN -->\n- [ ] #1 Builds: `make`\n- [ ] #2 Runs\n<!-- AC:END -->\n"
    text = f"---\nid: T1\ntitle: Ship\nstatus: To Do\n---\n\n## Acceptance Criteria\n{boxes}\n## Notes\n"
    store = written(tmp_path, "backlog/tasks", text)
    found = of_store(store)
    assert [(criterion.text, criterion.line) for criterion in found] == [("#1 Builds: `make`", 9), ("#2 Runs", 10)]
    store.apply(ticking([found[1]]))
    after = (tmp_path / "backlog/tasks/task-1.md").read_text(encoding="utf-8")
    assert "- [ ] #1 Builds: `make`\n- [x] #2 Runs\n<!-- AC:END -->" in after
