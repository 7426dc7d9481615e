"""On a fresh clone, by the commands of the example workflow: honest work holds, and what only looks done does not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.branch_project import (
    EVIDENCE,
    TWICE,
    Clone,
    claim_these_files,
    clone_of,
    forge,
    fresh_environment,
    make_origin,
    steps_of,
)
from tests.gated_project import CALC

VERIFY = "Verify every task that the branch completes"
CONFIGURATION = "pyproject.toml"
TASKS = "docs/state/tasks.json"
TEST = "tests/test_pass.py"


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
    assert ran.stdout.splitlines()[-1].startswith("verify: does not hold")
    assert "Traceback" not in ran.stderr
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


def test_a_configuration_that_moved_on_is_no_fault_of_the_branch(fresh: Clone) -> None:
    fresh.git("switch", "-q", "-c", "later", "origin/main")
    fresh.write(CONFIGURATION, fresh.read(CONFIGURATION) + "[tool.agentgates.gates.in_boundary]\nallow = ['*.txt']\n")
    fresh.commit()
    fresh.git("update-ref", "refs/remotes/origin/main", "later")
    fresh.git("switch", "-q", "agent/T1")
    ran = verify(fresh)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "these settings are others than in origin/main, which counts: gates.in_boundary" in ran.stdout


def test_what_git_ignores_need_not_be_there(tmp_path: Path) -> None:
    """Files that an installation writes can change a judgement, and are in no clone."""
    origin = make_origin(tmp_path)
    agent = clone_of(origin, tmp_path / "agent")
    agent.git("switch", "-q", "-c", "agent/built")
    agent.change(".gitignore", ".coverage\n", ".coverage\nsrc/_version.py\n")
    allowed = '[tool.agentgates.gates.in_boundary]\nallow = ["src/_version.py"]\n'
    agent.write(CONFIGURATION, agent.read(CONFIGURATION) + allowed)
    agent.commit()
    agent.git("push", "-q", "origin", "HEAD:main")
    agent.write("src/calc.py", CALC)
    agent.write("src/_version.py", "version = '1'\n")
    assert agent.agentgates("run", "T1").returncode == 0
    agent.commit()
    agent.git("push", "-q", "origin", "agent/built")
    ran = verify(clone_of(origin, tmp_path / "clone", "agent/built"))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "note: .claude/evidence/quality_gates_run.json: the files differ" in ran.stdout
    assert "src/_version.py" in ran.stdout


def test_a_branch_that_completes_nothing_is_not_let_through_unasked(origin: Path, tmp_path: Path) -> None:
    clone = clone_of(origin, tmp_path / "clone")
    ran = verify(clone)
    assert ran.returncode == 3
    assert "no task was completed since origin/main: there is nothing to verify" in ran.stdout
    assert clone.agentgates("verify", "--base", "origin/main", "--allow-empty").returncode == 0


def switch_a_gate_off(clone: Clone) -> None:
    clone.change(CONFIGURATION, "[tool.agentgates.gates.coverage_floor]\n", "")
    clone.change(CONFIGURATION, 'floors = { "src/**" = 40 }\n', "")
    claim_these_files(clone)


def lower_a_floor(clone: Clone) -> None:
    clone.change(CONFIGURATION, "= 40", "= 1")
    claim_these_files(clone)


def take_the_configuration_away(clone: Clone) -> None:
    text = clone.read(CONFIGURATION)
    clone.write(CONFIGURATION, text[: text.index("[tool.agentgates]")])


def break_the_configuration(clone: Clone) -> None:
    clone.change(CONFIGURATION, "[tool.agentgates]", "[tool.agentgates]\nnonsense = 1")


def keep_the_plugin_out(clone: Clone) -> None:
    clone.change(CONFIGURATION, "[tool.pytest]", '[tool.pytest]\naddopts = ["-p", "no:agentgates"]')
    claim_these_files(clone)


def weaken_the_tests(clone: Clone) -> None:
    clone.write(TEST, "def test_add():\n    pass\n\n\ndef test_add_negative():\n    pass\n")
    claim_these_files(clone)


def break_the_code(clone: Clone) -> None:
    clone.change("src/calc.py", "left + right", "left * right")
    claim_these_files(clone)


def plant_a_conftest(clone: Clone) -> None:
    clone.write("conftest.py", "def pytest_runtest_makereport(item, call):\n    call.excinfo = None\n")
    claim_these_files(clone)


def change_the_code_afterwards(clone: Clone) -> None:
    clone.change("src/calc.py", "left + right", "right + left")


def forge_only_the_digest(clone: Clone) -> None:
    document = json.loads(clone.read(EVIDENCE))
    document["git"]["files_digest"] = "0" * 64
    clone.write(EVIDENCE, json.dumps(document))


def forge_the_reports(clone: Clone) -> None:
    report = next((clone.root / ".claude/evidence/runs").glob("*/test_report.json"))
    report.write_text("{}", encoding="utf-8")


def write_evidence_by_hand(clone: Clone) -> None:
    shutil.rmtree(clone.root / ".claude")
    gates = {"tests": {"status": "PASS", "blocking": True}}
    clone.write(EVIDENCE, json.dumps({"tasks": ["T1"], "gates": gates, "summary": {"overall": "PASS"}}))


def write_a_status_by_hand(clone: Clone) -> None:
    document = json.loads(clone.read(TASKS))
    document["tasks"][1]["status"] = "completed"
    clone.write(TASKS, json.dumps(document))


def take_the_log_away(clone: Clone) -> None:
    clone.write("docs/state/transaction-log.jsonl", "")


def take_the_evidence_away(clone: Clone) -> None:
    shutil.rmtree(clone.root / ".claude")


def ask_for_fewer_tests(clone: Clone) -> None:
    clone.change(TASKS, '"tests/test_pass.py"', '"tests/test_pass.py::test_add"')


def claim_a_failed_run(clone: Clone) -> None:
    def change(document: dict[str, object]) -> None:
        document["overall_status"] = "fail"

    forge(clone, change)


@pytest.mark.parametrize(
    ("trick", "said"),
    [
        (switch_a_gate_off, "pyproject.toml: the gate coverage_floor was switched off since the base (origin/main)"),
        (lower_a_floor, "TMP007"),
        (take_the_configuration_away, "the branch has no configuration of this tool, the protected branch has one"),
        (break_the_configuration, "the configuration on disk cannot be read: pyproject.toml:"),
        (keep_the_plugin_out, "judged anew: pyproject.toml: TMP007 pytest: addopts gained -p no:agentgates"),
        (weaken_the_tests, "judged anew: tests/test_pass.py: BND002 a test of the task was modified"),
        (break_the_code, "judged anew it is fail, the evidence says pass"),
        (plant_a_conftest, "judged anew: conftest.py"),
        (change_the_code_afterwards, "): src/calc.py"),
        (forge_only_the_digest, "it is not what runs/"),
        (forge_the_reports, "test_report.json was changed"),
        (write_evidence_by_hand, "it lacks git.files_digest: nothing ties it to the files here"),
        (write_a_status_by_hand, "the task T2 is completed, and there is no evidence of it"),
        (take_the_log_away, "the task T1 is completed, but the log knows of no move to it"),
        (take_the_evidence_away, "the task T1 is completed, and there is no evidence of it"),
        (ask_for_fewer_tests, "the task T1 no longer names its tests tests/test_pass.py"),
        (claim_a_failed_run, "the evidence itself says fail"),
    ],
)
def test_what_only_looks_done_is_refused(fresh: Clone, trick: Callable[[Clone], None], said: str) -> None:
    trick(fresh)
    assert said in refused(fresh)


def test_less_assurance_than_asked_for_is_not_let_through(tmp_path: Path) -> None:
    """Where the protected branch has none of the task's tests there is nothing to hold on to."""
    origin = make_origin(tmp_path)
    agent = clone_of(origin, tmp_path / "agent")
    agent.git("rm", "-q", "tests/test_pass.py")
    agent.commit()
    agent.git("push", "-q", "origin", "main")
    agent.git("switch", "-q", "-c", "agent/T1")
    agent.write(TEST, "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n")
    agent.write("src/calc.py", CALC)
    assert agent.agentgates("run", "T1").returncode == 0
    agent.commit()
    ran = verify(agent)
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "it is judged in place, and not verified as it should be" in ran.stdout
    assert "judged anew in place: the base" in ran.stdout
    words = ("verify", "--rerun", "--base", "origin/main", "--configuration-from", "origin/main")
    assert agent.agentgates(*words, "--at-least", "in_place").returncode == 0


def test_evidence_of_other_work_is_refused(origin: Path, tmp_path: Path) -> None:
    """What was proved on one branch is laid over another."""
    lazy = clone_of(origin, tmp_path / "lazy")
    lazy.git("switch", "-q", "-c", "agent/lazy")
    lazy.git("checkout", "-q", "origin/agent/T1", "--", ".claude", "docs")
    assert "the files differ from what was judged" in refused(lazy)


def test_every_command_of_the_job_runs(fresh: Clone, tmp_path: Path) -> None:
    """In an environment of its own, which the commands fill; what they would download is there already."""
    scripts = fresh_environment(tmp_path / "environment")
    more = {"GITHUB_BASE_REF": "main", "RUNNER_TEMP": str(tmp_path), "PIP_NO_INDEX": "1"}
    for name, command in steps_of("verify").items():
        ran = fresh.run(("bash", "-e", "-c", command), PATH=os.pathsep.join((str(scripts), os.environ["PATH"])), **more)
        assert ran.returncode == 0, f"{name}: {ran.stdout}{ran.stderr}"
    assert ran.stdout.splitlines()[-1].endswith("(assurance: verified)")
