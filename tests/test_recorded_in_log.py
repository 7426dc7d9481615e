"""What a task's entry says of its base and boundary is what the log says was recorded."""

from __future__ import annotations

import json

import pytest

from tests.gated_project import CALC, PASSING, GatedProject

WRONG = CALC.replace("left + right", "left - right")


@pytest.fixture
def begun(project: GatedProject) -> GatedProject:
    """T1 was claimed, and the base is on record."""
    project.write(".gitignore", "__pycache__/\n.claude/\n/stdout\n/stderr\n/runpytest-*\n")
    task = {"id": "T1", "status": "pending", "test_files": ["tests/test_pass.py"], "deliverables": ["src/calc.py"]}
    project.tasks(task)
    project.write("src/calc.py", WRONG)
    project.commit()
    assert project.agentgates("tasks", "claim", "T1", "--agent", "ann").ret == 0
    return project


def change_entry(project: GatedProject, **values: object) -> None:
    path = project.root / "docs/state/tasks.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["tasks"][0].update(values)
    path.write_text(json.dumps(document), encoding="utf-8")


def test_the_log_records_the_base_of_a_claim_and_of_a_first_run(project: GatedProject) -> None:
    first = project.commit()
    assert project.agentgates("tasks", "claim", "T1", "--agent", "ann").ret == 0
    assert project.gated(task="T2").ret == 1
    lines = (project.root / "docs/state/transaction-log.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    assert [(one["task_id"], one["recorded"]) for one in entries if "recorded" in one] == [("T1", first), ("T2", first)]
    assert [project.task(name)["base"] for name in ("T1", "T2")] == [first, first]


def test_a_base_that_was_moved_by_hand_completes_nothing(begun: GatedProject) -> None:
    recorded = begun.task()["base"]
    begun.write("src/calc.py", CALC)
    begun.write("tests/test_pass.py", PASSING.replace("== 3", "> 0"))
    later = begun.commit()
    change_entry(begun, base=later)
    said = f"the task T1 records the base {later[:12]}, the log says {recorded[:12]}"
    result = begun.gated()
    assert result.ret == 1
    assert begun.status() == "in_progress"
    result.stdout.fnmatch_lines([f"  {said}; what to do: agentgates doctor"])
    assert any(said in line for line in begun.agentgates("verify", "T1").outlines)
    assert any(said in line for line in begun.agentgates("doctor").outlines)


@pytest.mark.parametrize("base", ["", None])
def test_a_base_that_was_taken_out_by_hand_completes_nothing(begun: GatedProject, base: object) -> None:
    begun.write("src/calc.py", CALC)
    change_entry(begun, base=base)
    result = begun.gated()
    assert result.ret == 1
    said, next_line = (
        "  the task T1 records no base, the log says *; what to do: agentgates doctor",
        "next: settle what*",
    )
    result.stdout.fnmatch_lines([said, next_line])


def test_a_base_is_moved_for_good_with_a_reason(begun: GatedProject) -> None:
    begun.write("README.md", "more\n")
    later = begun.commit()
    assert begun.agentgates("tasks", "rebase", "T1", "HEAD", "--agent", "ann").ret == 4
    assert begun.agentgates("tasks", "rebase", "T1", "nowhere", "--reason", "so", "--agent", "ann").ret == 4
    result = begun.agentgates("tasks", "rebase", "T1", "HEAD", "--reason", "rebased on main", "--agent", "ann")
    assert (result.ret, result.outlines) == (0, [f"T1: changes are measured against {later[:12]} from now on"])
    assert begun.task()["base_reason"] == "rebased on main"
    begun.write("src/calc.py", CALC)
    result = begun.gated()
    assert result.ret == 0, result.stdout.str()
    assert begun.evidence()["git"]["base"] == later


def test_a_widening_that_was_written_by_hand_completes_nothing(begun: GatedProject) -> None:
    begun.write("src/calc.py", CALC)
    begun.write("src/more.py", "MORE = 1\n")
    entry = {"glob": "src/more.py", "reason": "so", "by": "ann", "at": "2026-01-01T00:00:00Z"}
    change_entry(begun, widened=[entry])
    said = "the task T1 is widened to src/more.py, and the log knows nothing of it"
    result = begun.gated()
    assert result.ret == 1
    assert begun.status() == "in_progress"
    result.stdout.fnmatch_lines([f"  {said}; what to do: agentgates doctor"])
    assert any(said in line for line in begun.agentgates("doctor").outlines)
    change_entry(begun, widened=[])
    words = ("tasks", "widen", "T1", "src/more.py", "--reason", "split off", "--agent", "ann")
    assert begun.agentgates(*words).ret == 0
    assert begun.gated().ret == 0
