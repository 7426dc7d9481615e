"""Where what was seen beside the reports and the reports disagree."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.core.judge_witness import witness_findings
from pytest_agentgates.core.outcomes import HookOrigin, Outcome, RawPhase, TestClaim, TestRecord, WitnessFacts

A = "tests/test_a.py::test_a"
PASSED = TestRecord(A, Outcome.PASSED, phases=("setup passed", "call passed", "teardown passed"), path="a.py", line=4)
SEEN = tuple(RawPhase(A, when) for when in ("setup", "call", "teardown"))
WITNESS = WitnessFacts(SEEN, canaries=1, sessions=1, base_files=frozenset({"conftest.py"}))
CLAIM = TestClaim(records=(PASSED,), witness=WITNESS)


def told(claim: TestClaim) -> list[tuple[str, str]]:
    findings = witness_findings(claim)
    assert all((found.rule, found.counts) == ("TMP016", True) for found in findings)
    return [(found.message, found.place) for found in findings]


def seen(**facts: object) -> TestClaim:
    return replace(CLAIM, witness=replace(WITNESS, **facts))  # type: ignore[arg-type]  # each test names real fields


def test_reports_that_agree_with_what_was_seen_hold() -> None:
    assert told(CLAIM) == []


def test_a_claim_that_nobody_watched_is_judged_by_others() -> None:
    assert told(replace(CLAIM, witness=None)) == []


def test_a_witness_that_left_nothing_is_told_where_tests_ran() -> None:
    silent = replace(CLAIM, witness=WitnessFacts())
    assert told(silent) == [("the witness of the run left nothing behind", "")]
    assert told(replace(silent, records=())) == []


def test_a_witness_that_could_not_look_says_so_and_is_asked_no_more_about_the_canary() -> None:
    assert told(seen(problem="its hooks were gone", canaries=0)) == [("its hooks were gone", "")]


def test_a_test_that_must_fail_and_did_not_is_told() -> None:
    assert told(seen(survived=1)) == [("a test of our own that must fail did not: failures are hidden", "")]


def test_a_test_that_must_fail_and_never_ran_is_told_of_whole_runs() -> None:
    claim = seen(canaries=0)
    assert told(claim) == [("a test of our own that must fail was never run", "")]
    assert told(replace(claim, narrowed=("-k",))) == []
    assert told(TestClaim(witness=replace(WITNESS, phases=(), canaries=0))) == []


def test_what_was_exchanged_is_told_unless_a_file_of_the_base_did_it() -> None:
    replaced = (("TestReport.outcome", "tests/test_a.py"), ("pytest.fail", "conftest.py"))
    assert told(seen(replaced=replaced)) == [
        ("TestReport.outcome was replaced while the tests ran", "tests/test_a.py"),
    ]


def test_in_place_nothing_vouches_for_what_took_the_place() -> None:
    claim = seen(replaced=(("pytest.fail", "conftest.py"),), base_files=None)
    assert told(claim) == [("pytest.fail was replaced while the tests ran", "conftest.py")]


def test_a_file_outside_the_tree_stands_in_the_message() -> None:
    claim = seen(replaced=(("pytest.fail", "/opt/x.py"), ("pytest.skip", "")))
    assert told(claim) == [
        ("pytest.fail was replaced while the tests ran (/opt/x.py)", ""),
        ("pytest.skip was replaced while the tests ran", ""),
    ]


def test_hooks_that_decide_are_told_where_the_base_does_not_vouch_for_their_file() -> None:
    hooks = ("pytest_runtest_makereport", "pytest_configure", "pytest_collection_modifyitems")
    claim = seen(hooks=(HookOrigin("own", "own.py", hooks), HookOrigin("conftest", "conftest.py", hooks)))
    assert told(claim) == [
        (
            "pytest_collection_modifyitems, pytest_runtest_makereport is implemented by a file that is not in the base",
            "own.py",
        )
    ]


def test_hooks_that_decide_nothing_are_free() -> None:
    assert told(seen(hooks=(HookOrigin("own", "own.py", ("pytest_addoption", "pytest_generate_tests")),))) == []


def test_in_place_hooks_cannot_be_told_apart() -> None:
    origin = HookOrigin("own", "own.py", ("pytest_runtest_makereport",))
    assert told(seen(hooks=(origin,), base_files=None)) == []


@pytest.mark.parametrize("when", ["setup", "call", "teardown"])
def test_what_raised_and_was_reported_as_passed_is_told(when: str) -> None:
    phases = tuple(replace(one, raised="ValueError") if one.when == when else one for one in SEEN)
    messages = [message for message, place in told(seen(phases=phases)) if place == "a.py:4:1"]
    assert messages[0] == f"{A} raised ValueError in {when}, and was reported as passed"


@pytest.mark.parametrize("report", ["call failed", "call skipped", "call rerun", "subtest failed"])
def test_what_raised_and_was_reported_so_is_honest(report: str) -> None:
    raised = (SEEN[0], replace(SEEN[1], raised="ValueError"), SEEN[2])
    failed = TestRecord(A, Outcome.FAILED, phases=("setup passed", report, "teardown passed"))
    assert told(replace(seen(phases=raised), records=(failed,))) == []


def test_a_bad_report_of_one_phase_does_not_excuse_another() -> None:
    raised = (SEEN[0], SEEN[1], replace(SEEN[2], raised="OSError"))
    failed = replace(PASSED, outcome=Outcome.FAILED, phases=("setup passed", "call failed", "teardown passed"))
    ((message, _),) = told(replace(seen(phases=raised), records=(failed,)))
    assert message == f"{A} raised OSError in teardown, and was reported as passed"


def test_each_failed_repetition_needs_a_report_of_its_own() -> None:
    twice = (*SEEN, replace(SEEN[1], raised="ValueError"), replace(SEEN[1], raised="ValueError"))
    once = replace(PASSED, phases=("setup passed", "call rerun", "call passed", "teardown passed"))
    claim = seen(phases=twice)
    assert [message for message, _ in told(replace(claim, records=(once,)))] == [
        f"{A} raised ValueError in call, and was reported as passed"
    ]
    honest = replace(once, phases=("call rerun", "call rerun", "call passed"))
    assert told(replace(claim, records=(honest,))) == []


@pytest.mark.parametrize("call", [(), (replace(SEEN[1], called=False),)])
def test_a_pass_without_a_call_is_told(call: tuple[RawPhase, ...]) -> None:
    claim = seen(phases=(SEEN[0], *call, SEEN[2]))
    assert told(claim) == [(f"{A} was reported as passed, and was never called", "a.py:4:1")]
    skipped = replace(PASSED, outcome=Outcome.SKIPPED)
    assert told(replace(claim, records=(skipped,))) == []


def test_the_same_disagreement_is_told_once() -> None:
    assert len(told(seen(replaced=(("pytest.fail", "x.py"), ("pytest.fail", "x.py"))))) == 1


@given(st.lists(st.sampled_from(["", "ValueError"]), min_size=1, max_size=4))
def test_a_test_that_raised_each_time_never_passes_unnoticed(raised: list[str]) -> None:
    phases = tuple(RawPhase(A, "call", kind) for kind in raised)
    assert (told(seen(phases=phases)) == []) == (not any(raised))
