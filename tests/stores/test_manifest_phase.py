"""A manifest's phase moves on once its last task is completed, and back with a regression."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.core.task import Step, TaskStatus
from tests.stores.forms import opened, written
from tests.stores.json_store import CLAIM, PASS, change

S = TaskStatus
REGRESSION = Step(S.COMPLETED, S.IN_PROGRESS, "regression")
TASKS = "outstanding:\n  tasks:\n  - id: T1\n    status: done\n  - id: T2\n    status: pending\n"


def phases(root: Path) -> list[str]:
    return [line for line in (root / "manifest.yaml").read_text().splitlines() if line.startswith("phase")]


@pytest.mark.parametrize(
    ("phase", "after", "again"),
    [
        ("coding", "qa", "coding"),
        ("fast_track", "qa", "coding"),
        ("build", "verify", "build"),
        ("ba", "ba", "ba"),
    ],
)
def test_the_last_task_moves_the_phase(tmp_path: Path, phase: str, after: str, again: str) -> None:
    store = written(tmp_path, "manifest.yaml", f"phase: {phase} # now\n{TASKS}")
    store.apply(change("T2", *CLAIM))
    assert phases(tmp_path) == [f"phase: {phase} # now"]
    store.apply(change("T2", PASS))
    assert phases(tmp_path) == [f"phase: {after} # now"]
    store.apply(change("T1", REGRESSION))
    assert phases(tmp_path) == [f"phase: {again} # now"]


def test_with_the_phase_goes_the_time_at_which_it_began(tmp_path: Path) -> None:
    text = f"phase: 'coding'\nphase_started: '2026-01-01T00:00:00Z'\n{TASKS}"
    written(tmp_path, "manifest.yaml", text).apply(change("T2", *CLAIM, PASS))
    assert phases(tmp_path) == ["phase: 'qa'", "phase_started: '2026-01-02T03:04:05.000Z'"]


@pytest.mark.parametrize("phase", ["[coding]", "{now: coding}", "", "3"])
def test_a_phase_that_is_no_word_stays(tmp_path: Path, phase: str) -> None:
    written(tmp_path, "manifest.yaml", f"phase: {phase}\n{TASKS}").apply(change("T2", *CLAIM, PASS))
    assert phases(tmp_path) == [f"phase: {phase}"]


def test_an_attempt_of_the_last_task_moves_nothing(tmp_path: Path) -> None:
    written(tmp_path, "manifest.yaml", f"phase: qa\n{TASKS}").apply(change("T2", *CLAIM))
    assert phases(tmp_path) == ["phase: qa"]


def test_a_manifest_without_a_phase_gets_none(tmp_path: Path) -> None:
    written(tmp_path, "manifest.yaml", TASKS).apply(change("T2", *CLAIM, PASS))
    assert phases(tmp_path) == []
    assert opened("manifest.yaml", tmp_path).load()[1].status is S.COMPLETED
