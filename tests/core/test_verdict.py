from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.core.verdict import (
    GateResult,
    GateStatus,
    Verdict,
    VerdictStatus,
    could_not_judge,
    judge,
    result_of,
    settle,
    worst,
)

RESULTS = st.builds(
    GateResult, name=st.sampled_from(["a", "b", "c"]), status=st.sampled_from(GateStatus), blocking=st.booleans()
)
REQUIRED = st.frozensets(st.sampled_from(["a", "b", "c"]))
REASONS = st.lists(st.text(min_size=1), max_size=2)


@given(st.lists(RESULTS), REQUIRED, REASONS, st.booleans())
def test_a_pass_means_that_everything_required_passed(
    results: list[GateResult], required: frozenset[str], incomplete: list[str], interrupted: bool
) -> None:
    verdict = judge(results, required, incomplete, interrupted)
    if verdict.status is not VerdictStatus.PASS:
        assert verdict.exit_code != 0
        assert verdict.reasons
        return
    blocking = [result for result in results if result.blocking]
    assert not incomplete
    assert not interrupted
    assert all(result.status not in {GateStatus.FAIL, GateStatus.ERROR} for result in blocking)
    assert required <= {result.name for result in blocking if result.status is not GateStatus.SKIP}


@given(st.lists(RESULTS), REQUIRED, REASONS)
def test_a_worse_result_never_helps(results: list[GateResult], required: frozenset[str], incomplete: list[str]) -> None:
    before = judge(results, required, incomplete)
    for added in (could_not_judge("a", "x"), GateResult("a", GateStatus.FAIL)):
        after = judge([*results, added], required, incomplete)
        assert after.status is not VerdictStatus.PASS
        assert before.status is VerdictStatus.PASS or after.exit_code != 0


@pytest.mark.parametrize(
    ("statuses", "incomplete", "expected", "exit_code"),
    [
        (["pass"], [], VerdictStatus.PASS, 0),
        (["pass", "skip"], [], VerdictStatus.PASS, 0),
        (["pass", "fail"], [], VerdictStatus.FAIL, 1),
        (["fail", "error"], [], VerdictStatus.FAIL, 1),
        (["pass", "error"], [], VerdictStatus.ERROR, 3),
        (["pass"], ["narrowed"], VerdictStatus.INCOMPLETE, 1),
        (["fail"], ["narrowed"], VerdictStatus.INCOMPLETE, 1),
        (["error"], ["narrowed"], VerdictStatus.ERROR, 3),
    ],
)
def test_exit_codes(statuses: list[str], incomplete: list[str], expected: VerdictStatus, exit_code: int) -> None:
    results = [GateResult(f"g{number}", GateStatus(status)) for number, status in enumerate(statuses)]
    verdict = judge(results, frozenset({"g0"}), incomplete)
    assert (verdict.status, verdict.exit_code) == (expected, exit_code)


def test_an_interrupted_run_exits_with_2() -> None:
    assert judge([GateResult("a", GateStatus.PASS)], frozenset(), interrupted=True).exit_code == 2


def test_nothing_at_all_is_not_a_pass_where_something_is_required() -> None:
    verdict = judge([], frozenset({"tests_pass"}))
    assert verdict == Verdict(VerdictStatus.ERROR, ("tests_pass: was not run",))


def test_an_advisory_failure_is_a_warning_and_does_not_fail_the_run() -> None:
    warned = settle(result_of("a", [Finding("X1", "bad")], ""), blocking=False)
    assert warned.status is GateStatus.WARN
    assert judge([warned], frozenset()).status is VerdictStatus.PASS


def test_an_advisory_error_stays_an_error() -> None:
    assert settle(could_not_judge("a", "no tool"), blocking=False).status is GateStatus.ERROR


def test_a_skip_without_a_reason_is_an_error() -> None:
    assert settle(GateResult("a", GateStatus.SKIP), blocking=True).status is GateStatus.ERROR
    assert settle(GateResult("a", GateStatus.SKIP, "other layer"), blocking=True).status is GateStatus.SKIP


def test_only_findings_that_count_fail_a_gate() -> None:
    finding = Finding("X1", "bad")
    assert result_of("a", [finding], "").status is GateStatus.FAIL
    assert result_of("a", [replace(finding, waived="known")], "").status is GateStatus.PASS
    assert result_of("a", [replace(finding, severity=Severity.WARNING)], "").status is GateStatus.PASS


def test_the_worst_of_no_verdict_is_an_error() -> None:
    assert worst([]) is VerdictStatus.ERROR
    assert worst([VerdictStatus.PASS, VerdictStatus.INCOMPLETE, VerdictStatus.FAIL]) is VerdictStatus.FAIL
