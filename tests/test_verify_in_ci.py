"""On a fresh clone, by the commands of the example workflow: honest work holds, and what only looks done does not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.branch_project import TWICE, Clone, clone_of, make_origin, steps_of
from tests.gated_project import CALC

VERIFY = "Verify every task that the branch completes"


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The branch agent/T1 does the task honestly, with its evidence and its status."""
    folder = tmp_path_factory.mktemp("ci")
    origin = make_origin(folder)
    agent = clone_of(origin, folder / "agent")
    agent.git("switch", "-q", "-c", "agent/T1")
    agent.write("src/calc.py", CALC)
    ran = agent.agentgates("run", "T1")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    agent.commit()
    agent.git("push", "-q", "origin", "agent/T1")
    return origin


@pytest.fixture
def fresh(origin: Path, tmp_path: Path) -> Clone:
    return clone_of(origin, tmp_path / "clone", "agent/T1")


def verify(clone: Clone) -> subprocess.CompletedProcess[str]:
    """What the job says of the branch as it is committed."""
    return clone.run(("bash", "-e", "-c", steps_of("verify")[VERIFY]), GITHUB_BASE_REF="main")


def refused(clone: Clone) -> str:
    """What is said of a branch that is not let through."""
    clone.commit()
    ran = verify(clone)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "verify: does not hold" in ran.stdout
    return ran.stdout


def test_honest_work_is_verified(fresh: Clone) -> None:
    ran = verify(fresh)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1] == (
        "verify: holds for T1, judged anew in a clean tree, against the protected branch and by its configuration "
        "(assurance: verified)"
    )


def test_two_tasks_in_a_row_are_verified_together(fresh: Clone) -> None:
    assert fresh.agentgates("tasks", "claim", "T2", "--agent", "ann").returncode == 0
    fresh.write("src/more.py", TWICE)
    ran = fresh.agentgates("run", "T2")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    fresh.commit()
    ran = verify(fresh)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "verify: holds for T1, T2, " in ran.stdout


def test_a_branch_that_completes_nothing_is_not_let_through_unasked(origin: Path, tmp_path: Path) -> None:
    clone = clone_of(origin, tmp_path / "clone")
    ran = verify(clone)
    assert ran.returncode == 3
    assert "no task was completed since origin/main: there is nothing to verify" in ran.stdout
    assert clone.agentgates("verify", "--base", "origin/main", "--allow-empty").returncode == 0
