"""What is handed over of a task, as JSON values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pytest_agentgates.core.handover import Handover, Requirement, Scenario, Verified, handover_facts
from pytest_agentgates.core.record import FileChange
from pytest_agentgates.core.task import Task

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FILES = (
    FileChange("db/migrations/001_orders.py", "created", 10, 0, True),
    FileChange("db/schema.sql", "modified", 2, 1, None),
    FileChange("src/orders.py", "deleted", 0, 7, False),
)


def facts_of(**values: Any) -> dict[str, Any]:
    return handover_facts(Handover(AT, Task("T1", "Add orders"), **values))


def test_files_are_told_in_the_words_of_a_hand_over() -> None:
    facts = facts_of(base="b" * 40, files=FILES)
    assert facts["files"][1] == {
        "path": "db/schema.sql",
        "action": "modify",
        "lines_changed": 3,
        "lines_added": 2,
        "lines_removed": 1,
        "in_boundary": None,
    }
    assert [one["action"] for one in facts["files"]] == ["create", "modify", "delete"]
    assert facts["database_changes"] == [
        {"path": "db/migrations/001_orders.py", "action": "create"},
        {"path": "db/schema.sql", "action": "modify"},
    ]


def test_without_a_base_what_changed_is_null_and_never_empty() -> None:
    facts = facts_of(base_problem="no base is known")
    for key in ("files", "database_changes", "dependencies_added", "dependencies_changed", "dependencies_removed"):
        assert facts[key] is None, key
    assert facts["base"] == {"commit": None, "problem": "no base is known"}
    assert "What changed is not known" in facts["summary"]


def test_nothing_is_verified_unless_evidence_says_so() -> None:
    assert facts_of()["verification"] == {
        **dict.fromkeys(("typecheck", "tests", "lint"), "not verified"),
        "reasons": [],
        "evidence": None,
        "run_id": None,
        "assurance": None,
    }


def test_what_evidence_says_is_told() -> None:
    parts = {"typecheck": "pass", "tests": "pass", "lint": "fail"}
    facts = facts_of(files=(), verified=Verified(parts, (), "run.json", "r1", "clean"))
    assert facts["verification"] == {
        **parts,
        "reasons": [],
        "evidence": "run.json",
        "run_id": "r1",
        "assurance": "clean",
    }
    assert facts["summary"] == (
        "T1: Add orders. Files: none changed (+0 -0 lines). 0 tests mapped. typecheck pass; tests pass; lint fail."
    )


def test_the_summary_counts_files_and_lines() -> None:
    expected = "Files: 1 created, 1 modified, 1 deleted (+12 -8 lines)"
    assert expected in facts_of(files=FILES)["summary"]


@pytest.mark.parametrize(
    ("test", "kind"),
    [
        ("components/a/tests/unit/test_a.py::test_a", "unit"),
        ("tests/integrations/test_a.py::test_a", "integration"),
        ("tests/regression/test_unit.py::test_a", "regression"),
        ("tests/test_unit.py::test_integration", "other"),
        ("tests/test_a.py::test_unit[a/unit/b]", "other"),
    ],
)
def test_a_test_s_kind_is_that_of_its_folder(test: str, kind: str) -> None:
    assert Scenario(test).kind == kind


def test_tests_are_counted_by_kind_and_listed() -> None:
    scenarios = (Scenario("tests/unit/test_a.py::test_a", True, "passed"), Scenario("tests/test_b.py::test_b"))
    assert facts_of(scenarios=scenarios)["tests"] == {
        "unit": 1,
        "integration": 0,
        "regression": 0,
        "other": 1,
        "scenarios": [
            {"test": "tests/unit/test_a.py::test_a", "kind": "unit", "new": True, "outcome": "passed"},
            {"test": "tests/test_b.py::test_b", "kind": "other", "new": None, "outcome": None},
        ],
    }


def test_a_dependency_says_what_it_was_and_never_why() -> None:
    changed = Requirement("httpx", "httpx>=1", "pyproject.toml", "project.dependencies", "httpx>=0.27")
    removed = Requirement("flask", "", "requirements.txt", "", "flask")
    facts = facts_of(files=(), changed=(changed,), removed=(removed,))
    assert facts["dependencies_added"] == []
    assert facts["dependencies_changed"] == [
        {
            "name": "httpx",
            "requirement": "httpx>=1",
            "was": "httpx>=0.27",
            "path": "pyproject.toml",
            "section": "project.dependencies",
            "why": None,
        }
    ]
    assert (facts["dependencies_removed"][0]["requirement"], facts["dependencies_removed"][0]["section"]) == (
        None,
        None,
    )
