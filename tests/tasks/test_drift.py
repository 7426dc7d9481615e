"""Drift is recorded and settled by a command, and each is on record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tasks.task_project import TaskProject

RECORD = ("tasks", "drift", "T1", "--tier", "3", "--what", "a new export", "--agent", "ann")
RESOLVE = ("tasks", "drift", "T1", "--resolve", "--reason", "a task of its own", "--agent")


@pytest.fixture
def begun(project: TaskProject) -> TaskProject:
    return project.tasks({"id": "T1", "status": "in_progress", "owner": "ann"}, {"id": "T2", "status": "pending"})


def log(root: Path) -> list[str]:
    lines = (root / "docs/state/transaction-log.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["operation"] for line in lines]


def test_tier_3_halts_the_work_until_a_person_settles_it(begun: TaskProject) -> None:
    recorded = begun.run(*RECORD)
    assert (recorded.returncode, recorded.stdout) == (0, "recorded; the work halts until a person decides\n")
    halted = begun.run("tasks", "next", "--agent", "eve")
    assert halted.returncode == 1
    assert "task T1 records a drift of tier 3: a new export" in halted.stderr
    assert begun.run(*RESOLVE, "eve").returncode == 0
    (entry,) = begun.task()["drift"]
    assert (entry["by"], entry["resolved_by"], entry["decision"]) == ("ann", "eve", "a task of its own")
    assert begun.run("tasks", "next", "--agent", "eve").returncode == 0
    assert log(begun.root) == ["drift", "drift"]


@pytest.mark.parametrize("tier", ["1", "2"])
def test_a_smaller_drift_is_recorded_and_the_work_goes_on(begun: TaskProject, tier: str) -> None:
    told = begun.json("tasks", "drift", "T1", "--tier", tier, "--what", "a rename", "--agent", "ann")
    assert [(entry["tier"], entry["resolved"]) for entry in told["drift"]] == [(int(tier), False)]
    assert begun.run("tasks", "next", "--agent", "ann").returncode == 0
    assert begun.run(*RESOLVE, "ann").returncode == 0


def test_an_entry_that_stands_alone_is_kept(project: TaskProject) -> None:
    project.tasks({"id": "T1", "status": "pending", "drift": {"tier": 2, "what": "first"}})
    project.run(*RECORD)
    assert [entry["what"] for entry in project.task()["drift"]] == ["first", "a new export"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("T1", "--tier", "4", "--what", "x"), "there is no tier 4"),
        (("T1", "--what", "x"), "a drift is recorded with its tier\n  fix: add --tier 1 (small and documented)"),
        (("T1", "--tier", "2", "--what", " "), "add --what TEXT"),
        (("T9", "--tier", "2", "--what", "x"), "there is no task 'T9'"),
        (("T1", "--resolve"), "add --reason TEXT"),
        (("T2", "--resolve", "--reason", "x"), "task T2 has no open drift"),
        (("T1", "--resolve", "--reason", "x", "--tier", "1"), "a drift is recorded or resolved, not both"),
        (("T1", "--resolve", "--reason", "x"), "ann works on task T1, and does not settle a drift of tier 3"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    begun: TaskProject, words: tuple[str, ...], message: str
) -> None:
    begun.run(*RECORD)
    before = (begun.root / "docs/state/tasks.json").read_bytes()
    refused = begun.run("tasks", "drift", *words, "--agent", "ann")
    assert (refused.returncode, message in refused.stderr) == (4, True), refused.stderr
    assert (begun.root / "docs/state/tasks.json").read_bytes() == before
