"""A move that was recorded in one of two places is named, and brought to the other where evidence bears it out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.gated_project import GatedProject
from tests.test_doctor import doctor, said

LOG = "docs/state/transaction-log.jsonl"
STORE = "docs/state/tasks.json"


@pytest.fixture
def completed(project: GatedProject) -> GatedProject:
    project.write(".gitignore", "__pycache__/\n/stdout\n/stderr\n/runpytest-*\n")
    (project.root / "tests/test_fail.py").unlink()
    task = {"id": "T1", "title": "Add numbers", "status": "pending", "test_files": ["tests/test_pass.py"]}
    project.tasks(task, {"id": "T2", "title": "Rest", "status": "pending"})
    project.commit()
    assert project.agentgates("tasks", "claim", "T1", "--agent", "ann").ret == 0
    project.commit()
    assert project.agentgates("run", "T1").ret == 0
    assert doctor(project.root)[0] == 0
    return project


def lines(root: Path) -> list[str]:
    return (root / LOG).read_text(encoding="utf-8").splitlines(keepends=True)


def test_a_move_that_the_log_lacks_is_added(completed: GatedProject) -> None:
    """As after a crash between the two writes."""
    *before, lost = lines(completed.root)
    (completed.root / LOG).write_text("".join(before), encoding="utf-8")
    code, facts = doctor(completed.root)
    assert (code, len(facts["findings"])) == (1, 1)
    assert "T1 moved from in_progress to completed (gates_passed), the log knows nothing of it" in said(facts)
    assert facts["findings"][0]["fix"].endswith("agentgates doctor --fix")
    code, facts = doctor(completed.root, "--fix")
    assert (code, facts["mended"]) == (0, ["the log lacked that T1 moved to completed, it was added"])
    added, original = json.loads(lines(completed.root)[-1]), json.loads(lost)
    for key in ("operation", "task_id", "before", "after", "run_id", "evidence_sha256"):
        assert added[key] == original[key]
    assert completed.agentgates("verify", "T1").ret == 0


def test_a_claim_that_the_log_lacks_is_added_with_its_base(project: GatedProject) -> None:
    project.commit()
    assert project.agentgates("tasks", "claim", "T2", "--agent", "ann").ret == 0
    assert project.agentgates("tasks", "claim", "T1", "--agent", "ann").ret == 0
    kept = [line for line in lines(project.root) if '"T2"' in line]
    (project.root / LOG).write_text("".join(kept), encoding="utf-8")
    assert "T1 moved from pending to in_progress (claimed), the log knows nothing" in said(doctor(project.root)[1])
    code, facts = doctor(project.root, "--fix")
    assert (code, len(facts["mended"])) == (0, 1)
    assert [json.loads(line).get("recorded", "") for line in lines(project.root)[-2:]] == [project.task()["base"], ""]


def test_a_move_that_the_list_lacks_is_made(completed: GatedProject) -> None:
    """As after a merge that took the other side's list."""
    completed.git("checkout", "-q", "HEAD", "--", STORE)
    text = said(doctor(completed.root)[1])
    assert "the log moves T1 from in_progress to completed (gates_passed), the list says in_progress" in text
    code, facts = doctor(completed.root, "--fix")
    assert (code, facts["mended"]) == (0, ["T1 was moved to completed, as the log says"])
    assert completed.status() == "completed"
    assert completed.agentgates("verify", "T1").ret == 0


def test_a_completion_without_its_evidence_is_left_to_people(completed: GatedProject) -> None:
    completed.git("checkout", "-q", "HEAD", "--", STORE)
    run = next((completed.root / ".claude/evidence/runs").glob("*/quality_gates_run.json"))
    run.write_text(run.read_text(encoding="utf-8").replace('"T1"', '"T9"'), encoding="utf-8")
    code, facts = doctor(completed.root, "--fix")
    assert (code, facts["mended"]) == (1, [])
    assert completed.status() == "in_progress"
    assert "the log moves T1 from in_progress to completed" in said(facts)


def test_a_completion_written_by_hand_gets_no_entry(completed: GatedProject) -> None:
    document = json.loads((completed.root / STORE).read_text(encoding="utf-8"))
    steps = (("pending", "queued"), ("queued", "in_progress"), ("in_progress", "completed"))
    history = [{"from": one, "to": two, "reason": "gates_passed", "attempt": 0} for one, two in steps]
    document["tasks"][1] |= {"status": "completed", "status_history": history}
    (completed.root / STORE).write_text(json.dumps(document), encoding="utf-8")
    code, facts = doctor(completed.root, "--fix")
    assert (code, facts["mended"]) == (1, [])
    assert "T2 moved from pending to completed (gates_passed), the log knows nothing of it" in said(facts)
    assert len([line for line in lines(completed.root) if '"T2"' in line]) == 0
