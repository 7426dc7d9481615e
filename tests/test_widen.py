"""A boundary is widened by a command, with a reason, and everyone sees it."""

from __future__ import annotations

import json

import pytest

from tests.gated_project import GatedProject


@pytest.fixture
def narrow(pytester: pytest.Pytester) -> GatedProject:
    project = GatedProject(pytester)
    project.tasks(
        {"id": "T1", "status": "pending", "test_files": ["tests/test_pass.py"], "deliverables": ["src/other.py"]},
        {"id": "T2", "status": "pending", "test_files": ["tests/test_fail.py"]},
    )
    project.commit()
    project.write("src/more.py", "MORE = 1\n")
    return project


def test_a_recorded_widening_lets_the_change_pass_and_is_counted(narrow: GatedProject) -> None:
    assert narrow.gated().ret == 1
    assert narrow.rules("in_boundary") == ["BND001"]
    widened = narrow.agentgates("tasks", "widen", "T1", "src/more.py", "--reason", "split off", "--agent", "ann")
    assert widened.ret == 0
    assert narrow.gated().ret == 0
    assert narrow.gate("in_boundary")["facts"]["widened"] == 1
    entry = narrow.task()["widened"][0]
    assert (entry["glob"], entry["reason"], entry["by"]) == ("src/more.py", "split off", "ann")
    log = (narrow.root / "docs/state/transaction-log.jsonl").read_text(encoding="utf-8").splitlines()
    assert "widened" in [json.loads(line)["operation"] for line in log]
    assert any("split off" in line for line in narrow.agentgates("tasks", "show", "T1").outlines)


def test_a_widening_needs_a_reason_a_boundary_and_a_place_inside(narrow: GatedProject) -> None:
    for words in (["T1", "src/**"], ["T2", "src/**", "--reason", "so"], ["T1", "../x", "--reason", "so"]):
        assert narrow.agentgates("tasks", "widen", *words, "--agent", "ann").ret == 4
    assert "widened" not in narrow.task()
