"""What comes next, and what halts the work."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tasks.task_project import TaskProject

FAILED = {"from": "in_progress", "to": "in_progress", "reason": "attempt_failed", "attempt": 1}
NEXT = ("tasks", "next", "--agent", "ann")


def task(task_id: str, status: str = "pending", **more: Any) -> dict[str, Any]:
    return {"id": task_id, "title": f"Task {task_id}", "status": status, **more}


def failed(task_id: str) -> dict[str, Any]:
    return task(task_id, "in_progress", owner="bob", status_history=[FAILED])


def next_id(project: TaskProject, *words: str) -> str | None:
    found = project.json(*NEXT, *words)["task"]
    return found["id"] if found else None


def test_begun_then_queued_then_free_tasks_come_by_priority_and_position(project: TaskProject) -> None:
    project.tasks(
        task("T1", "completed"),
        task("T2", priority="low"),
        task("T3", priority="critical", dependencies=["T1", "T4"]),
        task("T4", priority="high", dependencies=["T1"]),
        task("T5", priority="high"),
    )
    assert next_id(project) == "T4"
    project.tasks(task("T1"), task("T2", "queued", owner="ann", priority="low"), task("T3", "queued", owner="bob"))
    assert next_id(project) == "T2"
    project.tasks(task("T1"), task("T2", "queued", owner="ann"), task("T3", "in_progress", owner="ann"))
    assert next_id(project) == "T3"
    project.tasks(task("T1", layer="domain"), task("T2", layer="application"))
    assert next_id(project, "--layer", "application") == "T2"


def test_where_nothing_is_free_it_says_what_the_tasks_wait_for(project: TaskProject) -> None:
    unheld = task("T4", "in_progress")
    project.tasks(task("T1", dependencies=["T2"]), task("T2", "blocked"), task("T3", owner="bob"), unheld)
    found = project.json(*NEXT)
    assert (found["task"], found["halted"]) == (None, False)
    assert found["waiting"] == [
        {"task_id": "T1", "reason": "waits for T2"},
        {"task_id": "T3", "reason": "held by bob"},
        {"task_id": "T4", "reason": "is in progress, and nobody holds it: agentgates tasks claim T4"},
    ]


def test_three_tasks_in_a_row_that_failed_halt_the_work(project: TaskProject) -> None:
    project.tasks(failed("T1"), failed("T2"), failed("T3"), task("T4"))
    project.evidence("20260101T000001Z-a", ("T1", "fail"))
    project.evidence("20260101T000002Z-a", ("T2", "fail"))
    project.evidence("20260101T000003Z-a", ("T2", "fail"))
    assert next_id(project) == "T4"
    project.evidence("20260101T000004Z-a", ("T3", "fail"))
    halted = project.run(*NEXT)
    assert halted.returncode == 1
    assert "halted: 3 tasks in a row failed their gates: T1, T2, T3" in halted.stderr
    assert project.json(*NEXT, exit_code=1)["halted"]
    assert project.run("tasks", "next", "--claim", "--agent", "ann").returncode == 1
    assert project.task("T4")["status"] == "pending"


def test_handing_on_a_task_that_failed_lifts_no_halt(project: TaskProject) -> None:
    project.tasks(failed("T1"), failed("T2"), failed("T3"), task("T4"))
    for number in (1, 2, 3):
        project.evidence(f"20260101T00000{number}Z-a", (f"T{number}", "fail"))
    assert project.run("tasks", "release", "T3", "--agent", "bob").returncode == 0
    assert project.run(*NEXT).returncode == 1
    assert project.run("tasks", "claim", "T3", "--agent", "ann").returncode == 0
    assert project.run(*NEXT).returncode == 1


@pytest.mark.parametrize("run_id", ["20260101T000004Z-b", "20260101T000002Z-b"])
def test_a_task_that_passed_among_them_lets_the_work_go_on(project: TaskProject, run_id: str) -> None:
    project.tasks(failed("T1"), failed("T2"), failed("T3"), task("T4"), task("T5", "completed"))
    for number in (1, 2, 3):
        project.evidence(f"20260101T00000{number}Z-a", (f"T{number}", "fail"))
    project.evidence(run_id, ("T5", "pass"))
    assert next_id(project) == "T4"


def test_reopening_one_of_them_is_a_word_to_go_on(project: TaskProject) -> None:
    used_up = {"from": "in_progress", "to": "blocked", "reason": "attempts_used_up", "attempt": 3}
    project.tasks(failed("T1"), failed("T2"), task("T3", "blocked", status_history=[used_up]), task("T4"))
    for number in (1, 2, 3):
        project.evidence(f"20260101T00000{number}Z-a", (f"T{number}", "fail"))
    assert project.run(*NEXT).returncode == 1
    project.run("tasks", "reopen", "T3", "--agent", "bob")
    assert project.run(*NEXT).returncode == 0


def finding(rule: str, **more: Any) -> dict[str, Any]:
    return {"rule": rule, "severity": "error", "waived": "", "path": "src/a.py", **more}


def gate(name: str, *findings: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "tasks": [], "findings": list(findings)}


@pytest.mark.parametrize("found", [gate("tenant_filter", finding("TEN001")), gate("ruff_clean", finding("S608"))])
def test_a_security_finding_halts_the_work_until_a_run_is_free_of_it(
    project: TaskProject, found: dict[str, Any]
) -> None:
    project.tasks(failed("T1"), task("T2"))
    project.evidence("20260101T000001Z-a", ("T1", "fail"), gates=(found,))
    halted = project.run(*NEXT)
    assert halted.returncode == 1
    assert "task T1 has a security finding" in halted.stderr
    project.evidence("20260101T000002Z-a", ("T1", "fail"))
    assert project.run(*NEXT).returncode == 0


def test_what_is_waived_or_no_matter_of_security_halts_nothing(project: TaskProject) -> None:
    project.tasks(failed("T1"), task("T2"))
    gates = (
        gate("tenant_filter", finding("TEN001", waived="a fixture")),
        gate("ruff_clean", finding("SIM102"), finding("S101", severity="warning")),
    )
    project.evidence("20260101T000001Z-a", ("T1", "fail"), gates=gates)
    assert next_id(project) == "T2"


def test_a_drift_of_tier_3_halts_the_work_until_it_is_resolved(project: TaskProject) -> None:
    drift = {"tier": 3, "what": "a new export feature"}
    project.tasks(task("T1", drift=[{"tier": 1, "what": "a rename"}, drift]))
    halted = project.run(*NEXT)
    assert halted.returncode == 1
    assert "task T1 records a drift of tier 3: a new export feature" in halted.stderr
    project.tasks(task("T1", drift=[{**drift, "resolved": True}]))
    assert project.run(*NEXT).returncode == 0


def test_evidence_that_cannot_be_read_is_never_taken_for_none(project: TaskProject) -> None:
    project.tasks(task("T1"))
    project.write(".claude/evidence/runs/x/quality_gates_run.json", "{")
    broken = project.run(*NEXT)
    assert (broken.returncode, "is no evidence" in broken.stderr) == (4, True)
