"""`agentgates check` from end to end."""

from __future__ import annotations

import json

import pytest

from tests.gated_project import GatedProject


@pytest.fixture
def checked(project: GatedProject) -> GatedProject:
    """A project with one ruff finding in one of two files."""
    project.write("src/extra.py", "import os\n")
    project.configure('[tool.agentgates.gates.ruff_clean]\npaths = ["src"]\n')
    return project


def test_text_is_one_line_per_gate_and_finding(checked: GatedProject) -> None:
    result = checked.agentgates("check")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "  fail  ruff_clean *1 finding in 2 files",
            "  pass  config *",
            "src/extra.py:1:8: F401 `os` imported but unused",
            "    fix: Remove unused import: `os`",
            "check: refused",
            "  ruff_clean: 1 finding in 2 files",
        ]
    )
    assert not (checked.root / ".claude").exists()


def test_a_check_without_a_gate_is_no_pass_and_says_so(project: GatedProject) -> None:
    result = project.agentgates("check")
    assert result.ret == 3
    result.stdout.fnmatch_lines(["check: could not judge", "*no gate looked at any code: agentgates gates lists them"])


def test_a_check_without_a_gate_says_so_beside_other_formats(project: GatedProject) -> None:
    result = project.agentgates("check", "--format", "github")
    assert (result.ret, result.outlines) == (3, [])
    result.stderr.fnmatch_lines(["*no gate looked at any code: agentgates gates lists them"])


def test_json_is_the_object_of_the_evidence(checked: GatedProject) -> None:
    result = checked.agentgates("check", "--json")
    assert result.ret == 1
    facts = json.loads(result.stdout.str())
    (finding,) = facts["gates"][0]["findings"]
    assert (finding["rule"], finding["path"], finding["line"]) == ("F401", "src/extra.py", 1)
    assert facts["overall_status"] == "fail"
    assert facts["task_id"] is None


def test_github_annotates_the_line(checked: GatedProject) -> None:
    result = checked.agentgates("check", "--format", "github")
    result.stdout.fnmatch_lines(["::error file=src/extra.py,line=1,col=8,title=F401*::*"])


def test_markdown_is_a_page(checked: GatedProject) -> None:
    result = checked.agentgates("check", "--format", "markdown")
    result.stdout.fnmatch_lines(["#*", "*| ruff*clean | fail |*", "*F401*"])


def test_paths_limit_the_check(checked: GatedProject) -> None:
    assert checked.agentgates("check", "src/calc.py").ret == 0
    assert checked.agentgates("check", "src/extra.py").ret == 1


def test_a_check_that_looks_at_nothing_is_no_pass(checked: GatedProject) -> None:
    result = checked.agentgates("check", "--gate", "ruff_clean", "pyproject.toml")
    assert result.ret == 3
    result.stdout.fnmatch_lines(["check: could not judge", "  no gate looked at any code: *"])


def test_one_gate_can_be_named(checked: GatedProject) -> None:
    assert checked.agentgates("check", "--gate", "config").ret == 0
    assert checked.agentgates("check", "--gate", "ruff_clean").ret == 1


def test_changed_looks_only_at_what_differs_from_the_base(checked: GatedProject) -> None:
    base = checked.commit()
    checked.write("src/calc.py", "x = 1\n")
    assert checked.agentgates("check", "--changed", "--base", base).ret == 0
    checked.write("src/other.py", "import sys\n")
    result = checked.agentgates("check", "--changed", "--base", base)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["src/other.py:1:8: F401 *"])
    result.stdout.no_fnmatch_line("src/extra.py*")


def test_changed_without_a_base_says_so(checked: GatedProject) -> None:
    result = checked.agentgates("check", "--changed")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["agentgates: --changed needs a base: *", "  fix: name one: --base REV"])


def test_tasks_are_listed_and_shown(project: GatedProject) -> None:
    listed = project.agentgates("tasks", "list").stdout.lines
    assert [line.split()[:2] for line in listed] == [["T1", "pending"], ["T2", "pending"]]
    shown = json.loads(project.agentgates("tasks", "show", "T1", "--json").stdout.str())
    assert (shown["id"], shown["test_files"]) == ("T1", ["tests/test_pass.py"])
    text = project.agentgates("tasks", "show", "T1").stdout
    text.fnmatch_lines(["id: T1", "title: Add numbers", "status: pending"])


@pytest.mark.parametrize("name", ["config", "quality_gates_run", "test_failures", "test_report"])
def test_schemas_are_printed(project: GatedProject, name: str) -> None:
    assert json.loads(project.agentgates("schema", name).stdout.str())["$schema"]


def test_no_configured_gate_is_no_pass(project: GatedProject) -> None:
    assert project.agentgates("check", "--gate", "mypy_clean", "src").ret == 0
    project.write("src/calc.py", "x: int = 'a'\n")
    assert project.agentgates("check", "--gate", "mypy_clean").ret == 1
