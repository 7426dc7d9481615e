"""What was committed before a task begins is its yardstick only where someone reviewed or judged it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.branch_project import TWICE, Clone, clone_of, make_origin
from tests.gated_project import CALC

WEAK = "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) > -9\n"
CLAIM = ("tasks", "claim", "T1", "--agent", "ann")


@pytest.fixture
def branch(tmp_path: Path) -> Clone:
    """A branch that has just left the protected one, which the configuration names."""
    clone = clone_of(make_origin(tmp_path), tmp_path / "agent")
    clone.git("switch", "-q", "-c", "work")
    return clone


def task(clone: Clone, task_id: str = "T1") -> dict[str, Any]:
    found: dict[str, Any] = next(
        one for one in json.loads(clone.read("docs/state/tasks.json"))["tasks"] if one["id"] == task_id
    )
    return found


def notes(clone: Clone) -> str:
    return "\n".join(json.loads(clone.read(".claude/evidence/quality_gates_run.json"))["assurance_notes"])


def test_tasks_in_a_row_begin_where_the_one_before_was_completed(branch: Clone) -> None:
    branch.write("src/calc.py", CALC)
    branch.write("tests/test_extra.py", "def test_extra():\n    assert True\n")
    words = ("tasks", "widen", "T1", "tests/test_extra.py", "--reason", "more to test", "--agent", "ann")
    assert branch.agentgates(*words).returncode == 0
    ran = branch.agentgates("run", "T1")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    branch.commit()
    completed = branch.git("rev-parse", "HEAD")
    branch.write("src/more.py", TWICE)
    branch.commit()  # work of the next task, which must not become its base
    ran = branch.agentgates("run", "T2")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert task(branch, "T2")["base"] == completed


def test_tests_that_were_edited_before_the_claim_are_no_base(branch: Clone) -> None:
    start = branch.git("rev-parse", "HEAD")
    branch.write("tests/test_pass.py", WEAK)
    branch.commit()
    ran = branch.agentgates(*CLAIM)
    assert ran.returncode == 0
    assert "not as in origin/main, and judged by no completed run: tests/test_pass.py" in ran.stderr
    assert task(branch)["base"] == start
    ran = branch.agentgates("run", "T1")
    assert ran.returncode == 1
    assert "RUN001" in ran.stdout
    assert branch.status() == "in_progress"


def test_a_base_with_settings_that_nobody_reviewed_completes_nothing(branch: Clone) -> None:
    branch.write("conftest.py", "def pytest_runtest_makereport(item, call):\n    call.excinfo = None\n")
    branch.commit()
    words = ("tasks", "rebase", "T1", "HEAD", "--reason", "mine", "--agent", "ann")
    assert branch.agentgates(*words).returncode == 0
    branch.write("src/calc.py", CALC)
    ran = branch.agentgates("run", "T1")
    assert ran.returncode == 1
    assert "not as in origin/main, and judged by no completed run: conftest.py" in ran.stdout
    assert branch.status() == "pending"


def test_without_a_configured_base_the_default_branch_is_compared_and_told(branch: Clone) -> None:
    branch.change("pyproject.toml", 'base = "origin/main"\n', "")
    branch.write("tests/test_pass.py", WEAK)
    branch.commit()
    ran = branch.agentgates(*CLAIM)
    assert "judged by no completed run: pyproject.toml, tests/test_pass.py" in ran.stderr
    assert task(branch)["base"] == branch.git("rev-parse", "HEAD")
    branch.write("src/calc.py", CALC)
    assert branch.agentgates("run", "T1").returncode == 0
    assert "judged by no completed run: pyproject.toml, tests/test_pass.py" in notes(branch)


def test_new_tests_and_product_code_before_a_claim_are_nothing_to_tell(branch: Clone) -> None:
    branch.write("tests/test_new.py", WEAK)
    branch.write("src/more.py", TWICE)
    branch.commit()
    ran = branch.agentgates(*CLAIM)
    assert ran.stderr == ""
    assert task(branch)["base"] == branch.git("rev-parse", "HEAD")
