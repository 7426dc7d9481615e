from __future__ import annotations

import pytest

from tests.gated_project import CALC, GatedProject

MORE = "from calc import add\n\n\ndef test_more():\n    assert add(2, 2) == 4\n"
RETESTED = "\n[tool.agentgates.gates.retested]\n"
CLAMP = """

def clamp(value: int) -> int:
    if value > 10:
        return 10
    return value
"""


@pytest.fixture
def committed(project: GatedProject) -> GatedProject:
    """The product is wrong at the base."""
    project.configure(RETESTED)
    project.write("src/calc.py", CALC.replace("left + right", "left - right"))
    project.commit()
    return project


def test_an_honest_change_is_told_apart_from_its_mutants(committed: GatedProject) -> None:
    committed.write("src/calc.py", CALC)
    assert committed.gated().ret == 0
    assert committed.rules("retested") == []
    assert committed.gate("retested")["message"] == "2 tests run again, backwards; 2 of 2 mutants tried"


def test_a_changed_line_that_no_test_looks_at_is_advice(committed: GatedProject) -> None:
    committed.write("src/calc.py", CALC + CLAMP)
    assert committed.gated().ret == 0
    findings = committed.gate("retested")["findings"]
    assert {finding["rule"] for finding in findings} == {"TMP013"}
    assert {finding["path"] for finding in findings} == {"src/calc.py"}
    assert "every test still passes when `value > 10` becomes `value >= 10`" in [one["message"] for one in findings]


def test_new_tests_that_were_green_before_are_advice(committed: GatedProject) -> None:
    committed.write("src/calc.py", CALC)
    committed.write("tests/test_more.py", MORE.replace("2, 2) == 4", "0, 0) == 0"))
    committed.tasks(
        {"id": "T1", "title": "Add", "status": "pending", "test_files": ["tests/test_pass.py", "tests/test_more.py"]}
    )
    assert committed.gated().ret == 0
    assert committed.rules("retested") == ["TMP012"]


def test_new_tests_that_need_the_change_hold(committed: GatedProject) -> None:
    committed.write("src/calc.py", CALC)
    committed.write("tests/test_more.py", MORE)
    committed.tasks(
        {"id": "T1", "title": "Add", "status": "pending", "test_files": ["tests/test_pass.py", "tests/test_more.py"]}
    )
    assert committed.gated().ret == 0
    assert committed.rules("retested") == []


def test_a_test_that_needs_another_before_it_fails_where_it_is_asked_to_block(project: GatedProject) -> None:
    project.configure(RETESTED + 'mutants = 0\nblock = ["TMP014"]\n')
    ordered = "SEEN = []\n\n\ndef test_one():\n    SEEN.append(1)\n\n\ndef test_two():\n    assert SEEN\n"
    project.write("tests/test_pass.py", ordered)
    project.commit()
    assert project.gated().ret == 1
    finding = project.gate("retested")["findings"][0]
    assert finding["rule"] == "TMP014"
    assert finding["message"].startswith("tests/test_pass.py::test_two passed, and failed when")


def test_in_place_nothing_runs_again_and_that_is_said(committed: GatedProject) -> None:
    committed.write("src/calc.py", CALC)
    committed.gated("--agent-in-place")
    assert committed.gate("retested")["status"] == "skip"
    assert "in place" in committed.gate("retested")["message"]


def test_tests_that_fail_are_not_run_again(committed: GatedProject) -> None:
    assert committed.gated().ret == 1
    assert committed.gate("retested")["message"] == "the tests have to pass first"
