"""Floors are judged alone, beside the user's own pytest-cov, under xdist and in subprocesses, end to end."""

from __future__ import annotations

import pytest

from tests.gated_project import GatedProject

FLOOR = '[tool.agentgates.gates.coverage_floor]\nfloors = { "src/**" = 90 }\n'

IN_A_SUBPROCESS = """import subprocess
import sys

CODE = 'import sys; sys.path.insert(0, "src"); import calc; calc.add(1, 2)'


def test_it():
    assert subprocess.run([sys.executable, "-c", CODE]).returncode == 0
"""


@pytest.mark.parametrize(
    "arguments",
    [(), ("--cov=src",), ("--cov=src", "--cov-branch"), ("-n", "2"), ("-n", "2", "--cov=src")],
    ids=["alone", "pytest-cov", "pytest-cov with branches", "xdist", "both"],
)
def test_floors_are_judged_however_the_tests_are_measured(project: GatedProject, arguments: tuple[str, ...]) -> None:
    project.configure(FLOOR)
    result = project.gated(*arguments)
    assert result.ret == 0, result.stdout.str() + result.stderr.str()
    gate = project.gate("coverage_floor")
    assert (gate["status"], gate["actual"], gate["threshold"]) == ("pass", 100.0, 90.0)
    assert gate["facts"]["core"] in {"ctrace", "sysmon"}


def test_a_file_that_no_test_imports_counts_as_uncovered(project: GatedProject) -> None:
    project.configure(FLOOR)
    project.write("src/forgotten.py", "def forgotten(x):\n    y = x\n    return y\n")
    assert project.gated().ret == 1
    assert "COV003" in project.rules("coverage_floor")
    assert project.gate("coverage_floor")["actual"] < 90


def test_what_a_subprocess_covers_counts(project: GatedProject) -> None:
    project.configure(FLOOR)
    project.write("tests/test_pass.py", IN_A_SUBPROCESS)
    result = project.gated()
    assert result.ret == 0, result.stdout.str()


def test_a_total_that_pytest_cov_asks_for_does_not_judge_a_part_of_the_suite(project: GatedProject) -> None:
    project.configure(FLOOR)
    project.write("src/other.py", "def other(x):\n    return x\n")
    project.configure("[tool.coverage.report]\nfail_under = 100\n")
    result = project.gated("--cov=src")
    assert "RUN008" not in project.rules("tests_pass"), result.stdout.str()


def test_changed_lines_need_a_base(project: GatedProject) -> None:
    project.configure(FLOOR + "changed_lines = 80\n")
    result = project.gated()
    assert result.ret == 3
    assert "the project is in no git repository" in project.gate("coverage_floor")["message"]
    base = project.commit()
    project.write(
        "src/calc.py", "def add(left, right):\n    return left + right\n\n\ndef new(x):\n    y = x\n    return y\n"
    )
    assert project.gated("--agent-base", base).ret == 1
    assert "COV002" in project.rules("coverage_floor")
