"""A status that the judged code writes itself does not stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gated_project import GatedProject

FORGING = """import json, pathlib

path = pathlib.Path({path!r})
found = json.loads(path.read_text())
found["tasks"][{index}]["status"] = "completed"
path.write_text(json.dumps(found))


def add(left, right):
    return left + right
"""


def forge(project: GatedProject, index: int) -> None:
    path: Path = project.root / "docs/state/tasks.json"
    project.write("src/calc.py", FORGING.format(path=str(path), index=index))


@pytest.mark.parametrize(("task", "index"), [("T2", 1), ("T1", 0)])
def test_a_completion_that_no_move_made_is_taken_back(pytester: pytest.Pytester, task: str, index: int) -> None:
    project = GatedProject(pytester)
    forge(project, index)
    ran = project.gated(task=task)
    assert ran.ret == 1
    ran.stdout.fnmatch_lines([f"*the task {task} became completed while it was judged, and no move says so*"])
    assert project.status(task) == "in_progress"
    assert project.task(task)["status_history"][-1]["reason"] == "regression"


def test_a_run_that_writes_nothing_leaves_the_forged_status_to_the_next(pytester: pytest.Pytester) -> None:
    project = GatedProject(pytester)
    forge(project, 1)
    assert project.gated("--agent-no-update", task="T2").ret == 1
    assert project.status("T2") == "completed"
    assert project.gated(task="T2").ret == 1
    assert project.status("T2") == "in_progress"
