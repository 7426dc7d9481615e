"""`pytest --agent-task` from end to end, in real processes."""

from __future__ import annotations

import json
import sys

import pytest

from tests.gated_project import GatedProject

ALL_OUTCOMES = """import pytest
import unittest


def test_passes():
    pass


@pytest.mark.parametrize("number", [1, 2])
def test_many(number, subtests):
    with subtests.test(number=number):
        assert number


class TestCase(unittest.TestCase):
    def test_case(self):
        self.assertTrue(True)
"""
MARKED = """import pytest


@pytest.mark.agent_task("T3")
def test_it():
    pass


def test_other():
    assert 0
"""


def test_a_finished_task_is_completed(project: GatedProject) -> None:
    result = project.gated()
    assert result.ret == 0, result.stdout.str()
    assert project.status() == "completed"
    assert [step["to"] for step in project.task()["status_history"]] == ["queued", "in_progress", "completed"]
    result.stdout.fnmatch_lines(
        ["*2 passed*", "  pass  tests_pass *2 of 2 passed in *", "T1: passed, pending -> completed"]
    )


def test_a_passed_run_is_calm(project: GatedProject) -> None:
    lines = project.gated().stdout.lines
    end = next(number for number, line in enumerate(lines) if " passed in " in line)
    assert len(lines) - end - 1 < 15
    quiet = project.gated("-q").stdout.lines
    end = next(number for number, line in enumerate(quiet) if " passed in " in line)
    assert len([line for line in quiet[end + 1 :] if line]) <= 2


def test_an_unfinished_task_is_refused_with_the_reason(project: GatedProject) -> None:
    result = project.gated(task="T2")
    assert result.ret == 1
    assert project.status("T2") == "in_progress"
    result.stdout.fnmatch_lines(
        [
            "  fail  tests_pass *0 of 1 passed in * s, 1 finding",
            "tests/test_fail.py:5:1: RUN001 test_wrong: assert 3 == 4*",
            "    fix: make the code do what the test expects",
            "T2: refused, pending -> in_progress (attempt 1 of 3)",
            "next: mend the findings, then: pytest --agent-task T2",
        ]
    )


def test_the_third_failure_blocks_with_what_is_known(project: GatedProject) -> None:
    results = [project.gated(task="T2").ret for _ in range(3)]
    assert results == [1, 1, 1]
    task = project.task("T2")
    assert task["status"] == "blocked"
    blocker = task["blocker_info"]
    assert blocker["attempts"] == 3
    assert blocker["failing_tests"] == ["tests/test_fail.py::test_wrong"]
    assert blocker["suspected_cause"] == "assertion_error"
    refused = project.gated(task="T2")
    assert refused.ret == 4
    refused.stderr.fnmatch_lines(
        [
            "agentgates: docs/state/tasks.json:*: task T2 is blocked",
            "  fix: look at its blocker_info, then: agentgates tasks reopen T2",
        ]
    )


def test_a_reopened_task_can_be_completed(project: GatedProject) -> None:
    for _ in range(3):
        project.gated(task="T2")
    assert project.agentgates("tasks", "reopen", "T2").ret == 0
    project.write("tests/test_fail.py", "def test_wrong():\n    assert 1 + 2 == 3\n")
    assert project.gated(task="T2").ret == 0
    assert project.status("T2") == "completed"


def test_a_completed_task_that_fails_later_is_a_regression(project: GatedProject) -> None:
    project.gated()
    project.write("src/calc.py", "def add(left, right):\n    return left - right\n")
    assert project.gated().ret == 1
    assert project.status() == "in_progress"
    assert project.task()["status_history"][-1]["reason"] == "regression"


def test_several_tasks_get_a_verdict_each(project: GatedProject) -> None:
    result = project.pytest("--agent-task", "T1", "--agent-task", "T2")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["T1: passed, pending -> completed", "T2: refused, pending -> in_progress*"])
    assert (project.status("T1"), project.status("T2")) == ("completed", "in_progress")
    verdicts = [(task["id"], task["status"]) for task in project.evidence()["tasks"]]
    assert verdicts == [("T1", "pass"), ("T2", "fail")]


def test_no_update_leaves_the_task_as_it_is(project: GatedProject) -> None:
    before = (project.root / "docs/state/tasks.json").read_bytes()
    result = project.gated("--agent-no-update")
    assert result.ret == 0
    assert "T1: passed, the task stays as it is" in result.stdout.lines
    assert (project.root / "docs/state/tasks.json").read_bytes() == before
    assert (project.evidence()["overall_status"], project.evidence()["transition"]) == ("pass", None)


def test_marked_tests_are_mapped(project: GatedProject) -> None:
    project.write("tests/deep/test_marked.py", MARKED)
    project.tasks({"id": "T3", "status": "queued"})
    assert project.gated("--strict-markers", task="T3").ret == 0
    assert project.evidence()["tests"]["executed"] == 1


def test_every_kind_of_test_is_counted(project: GatedProject) -> None:
    project.write("tests/test_pass.py", ALL_OUTCOMES)
    result = project.gated()
    assert result.ret == 0, result.stdout.str()
    assert project.evidence()["tests"]["executed"] == 4


def test_a_failing_subtest_fails(project: GatedProject) -> None:
    project.write("tests/test_pass.py", "def test_it(subtests):\n    with subtests.test():\n        assert 0\n")
    assert project.gated().ret == 1
    assert "RUN001" in project.rules("tests_pass")


def test_agentgates_run_is_the_same_run(project: GatedProject) -> None:
    result = project.agentgates("run", "T1", "--", "-v")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["tests/test_pass.py::test_add PASSED*", "T1: passed, pending -> completed"])


def test_json_is_one_object_on_standard_output(project: GatedProject) -> None:
    result = project.agentgates("run", "T2", "--json")
    assert result.ret == 1
    facts = json.loads(result.stdout.str())
    assert facts["task_id"] == "T2"
    assert facts["gates"][0]["name"] == "ready"
    result.stderr.fnmatch_lines(["*1 failed*", "T2: refused*"])


def test_the_task_may_come_from_the_environment(project: GatedProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_TASK", "T1")
    assert project.gated(task="auto").ret == 0
    assert project.status() == "completed"


def test_the_task_may_come_from_the_branch(project: GatedProject) -> None:
    project.commit()
    project.git("switch", "-q", "-c", "feature/t1-adds-numbers")
    assert project.agentgates("run").ret == 0
    assert project.status() == "completed"


def test_a_run_from_a_folder_below_works(project: GatedProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root / "tests")
    result = project.pytester.run(sys.executable, "-P", "-m", "pytest", "--agent-task", "T1", "-p", "no:cacheprovider")
    assert result.ret == 0, result.stdout.str()


def test_junit_names_the_task(project: GatedProject) -> None:
    project.gated("--junitxml=junit.xml")
    assert '<property name="task" value="T1"' in (project.root / "junit.xml").read_text(encoding="utf-8")


def test_a_report_that_the_user_asked_for_is_no_change_of_files(project: GatedProject) -> None:
    first, second = (project.gated("--junitxml=junit.xml").ret for _ in range(2))
    assert (first, second) == (0, 0)
    project.write("src/junit.py", "x = 1\n")
    assert project.gated("--junitxml", "src/junit.py").ret == 1


def test_files_that_change_during_the_run_make_it_incomplete(project: GatedProject) -> None:
    writes = "from pathlib import Path\n\n\ndef test_it():\n    Path('src/calc.py').write_text('x = 1\\n')\n"
    project.write("tests/test_pass.py", writes)
    result = project.gated()
    assert result.ret == 1
    result.stdout.fnmatch_lines(["T1: incomplete*", "  TMP015 files changed while they were judged: src/calc.py"])
    assert project.status() == "pending"


def test_a_failing_gate_refuses_a_task_whose_tests_pass(project: GatedProject) -> None:
    project.write("src/extra.py", "import os\n")
    project.configure('[tool.agentgates.gates.ruff_clean]\npaths = ["src"]\n')
    result = project.gated()
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["  fail  ruff_clean *", "src/extra.py:1:8: F401 *", "T1: refused, pending -> in_progress*"]
    )
    assert project.gate("ruff_clean")["tasks"] == ["T1"]


def test_an_advisory_gate_warns_and_does_not_refuse(project: GatedProject) -> None:
    project.write("src/extra.py", "import os\n")
    project.configure('[tool.agentgates.gates.ruff_clean]\npaths = ["src"]\nblocking = false\n')
    assert project.gated().ret == 0
    assert project.gate("ruff_clean")["status"] == "warn"


def test_a_gate_with_nothing_to_look_at_is_no_pass(project: GatedProject) -> None:
    project.configure('[tool.agentgates.gates.ruff_clean]\npaths = ["nowhere"]\n')
    assert project.gated().ret == 1  # the glob that matches nothing is a finding as well
    assert project.gate("ruff_clean")["status"] == "error"
    assert project.rules("config") == ["AGT002"]


def test_a_command_that_is_not_there_is_an_error(project: GatedProject) -> None:
    project.configure('[tool.agentgates.gates.late]\ntype = "command"\nrun = ["./not-there"]\n')
    result = project.gated()
    assert result.ret == 3
    assert project.status() == "pending"
    result.stdout.fnmatch_lines(["  error late *", "T1: could not judge, the task stays as it is"])


def test_a_gate_of_another_layer_is_left_out(project: GatedProject) -> None:
    project.configure('[tool.agentgates.gates.late]\ntype = "command"\nrun = ["./not-there"]\nlayers = ["domain"]\n')
    layer = {"test_files": ["tests/test_pass.py"], "layer": "application"}
    project.tasks({"id": "T1", **layer}, {"id": "T2", **layer, "layer": "domain"})
    assert project.gated().ret == 0
    assert project.gate("late")["status"] == "skip"
    assert project.pytest("--agent-task", "T1", "--agent-task", "T2").ret == 3
    assert (project.status("T1"), project.status("T2")) == ("completed", "pending")


def test_a_profile_switches_gates_on_for_its_layer(project: GatedProject) -> None:
    project.write("src/extra.py", "import os\n")
    project.configure('[tool.agentgates.profiles.domain]\ngates = ["ruff_clean"]\n')
    tests = {"test_files": ["tests/test_pass.py"]}
    project.tasks({"id": "T1", **tests, "layer": "domain"}, {"id": "T2", **tests, "layer": "application"})
    assert project.gated(task="T1").ret == 1
    assert project.gated(task="T2").ret == 0


def test_a_task_that_is_not_ready_is_judged_no_further(project: GatedProject) -> None:
    tests = {"test_files": ["tests/test_pass.py"]}
    project.tasks({"id": "T1", **tests, "dependencies": ["T2"]}, {"id": "T2", **tests})
    result = project.gated()
    assert result.ret == 1
    assert "test session starts" not in result.stdout.str()
    result.stdout.fnmatch_lines(["docs/state/tasks.json:*: TSK002 T1 depends on T2, which is pending"])
    assert project.status() == "pending"
    assert project.evidence()["complete"] is False
    assert project.gate("tests_pass")["status"] == "skip"
