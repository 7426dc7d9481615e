"""The hand-over says what the repository shows, and verifies only what evidence of these files holds."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from pytest_agentgates.schemas import schema_text
from tests.gated_project import GatedProject

SCHEMA = json.loads(schema_text("handover"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
NOT = "not verified"


def hand_over(project: GatedProject, exit_code: int, *words: str, task: str = "T1") -> dict[str, Any]:
    result = project.agentgates("report", task, "--format", "handover", *words)
    assert result.ret == exit_code, result.stderr.str()
    facts: dict[str, Any] = json.loads(result.stdout.str())
    VALIDATOR.validate(facts)
    return facts


def said(facts: dict[str, Any]) -> dict[str, str]:
    return {part: facts["verification"][part] for part in ("typecheck", "tests", "lint")}


@pytest.fixture
def worked_on(project: GatedProject) -> GatedProject:
    """A task with its base, and work of every kind since."""
    project.configure("\n[tool.agentgates.gates.ruff_clean]\npaths = ['src']\n")
    project.write("requirements.txt", "httpx==0.27\nflask\n")
    project.write("src/old.py", "OLD = 1\n")
    project.write("tests/unit/test_unit.py", "def test_one():\n    assert 1 == 1 + 0\n")
    task = {"id": "T1", "title": "Add", "status": "pending", "test_files": ["tests/test_pass.py", "tests/unit"]}
    project.tasks(task, {"id": "T2", "title": "Other", "status": "pending", "test_files": ["tests/test_fail.py"]})
    project.commit()
    project.write("src/more.py", '"""More."""\n\nMORE = 2\n')
    project.write("src/migrations/0001.sql", "CREATE TABLE orders (id int);\n")
    (project.root / "src/old.py").unlink()
    project.write("requirements.txt", "httpx==0.28\npydantic>=2\n")
    return project


def test_a_judged_task_is_handed_over_with_what_holds(worked_on: GatedProject) -> None:
    base = worked_on.git("rev-parse", "HEAD")
    assert worked_on.gated("-q").ret == 0
    facts = hand_over(worked_on, 0)
    assert facts["base"] == {"commit": base, "problem": None}
    assert [(one["path"], one["action"], one["lines_changed"]) for one in facts["files"]] == [
        ("requirements.txt", "modify", 4),
        ("src/migrations/0001.sql", "create", 1),
        ("src/more.py", "create", 3),
        ("src/old.py", "delete", 1),
    ]
    assert facts["database_changes"] == [{"path": "src/migrations/0001.sql", "action": "create"}]
    assert [(one["name"], one["requirement"]) for one in facts["dependencies_added"]] == [("pydantic", "pydantic>=2")]
    assert [(one["name"], one["was"]) for one in facts["dependencies_changed"]] == [("httpx", "httpx==0.27")]
    assert [one["name"] for one in facts["dependencies_removed"]] == ["flask"]
    assert (facts["tests"]["unit"], facts["tests"]["other"]) == (1, 2)
    assert {(one["outcome"], one["new"]) for one in facts["tests"]["scenarios"]} == {("passed", False)}
    assert said(facts) == {"typecheck": NOT, "tests": "pass", "lint": "pass"}
    assert facts["verification"]["reasons"] == ["typecheck: the gate mypy_clean is not on"]
    assert facts["verification"]["assurance"] == "clean"
    worked_on.write("src/more.py", '"""More."""\n\nMORE = 3\n')
    facts = hand_over(worked_on, 1)
    assert set(said(facts).values()) == {NOT}
    assert any("the files differ from what was judged" in reason for reason in facts["verification"]["reasons"])
    assert {one["outcome"] for one in facts["tests"]["scenarios"]} == {None}


def test_a_task_that_was_never_judged_is_not_verified(worked_on: GatedProject) -> None:
    facts = hand_over(worked_on, 1, "--base", "HEAD", task="T2")
    assert said(facts) == dict.fromkeys(("typecheck", "tests", "lint"), NOT)
    assert facts["verification"]["reasons"] == ["there is no evidence of the task T2"]
    assert len(facts["files"]) == 4


def test_what_a_run_was_measured_against_is_the_base_where_the_task_names_none(project: GatedProject) -> None:
    project.commit()
    project.write("src/more.py", "MORE = 2\n")
    assert project.gated("-q", "--agent-no-update").ret == 0
    assert "base" not in project.task()
    assert [one["path"] for one in hand_over(project, 0)["files"]] == ["src/more.py"]


def test_a_failed_judgement_verifies_nothing(project: GatedProject) -> None:
    project.commit()
    project.gated("-q", task="T2")
    facts = hand_over(project, 1, task="T2")
    assert set(said(facts).values()) == {NOT}
    assert any("the evidence itself says fail" in reason for reason in facts["verification"]["reasons"])
    assert "1 judgement failed since it was last completed or reopened" in facts["notes"]


def test_a_run_that_ran_no_test_is_told_as_that(project: GatedProject) -> None:
    project.tasks({"id": "T1", "status": "in_progress", "owner": "bob", "test_files": ["tests/test_fail.py"]})
    project.commit()
    project.gated("-q", "--agent-name", "ann")
    reasons = [reason.partition(": ")[2] for reason in hand_over(project, 3)["verification"]["reasons"]]
    assert reasons == [
        "the evidence itself says incomplete",
        "1 mapped test is not among those that passed: tests/test_fail.py::test_wrong",
    ]


def test_outside_git_what_changed_is_null_with_the_reason(project: GatedProject) -> None:
    facts = hand_over(project, 3)
    assert (facts["files"], facts["dependencies_added"]) == (None, None)
    assert facts["base"]["commit"] is None
    assert facts["base"]["problem"]


def test_a_declaration_that_cannot_be_read_is_a_note_and_no_empty_list_of_changes(worked_on: GatedProject) -> None:
    worked_on.write("web/package.json", "{")
    facts = hand_over(worked_on, 1, "--base", "HEAD")
    assert any(note.startswith("web/package.json: its dependencies cannot be read") for note in facts["notes"])
    assert [one["name"] for one in facts["dependencies_added"]] == ["pydantic"]


@pytest.mark.parametrize(
    "words", [("--format", "handover"), ("T1", "--base", "HEAD"), ("T1", "--format", "handover", "--base", "nowhere")]
)
def test_a_mistake_is_one_message(project: GatedProject, words: tuple[str, ...]) -> None:
    result = project.agentgates("report", *words)
    assert (result.ret, result.stdout.str()) == (4, "")
    assert result.stderr.str().startswith("agentgates: ")
