"""The completion report before it has a form: counts, sentences, JSON values."""

from __future__ import annotations

from datetime import UTC, datetime

from pytest_agentgates.core.completion import (
    CompletionReport,
    NextStep,
    Note,
    Proof,
    Standing,
    TaskResult,
    completion_facts,
    summary_lines,
)
from pytest_agentgates.core.task import Task, TaskStatus

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DONE = TaskResult(Task("T1", status=TaskStatus.COMPLETED), Standing.PROVED, run_id="r1", outcome="pass")
SAID = TaskResult(Task("T2", status=TaskStatus.COMPLETED), Standing.NOT_PROVED, ("no evidence",))
OPEN = TaskResult(Task("T3", "Sub", layer="domain", owner="ann"), Standing.OPEN)


def report_of(*results: TaskResult, faults: tuple[Note, ...] = ()) -> CompletionReport:
    return CompletionReport(AT, "tasks.json", results, (), NextStep("begin T3", "claim T3"), faults=faults, runs=2)


def test_a_report_holds_where_no_completion_is_without_proof() -> None:
    assert report_of(DONE, OPEN).holds
    assert not report_of(DONE, SAID).holds


def test_a_record_that_cannot_be_read_is_no_proof() -> None:
    assert not report_of(DONE, faults=(Note("torn", "log"),)).holds


def test_tasks_are_found_by_how_they_stand() -> None:
    report = report_of(DONE, SAID, OPEN)
    assert (report.of(Standing.PROVED), report.of(Standing.NOT_PROVED), report.of(Standing.OPEN)) == (
        (DONE,),
        (SAID,),
        (OPEN,),
    )


def test_every_status_is_counted() -> None:
    counts = report_of(DONE, SAID, OPEN).counts
    assert counts == {**dict.fromkeys([status.value for status in TaskStatus], 0), "completed": 2, "pending": 1}


def test_the_summary_tells_said_from_proved() -> None:
    assert summary_lines(report_of(DONE, SAID, OPEN, faults=(Note("torn"),))) == (
        "3 tasks: 1 pending, 2 completed.",
        "Said to be completed: 2; proved by evidence: 1; not proved: 1.",
        "Runs on record: 2.",
        "Records that cannot be read: 1.",
    )


def test_the_summary_of_nothing() -> None:
    assert summary_lines(report_of()) == ("There is no task.", "Runs on record: 2.")


def test_what_is_not_known_is_null() -> None:
    facts = completion_facts(report_of(OPEN))
    assert facts["git"] == {"commit": None, "branch": None}
    assert facts["tasks"] == [
        {
            "id": "T3",
            "title": "Sub",
            "layer": "domain",
            "owner": "ann",
            "status": "pending",
            "attempts": 0,
            "where": None,
            "standing": "open",
            "problems": [],
            "run_id": None,
            "outcome": None,
            "reasons": [],
        }
    ]
    assert facts["next_step"] == {"text": "begin T3", "command": "claim T3"}


def test_evidence_holds_without_problems_only() -> None:
    proofs = (Proof("a.json", "1"), Proof("b.json", "2", problems=("it was changed",)))
    facts = completion_facts(CompletionReport(AT, "tasks.json", (), proofs, NextStep("x"), (Note("n", "T1"),)))
    evidence = facts["evidence"]
    assert isinstance(evidence, list)
    assert [(one["path"], one["holds"], one["problems"]) for one in evidence] == [
        ("a.json", True, []),
        ("b.json", False, ["it was changed"]),
    ]
    assert facts["notes"] == [{"about": "T1", "text": "n"}]
