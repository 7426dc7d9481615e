"""A bug of our own is the one case for a traceback: it exits with 3, says what to report, and moves no task."""

from __future__ import annotations

import pytest

from pytest_agentgates.errors import CANNOT_JUDGE
from tests.bad_input.refusals import contents
from tests.gated_project import GatedProject
from tests.linked_environment import link_environment


@pytest.mark.parametrize(
    "command",
    [("pytest", "--agent-task", "T1"), ("pytest_agentgates", "run", "T1"), ("pytest_agentgates", "check")],
    ids=" ".join,
)
def test_a_crash_says_what_to_report(
    project: GatedProject, tmp_path_factory: pytest.TempPathFactory, command: tuple[str, ...]
) -> None:
    made = link_environment(tmp_path_factory.mktemp("environment") / "venv", ("jsonschema",))
    made.module("jsonschema", "raise RuntimeError('out of luck')\n")
    before = contents(project.root)
    result = project.pytester.run(made.python, "-m", *command)
    assert result.ret == CANNOT_JUDGE
    assert result.stderr.lines[0] == "Traceback (most recent call last):"
    assert [line for line in result.stderr.lines if line][-2:] == [
        "RuntimeError: out of luck",
        "agentgates: this is a bug in agentgates (RuntimeError); please report the lines above",
    ]
    assert contents(project.root) == before


def test_a_crash_beside_the_tests_is_no_pass(project: GatedProject, tmp_path_factory: pytest.TempPathFactory) -> None:
    made = link_environment(tmp_path_factory.mktemp("environment") / "venv", ("ruff",))
    made.module("ruff", "")
    (made.packages / "ruff" / "__main__.py").write_text("raise RuntimeError('out of luck')\n", encoding="utf-8")
    project.configure("[tool.agentgates.gates.ruff_clean]\n")
    result = project.pytester.run(made.python, "-m", "pytest", "-p", "no:cacheprovider", "--agent-task", "T1")
    assert (result.ret, result.stderr.str()) == (CANNOT_JUDGE, "")
    assert project.gate("ruff_clean")["status"] == "error"
    assert project.gate("ruff_clean")["message"] == "bug in the gate: RuntimeError: out of luck"
    assert project.status() == "pending"
