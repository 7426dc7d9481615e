"""The completion report repeats no claim that store, log and evidence do not prove together."""

from __future__ import annotations

import shutil

import pytest

from pytest_agentgates.core.completion import Standing
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.errors import UsageError
from pytest_agentgates.stores.sql.store import SqlStore
from pytest_agentgates.wiring import wire_project
from tests.reports.recorded_project import LOG, STORE, RecordedProject


def test_a_completion_with_its_evidence_is_proved(recorded: RecordedProject) -> None:
    run_id = recorded.judged()
    report = recorded.report()
    result = report.results[0]
    assert (result.standing, result.problems, result.run_id, result.outcome) == (Standing.PROVED, (), run_id, "pass")
    assert report.results[1].standing is Standing.OPEN
    assert report.holds
    assert report.proofs[0].problems == ()
    assert report.next_step.command == "agentgates tasks claim T2"


def test_a_word_in_the_store_alone_proves_nothing(recorded: RecordedProject) -> None:
    recorded.tasks({"id": "T1", "status": "completed"})
    report = recorded.report()
    assert report.results[0].standing is Standing.NOT_PROVED
    assert report.results[0].problems == ("the log knows of no judged move to completed",)
    assert not report.holds
    assert report.next_step.command == "agentgates run T1"


def test_evidence_without_the_log_proves_nothing(recorded: RecordedProject) -> None:
    recorded.judged()
    (recorded.root / LOG).unlink()
    assert recorded.result().standing is Standing.NOT_PROVED


def test_evidence_that_is_gone_is_named(recorded: RecordedProject) -> None:
    shutil.rmtree(recorded.evidence(recorded.judged()).parent)
    result = recorded.result()
    assert result.standing is Standing.NOT_PROVED
    assert result.problems == ("the log names run run-1, of which there is no evidence",)


def test_a_later_move_of_the_log_is_held_against_the_store(recorded: RecordedProject) -> None:
    recorded.judged()
    recorded.tasks({"id": "T1", "status": "pending"})
    assert recorded.result().problems == ("the store says pending, the log's last move says completed",)


def test_a_torn_last_line_is_named_and_the_rest_is_read(recorded: RecordedProject) -> None:
    recorded.judged()
    with (recorded.root / LOG).open("a", encoding="utf-8") as log:
        log.write('{"tx_id": "abc", "task')
    report = recorded.report()
    assert [(fault.about, fault.text) for fault in report.faults] == [(LOG, "its last line is torn and was left out")]
    assert report.results[0].standing is Standing.PROVED
    assert not report.holds
    assert report.next_step.command == "agentgates doctor"


def test_a_log_that_cannot_be_read_proves_nothing(recorded: RecordedProject) -> None:
    recorded.judged()
    path = recorded.root / LOG
    path.write_text("nonsense\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    report = recorded.report()
    assert f"{LOG}:1" in report.faults[0].text
    assert report.results[0].standing is Standing.NOT_PROVED


@pytest.mark.parametrize("content", ["", "{", "[]", '{"gates": {}}', '{"schema_version": "1.0", "run_id": 7}'])
def test_evidence_that_is_none_is_named(recorded: RecordedProject, content: str) -> None:
    recorded.evidence(recorded.judged()).write_text(content, encoding="utf-8")
    report = recorded.report()
    assert report.results[0].standing is Standing.NOT_PROVED
    assert any(proof.problems and not proof.status for proof in report.proofs)


def test_evidence_of_another_tool_is_named_and_not_repeated(recorded: RecordedProject) -> None:
    recorded.write(".claude/evidence/T1_quality_gates.json", '{"gates": {}, "total_tests": 402, "status": "PASS"}')
    notes = recorded.report().notes
    assert [note.about for note in notes] == [".claude/evidence/T1_quality_gates.json"]
    assert "no run of this tool keeps it" in notes[0].text
    assert "402" not in notes[0].text


def test_what_a_failed_run_found_is_told(recorded: RecordedProject) -> None:
    recorded.judged("T1", "fail")
    result = recorded.result()
    assert (result.standing, result.outcome, result.reasons) == (Standing.OPEN, "fail", ("tests_pass: 0 of 1 passed",))
    assert recorded.report().next_step.command == "agentgates run T1"


def test_a_later_run_that_moved_nothing_and_failed_is_told(recorded: RecordedProject) -> None:
    recorded.judged("T1", run=1)
    before = {path: path.read_bytes() for path in (recorded.root / "docs/state").iterdir()}
    recorded.change(recorded.root / STORE, tasks=[{"id": "T1", "status": "pending"}])
    recorded.judged("T1", "fail", run=2)
    for path, data in before.items():
        path.write_bytes(data)
    result = recorded.result()
    assert (result.standing, result.run_id) == (Standing.PROVED, "run-1")
    assert result.reasons == ("a later run, run-2, says fail",)
    assert [proof.run_id for proof in recorded.report().proofs] == ["run-2", "run-1"]


def test_what_was_let_pass_is_noted(recorded: RecordedProject) -> None:
    recorded.judged("T1", "pass", GateResult("ruff_clean", GateStatus.WARN, "3 findings", blocking=False))
    texts = {note.text for note in recorded.report().notes}
    assert "judged in place, where the agent worked" in texts
    assert "these gates did not pass, and do not decide: ruff_clean" in texts


def test_blocked_escalated_widened_and_drift_are_noted(recorded: RecordedProject) -> None:
    blocker = {"attempts": 3, "suspected_cause": "import_error", "last_error": "no module 'x'"}
    recorded.tasks(
        {"id": "T1", "status": "blocked", "blocker_info": blocker, "drift": [{"tier": 2, "what": "more than asked"}]},
        {
            "id": "T2",
            "status": "escalated",
            "escalation_info": {"reason": "rejected twice"},
            "drift": {"tier": 3, "what": "a new screen", "resolved": True},
        },
    )
    report = recorded.report()
    assert [(note.about, note.text) for note in report.notes] == [
        ("T1", "the store says: blocked after 3 attempts, suspected cause import_error: no module 'x'"),
        ("T1", "drift of tier 2: more than asked"),
        ("T2", "escalated, a person must decide: rejected twice"),
        ("T2", "settled drift of tier 3: a new screen"),
    ]
    assert report.results[0].problems == ("the log knows of no judged move to blocked",)
    assert report.holds
    assert report.next_step.command == "agentgates tasks reopen T1"


def test_the_work_that_must_halt_is_the_next_step(recorded: RecordedProject) -> None:
    recorded.tasks({"id": "T1", "status": "in_progress", "drift": [{"tier": 3, "what": "a new screen"}]})
    step = recorded.report().next_step
    assert step.text.startswith("work must halt: task T1 records a drift of tier 3: a new screen")


def test_a_task_that_waits_says_for_what(recorded: RecordedProject) -> None:
    recorded.tasks({"id": "T1", "status": "in_progress"}, {"id": "T2", "status": "pending", "dependencies": ["T1"]})
    assert recorded.report("T2").next_step.text == "T2 waits for T1"


def test_open_remediation_and_dependencies_that_can_never_be_met_are_noted(recorded: RecordedProject) -> None:
    recorded.tasks({"id": "T1", "dependencies": ["T9"]}, {"id": "T2"})
    recorded.write("manifest.yaml", "outstanding:\n  remediation:\n  - {id: R1, priority: high, summary: mend it}\n")
    texts = {note.text for note in recorded.report().notes}
    assert "R1 (high) is open: mend it" in texts
    assert any("T9" in text for text in texts)
    recorded.write("manifest.yaml", "outstanding: [")
    assert any("the manifest's remediation cannot be read" in note.text for note in recorded.report().notes)


def test_one_task_can_be_reported_alone(recorded: RecordedProject) -> None:
    recorded.judged("T1", run=1)
    recorded.judged("T2", "fail", run=2)
    report = recorded.report("T1")
    assert [result.task.id for result in report.results] == ["T1"]
    assert [proof.run_id for proof in report.proofs] == ["run-1"]
    with pytest.raises(UsageError, match="did you mean T1"):
        recorded.report("T11")


def test_a_store_without_tasks_has_a_report_too(recorded: RecordedProject) -> None:
    recorded.tasks()
    report = recorded.report()
    assert report.results == ()
    assert report.holds
    assert report.next_step.text == "add a task to the store"


def test_all_done_says_so(recorded: RecordedProject) -> None:
    recorded.judged("T1", run=1)
    recorded.judged("T2", run=2)
    report = recorded.report()
    assert report.holds
    assert report.next_step.text.startswith("nothing is left to do")


def test_a_database_proves_by_its_own_log(recorded: RecordedProject) -> None:
    recorded.write("pyproject.toml", '[tool.agentgates]\ntasks = "sqlite:///docs/tasks.db"\n')
    (recorded.root / "docs").mkdir(exist_ok=True)
    store = wire_project(recorded.root).open_store()
    assert isinstance(store, SqlStore)
    store.add([{"id": "T1", "status": "pending"}, {"id": "T2", "status": "completed"}])
    recorded.judged("T1")
    report = recorded.report()
    assert [result.standing for result in report.results] == [Standing.PROVED, Standing.NOT_PROVED]
    assert report.store == "docs/tasks.db"


def test_places_of_another_kind_are_told_and_raise_nothing(recorded: RecordedProject) -> None:
    recorded.judged()
    shutil.rmtree(recorded.root / ".claude")
    recorded.write(".claude/evidence", "a file where a folder should be")
    report = recorded.report()
    assert report.results[0].standing is Standing.NOT_PROVED
    assert [fault.text for fault in report.faults] == ["the runs cannot be read: Not a directory"]
    (recorded.root / ".claude/evidence").unlink()
    (recorded.root / ".claude/evidence/runs/run-1/quality_gates_run.json").mkdir(parents=True)
    (recorded.root / ".claude/evidence/quality_gates_run.json").mkdir()
    recorded.write(".claude/evidence/runs/notes.txt", "no run")
    report = recorded.report()
    assert report.results[0].standing is Standing.NOT_PROVED
    assert [proof.problems for proof in report.proofs] == [("it cannot be read",), ("it cannot be read",)]
