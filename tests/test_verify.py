"""Evidence is believed only where it belongs to the tree and adds up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.gated_project import GatedProject

MAIN = ".claude/evidence/quality_gates_run.json"


@pytest.fixture
def judged(pytester: pytest.Pytester) -> GatedProject:
    project = GatedProject(pytester)
    project.write(".gitignore", "/stdout\n/stderr\n/runpytest-*\n__pycache__/\n")
    project.commit()
    assert project.agentgates("run", "T1").ret == 0
    return project


def test_evidence_of_this_tree_holds_and_does_so_again(judged: GatedProject) -> None:
    result = judged.agentgates("verify", "T1", "--rerun")
    assert result.ret == 0, result.outlines
    assert result.outlines[-1] == "verify: holds for T1, judged in a clean tree (assurance: clean)"


def test_another_tree_a_forged_report_and_other_tests_are_found(judged: GatedProject) -> None:
    judged.write("src/calc.py", "def add(left, right):\n    return 3\n")
    result = judged.agentgates("verify")
    assert result.ret == 1
    assert any("the files differ from what was judged" in line for line in result.outlines)
    report = next((judged.root / ".claude/evidence/runs").glob("*/test_report.json"))
    report.write_text("{}", encoding="utf-8")
    assert any("test_report.json was changed" in line for line in judged.agentgates("verify").outlines)


def test_without_git_a_first_run_is_of_these_files_and_cannot_be_placed(pytester: pytest.Pytester) -> None:
    project = GatedProject(pytester)
    assert project.agentgates("run", "T1").ret == 0
    result = project.agentgates("verify", "T1")
    assert result.ret == 3
    assert result.outlines == [
        f"{MAIN}: the evidence names no commit: it cannot be placed in time",
        "verify: cannot be told for T1, judged in place (assurance: in_place)",
    ]


def test_counts_that_contradict_the_gates_are_found(judged: GatedProject) -> None:
    document = json.loads((judged.root / MAIN).read_text(encoding="utf-8"))
    document["gates"][1]["status"] = "fail"
    judged.write(MAIN, json.dumps(document))
    lines = judged.agentgates("verify").outlines
    assert any("it claims a pass although these did not" in line for line in lines)
    assert any("the summary counts" in line for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        '{"gates": {"a": {"status": "PASS"}}, "summary": {"overall": "PASS"}}',
        '{"overall_status": "pass", "gates": [{"name": "a", "status": "pass"}]}',
        '{"overall_status": "PASS", "summary": {"PASS": 3}, "gates": []}',
        '{"status": "PASS"}',
        "no json",
    ],
)
def test_foreign_evidence_is_never_a_pass(pytester: pytest.Pytester, text: str) -> None:
    project = GatedProject(pytester)
    project.write(MAIN, text)
    result = project.agentgates("verify")
    assert result.ret == 1
    assert any("was not written by this tool" in line for line in result.outlines)


def test_foreign_evidence_is_told_field_by_field_what_it_lacks(pytester: pytest.Pytester) -> None:
    project = GatedProject(pytester)
    gates = [{"name": "tests", "status": "pass", "required": True}, {"name": "lint", "exit_code": 0}]
    project.write(MAIN, json.dumps({"overall_status": "pass", "gates": gates, "git": {"commit": "abc"}}))
    lines = [line.removeprefix(f"{MAIN}: ") for line in project.agentgates("verify").outlines]
    assert "it lacks git.files_digest: nothing ties it to the files here" in lines
    assert "it lacks run_id: nothing tells the run" in lines
    assert "it lacks gates[].status: it gives no result (lint)" in lines
    assert "it lacks gates[].findings: nothing tells what was found (tests, lint)" in lines
    assert not any(line.startswith(("it lacks git.commit", "it lacks overall_status")) for line in lines)


def test_no_evidence_cannot_be_told_and_an_unknown_task_is_a_mistake(pytester: pytest.Pytester) -> None:
    project = GatedProject(pytester)
    assert project.agentgates("verify").ret == 3
    assert project.agentgates("verify", "T9").ret == 4
    assert not Path(project.root / MAIN).exists()
