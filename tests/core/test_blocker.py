"""What a task keeps when it is blocked."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from pytest_agentgates.core.blocker import blocker_info
from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.outcomes import Failure, Outcome, TestClaim, TestRecord
from pytest_agentgates.core.record import RunRecord, TaskOutcome
from pytest_agentgates.core.verdict import GateResult, GateStatus, Verdict, VerdictStatus
from tests.evidence.records import CLAIM, EMPTY, RECORD
from tests.strategies import RECORDS

OUTCOME = RECORD.outcomes[0]


def test_the_whole_of_it() -> None:
    assert blocker_info(RECORD, OUTCOME) == {
        "blocked_at": "2026-01-02T03:04:06.500Z",
        "attempts": 3,
        "failing_tests": ["tests/test_orders.py::TestTotal::test_sum[a-b]"],
        "last_error": "assert 1 == 2",
        "files_modified": ["src/orders.py"],
        "suspected_cause": "assertion_error",
        "cause_evidence": "AssertionError: assert 1 == 2",
        "layer": "application",
        "agent": "backend-coding-agent",
        "run_id": "20260102T030405Z-00000000",
    }


def test_what_is_not_known_is_null() -> None:
    info = blocker_info(EMPTY, TaskOutcome("T1", Verdict(VerdictStatus.FAIL)))
    unknown = ("attempts", "last_error", "cause_evidence", "layer", "agent")
    assert [info[key] for key in unknown] == [None] * 5
    assert info["suspected_cause"] == "unknown"


def test_the_tests_of_another_task_do_not_count() -> None:
    other = replace(OUTCOME, task_id="T2")
    record = replace(RECORD, outcomes=(OUTCOME, other))
    assert blocker_info(record, other)["failing_tests"] == []


def test_a_gate_that_failed_is_the_last_error_where_no_test_did() -> None:
    record = replace(RECORD, claim=None)
    assert blocker_info(record, OUTCOME)["last_error"] == "tests_pass: 1 of 5 passed, 1 findings"


def test_an_error_at_collection_has_its_cause() -> None:
    error = Failure("collect", "ModuleNotFoundError", "No module named 'x'", "tests/test_a.py", 1)
    record = replace(RECORD, claim=TestClaim(collection_errors=(error,)))
    info = blocker_info(record, OUTCOME)
    assert (info["suspected_cause"], info["last_error"]) == ("import_error", "No module named 'x'")


def test_the_most_frequent_known_cause_wins() -> None:
    errors = [
        ("KeyError", "1"),
        ("KeyError", "2"),
        ("AssertionError", "assert 0"),
        ("TimeoutError", "a"),
        ("TimeoutError", "b"),
    ]
    records = tuple(
        TestRecord(f"tests/test_orders.py::test_{number}", Outcome.FAILED, failure=Failure("call", kind, text))
        for number, (kind, text) in enumerate(errors)
    )
    info = blocker_info(replace(RECORD, claim=replace(CLAIM, records=records)), OUTCOME)
    assert (info["suspected_cause"], info["cause_evidence"]) == ("timeout", "TimeoutError: a")


def test_a_frontend_has_its_cause_from_the_gate_that_ran_its_tests() -> None:
    finding = Finding("TS", "src/a.ts(1,1): error TS2322: not assignable", "src/a.ts", 1)
    gate = GateResult("frontend_types", GateStatus.FAIL, "1 finding", (finding,))
    record = replace(RECORD, claim=None, gates=(gate,))
    info = blocker_info(record, replace(OUTCOME, layer="infrastructure_frontend"))
    assert (info["suspected_cause"], info["last_error"]) == ("typescript_error", finding.message)


@settings(deadline=None)
@given(RECORDS)
def test_a_cause_without_evidence_is_unknown(record: RunRecord) -> None:
    for outcome in record.outcomes:
        info = blocker_info(record, outcome)
        assert (info["suspected_cause"] == "unknown") == (info["cause_evidence"] is None)
