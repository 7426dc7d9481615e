"""Queues follow the judgements of their tasks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.gated_project import GatedProject

LAYER = "application"


@pytest.fixture
def project(pytester: pytest.Pytester) -> GatedProject:
    return GatedProject(pytester)


def queue(project: GatedProject) -> dict[str, Any]:
    path = project.root / f"docs/state/agent-queues/{LAYER}-queue.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def statuses(project: GatedProject) -> dict[str, str]:
    return {entry["task_id"]: entry["status"] for entry in queue(project)["queue"]}


def test_completed_and_blocked_entries_and_a_regression_arrive_and_the_rest_goes_on(project: GatedProject) -> None:
    project.configure("max_attempts = 1\n")
    shared = {"status": "pending", "layer": LAYER}
    project.tasks(
        {"id": "T1", "title": "Right", "test_files": ["tests/test_pass.py"], **shared},
        {"id": "T2", "title": "Wrong", "test_files": ["tests/test_fail.py"], **shared},
        {"id": "T3", "title": "Later", "test_files": ["tests/test_pass.py"], **shared},
    )
    project.agentgates("tasks", "select", "--layer", LAYER, "--agent", "ann")
    assert project.gated("--agent-task", "T2").ret == 1
    assert statuses(project) == {"T1": "completed", "T2": "blocked", "T3": "queued"}
    found = queue(project)
    assert (found["total_tasks"], found["completed"]) == (3, 1)
    assert found["queue"][0]["completed_at"]
    [blocked] = found["blocked_tasks"]
    assert blocked["task_id"] == "T2"
    assert blocked["blocker_info"]["failing_tests"] == ["tests/test_fail.py::test_wrong"]
    following = json.loads(project.agentgates("tasks", "next", "--agent", "ann", "--json").stdout.str())
    assert following["task"]["id"] == "T3"
    project.write("src/calc.py", "def add(left, right):\n    return 0\n")
    assert project.gated().ret == 1
    assert statuses(project)["T1"] == "in_progress"
    assert queue(project)["completed"] == 0


def test_a_queue_that_cannot_be_read_stops_no_judgement(project: GatedProject) -> None:
    path = project.write(f"docs/state/agent-queues/{LAYER}-queue.json", "{")
    ran = project.gated()
    assert ran.ret == 0
    assert project.status() == "completed"
    ran.stdout.fnmatch_lines(["*the queue was not brought up to date*is no queue*"])
    assert path.read_text(encoding="utf-8") == "{"
