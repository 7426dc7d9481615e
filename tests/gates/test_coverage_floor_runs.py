"""The gate on data that real processes of pytest left, and on a real base."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentgates.base_tree import find_base
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.gates.coverage_floor import CoverageFloor
from pytest_agentgates.measure_coverage import plan_measuring, static_roots
from pytest_agentgates.run_tool import LocalTools
from tests.fakes import FakeWorkspace
from tests.measured_project import FILES, run_measured, write_files

FLOORS = {"app/**": 85.0, "other/**": 100.0}


def judged(root: Path, gate: CoverageFloor, *args: str) -> GateResult:
    folder = root.parent / "measured"
    folder.mkdir()
    plan = plan_measuring(root, static_roots(gate.patterns), gate.branch, sys.version_info[:2], folder)
    measured = run_measured(root, plan, *args)
    assert measured.exit_code == 0, measured.output
    base, problem = find_base(root, LocalTools(), "HEAD", "", "")
    return gate.check(
        FakeWorkspace(root=root, files=tuple(FILES), coverage_data=measured.data, base=base, base_problem=problem)
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write_files(tmp_path / "project", FILES)
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "base"]):
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        subprocess.run(["git", *identity, *command], cwd=root, check=True)
    return root


@pytest.mark.parametrize(
    "args",
    [(), ("-n", "2"), ("--cov=app", "--cov=other"), ("--cov=app", "--cov=other", "--cov-branch", "-n", "2")],
    ids=["alone", "xdist", "pytest-cov", "pytest-cov-xdist-branches"],
)
def test_the_same_figures_however_the_tests_ran(root: Path, args: tuple[str, ...]) -> None:
    result = judged(root, CoverageFloor(floors=FLOORS), *args)
    assert result.status is GateStatus.PASS, result
    assert [(fact["floor"], fact["actual"]) for fact in result.facts["floors"]] == [  # type: ignore[attr-defined]  # a list of figures
        ("app/**", 88.8),
        ("other/**", 100.0),
    ]


@pytest.mark.parametrize("args", [(), ("-n", "2"), ("--cov=app", "--cov=other")], ids=["alone", "xdist", "pytest-cov"])
def test_branches_however_the_tests_ran(root: Path, args: tuple[str, ...]) -> None:
    result = judged(root, CoverageFloor(floors=FLOORS, branch=True), *args)
    assert result.status is GateStatus.PASS, result
    assert result.facts["floors"][0]["total"] == 11  # type: ignore[index]  # a list of figures


def test_a_narrower_pytest_cov_leaves_files_unmeasured_and_says_so(root: Path) -> None:
    result = judged(root, CoverageFloor(floors=FLOORS), "--cov=app")
    assert result.status is GateStatus.FAIL
    assert [finding.rule for finding in result.findings] == ["COV001", "COV003"]
    assert "--cov" in result.findings[1].fix


def test_a_narrowed_run_does_not_reach_the_floor(root: Path) -> None:
    result = judged(root, CoverageFloor(floors=FLOORS), "-k", "positive")
    assert result.status is GateStatus.FAIL
    assert ("COV001", "app/core.py", 3) in [(found.rule, found.path, found.line) for found in result.findings]


def test_changed_lines_against_a_real_base(root: Path) -> None:
    write_files(root, {"other/extra.py": FILES["other/extra.py"] + "\n\ndef triple(x):\n    return 3 * x\n"})
    result = judged(root, CoverageFloor(floors={"app/**": 85.0}, changed_lines=80))
    assert [(found.rule, found.path, found.line) for found in result.findings] == [("COV002", "other/extra.py", 6)]
    assert "changed lines 50.0 % (needed 80 %)" in result.findings[0].message
