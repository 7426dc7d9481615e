"""Mistakes on the command line and in the configuration are told in one message, exit with 4 and cost no attempt."""

from __future__ import annotations

import re

import pytest

from pytest_agentgates.config_schema import top_level_schema
from pytest_agentgates.gates import GATES
from tests.bad_input.refusals import refused
from tests.gated_project import GatedProject

ALL_KEYS = ", ".join(sorted(top_level_schema()["properties"]))
ALL_GATES = ", ".join(sorted(GATES))


@pytest.mark.parametrize(
    ("command", "message", "where"),
    [
        (("run", "T1", "--nope"), r"No such option:? '?--nope'?.*", "agentgates run"),
        (("run", "T1", "--\x1b[2J"), r"No such option:? '?--\\x1b\[2J'?.*", "agentgates run"),
        (("check", "--gate"), r"Option '--gate' requires an argument\.", "agentgates(?: check)?"),
        (("tasks", "reopen"), r"Missing argument 'ID'\.", "agentgates tasks reopen"),
        (("judge", "T1"), r"No such command 'judge'\.", "agentgates"),
    ],
)
def test_what_no_command_knows(project: GatedProject, command: tuple[str, ...], message: str, where: str) -> None:
    said = refused(project, "agentgates", *command)
    assert re.fullmatch(f"agentgates: {message}\n  fix: look at: {where} --help", said), said


@pytest.mark.parametrize(
    "arguments",
    [("--nope",), ("-p", "no_such_plugin"), ("--tb=sideways",), ("--durations=x",), ("-c", "no_such.ini")],
    ids=" ".join,
)
def test_what_pytest_refuses_costs_no_attempt(project: GatedProject, arguments: tuple[str, ...]) -> None:
    said = refused(project, "pytest", "--agent-task", "T1", *arguments)
    assert "error" in said.lower()
    assert "T1" not in said


def test_what_only_the_tests_session_refuses_costs_no_attempt(project: GatedProject) -> None:
    said = refused(project, "agentgates", "run", "T1", "--", "--nope")
    assert said.endswith(
        "error: unrecognized arguments: --nope\n"
        f"  inifile: {project.root}/pyproject.toml\n"
        f"  rootdir: {project.root}\n"
        "\n"
        "agentgates: pytest refuses its arguments, as it says above\n"
        "  fix: correct the command line, or addopts in pytest's configuration"
    )


def test_a_broken_conftest_costs_an_attempt(project: GatedProject) -> None:
    project.write("tests/conftest.py", "import nowhere\n")
    assert project.gated("-q").ret == 1
    assert project.task()["status_history"][-1]["attempt"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--gate", "rufff_clean"),
            "there is no gate 'rufff_clean'\n  fix: did you mean ruff_clean?",
        ),
        (
            ("--gate", "zebra"),
            f"there is no gate 'zebra'\n  fix: the gates are: {ALL_GATES}",
        ),
        (
            ("--gate", "tests_pass"),
            "the gate tests_pass needs a test run\n  fix: judge a task: pytest --agent-task ID",
        ),
        (("nope.py",), "nope.py does not exist\n  fix: correct the path"),
        (("src", "a\x1b[2J"), "a\\x1b[2J does not exist\n  fix: correct the path"),
        (("..",), ".. lies outside the project\n  fix: name a path inside it"),
        (("/etc/passwd",), "/etc/passwd lies outside the project\n  fix: name a path inside it"),
        (("--format", "xml"), "there is no format 'xml'\n  fix: the formats are: text, json, github, markdown"),
    ],
)
def test_what_cannot_be_checked(project: GatedProject, arguments: tuple[str, ...], message: str) -> None:
    assert refused(project, "agentgates", "check", *arguments) == f"agentgates: {message}"


def test_a_path_through_a_link_is_where_it_leads(project: GatedProject) -> None:
    (project.root / "etc").symlink_to("/etc")
    assert refused(project, "agentgates", "check", "etc/passwd") == (
        "agentgates: etc/passwd lies outside the project\n  fix: name a path inside it"
    )


def test_a_schema_that_there_is_not(project: GatedProject) -> None:
    assert refused(project, "agentgates", "schema", "ctrf") == (
        "agentgates: there is no schema 'ctrf'\n"
        "  fix: the schemas are: config, quality_gates_run, test_failures, completion_report, handover, "
        "criteria_result, test_report"
    )


@pytest.mark.parametrize("command", [("pytest", "--agent-task", "T1"), ("agentgates", "check"), ("agentgates", "run")])
def test_three_mistakes_in_the_configuration(project: GatedProject, command: tuple[str, ...]) -> None:
    project.configure('evidense = "out"\nmax_attempts = "three"\n\n[tool.agentgates.gates.ruff_claen]\n')
    assert refused(project, *command) == (
        "agentgates: pyproject.toml:6: tool.agentgates.evidense: AGT004 unknown key 'evidense'\n"
        "  fix: did you mean evidence?\n"
        "pyproject.toml:7: tool.agentgates.max_attempts: must be a whole number, not 'three'\n"
        "  fix: write a whole number\n"
        "pyproject.toml:9: tool.agentgates.gates.ruff_claen: AGT003 no one offers a gate 'ruff_claen'\n"
        "  fix: did you mean ruff_clean?"
    )


def test_a_configuration_that_is_no_toml(project: GatedProject) -> None:
    project.configure("tasks = \n")
    assert refused(project, "agentgates", "check") == (
        "agentgates: pyproject.toml: is not valid TOML: Invalid value (at line 6, column 9)\n"
        "  fix: correct the syntax there"
    )


def test_terminal_escapes_in_the_configuration(project: GatedProject) -> None:
    project.configure('"\\u001b[2J" = 1\nagent = 3\n')
    assert refused(project, "agentgates", "check") == (
        "agentgates: pyproject.toml:5: tool.agentgates.\\x1b[2J: AGT004 unknown key '\\x1b[2J'\n"
        f"  fix: known are: {ALL_KEYS}\n"
        "pyproject.toml:7: tool.agentgates.agent: must be text, not 3\n"
        "  fix: write text"
    )


def test_a_gate_that_is_named_runs_without_configuration(project: GatedProject) -> None:
    result = project.agentgates("check", "--gate", "ruff_clean")
    assert result.ret == 0, result.stdout.str()
    result.stdout.fnmatch_lines(["  pass  ruff_clean *", "check: passed"])


def test_a_gate_that_is_named_runs_though_it_is_switched_off(project: GatedProject) -> None:
    project.configure("[tool.agentgates.gates.ruff_clean]\nenabled = false\n")
    project.write("src/calc.py", "import os\n")
    assert project.agentgates("check").ret == 3
    assert project.agentgates("check", "--gate", "ruff_clean").ret == 1
