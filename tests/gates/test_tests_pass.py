from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.core.outcomes import Failure, Outcome, RawPhase, TestClaim, TestRecord, WitnessFacts
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.verdict import GateStatus
from pytest_agentgates.core.workspace_port import ExpectedTests
from pytest_agentgates.gates.tests_pass import TestsPass
from tests.fakes import FakeWorkspace

A, B = "tests/test_x.py::test_a", "tests/test_x.py::test_b[1]"
CLEAN = TestClaim(
    records=(TestRecord(A, Outcome.PASSED), TestRecord(B, Outcome.PASSED)),
    collected=(A, B),
    exit_status=0,
    exit_code=0,
)
EXPECTED = ExpectedTests(("tests/test_x.py",), (A, "tests/test_x.py::test_b"))


def judge(claim: TestClaim | None, expected: ExpectedTests = EXPECTED) -> list[str]:
    workspace = FakeWorkspace(tasks=(Task("T1"),), claim=claim, expected={"T1": expected})
    result = TestsPass().check(workspace)
    assert (result.status is GateStatus.PASS) == (not result.findings and claim is not None)
    return [f"{finding.rule} {finding.message}" for finding in result.findings]


def with_outcome(outcome: Outcome, **facts: object) -> TestClaim:
    record = replace(TestRecord(B, outcome), **facts)  # type: ignore[arg-type]  # each test names real fields
    return replace(CLEAN, records=(CLEAN.records[0], record), exit_status=1, exit_code=1)


def test_a_clean_run_passes() -> None:
    assert judge(CLEAN) == []


def test_no_run_cannot_be_judged() -> None:
    workspace = FakeWorkspace(tasks=(Task("T1"),), expected={"T1": EXPECTED})
    assert TestsPass().check(workspace).status is GateStatus.ERROR


def test_a_failure_is_named_with_its_place() -> None:
    failure = Failure("call", "AssertionError", "assert 1 == 2\nmore", "tests/test_x.py", 7)
    claim = with_outcome(Outcome.FAILED, failure=failure)
    workspace = FakeWorkspace(tasks=(Task("T1"),), claim=claim, expected={"T1": EXPECTED})
    (finding,) = TestsPass().check(workspace).findings
    assert (finding.rule, finding.place, finding.message) == (
        "RUN001",
        "tests/test_x.py:7:1",
        "test_b[1]: assert 1 == 2",
    )


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.ERROR, "RUN002 test_b[1]: error"),
        (Outcome.SKIPPED, "RUN004 test_b[1]: was skipped (later)"),
        (Outcome.XFAILED, "RUN004 test_b[1]: is marked xfail (later)"),
        (Outcome.XPASSED, "RUN004 test_b[1]: is marked xfail and passes (later)"),
        (Outcome.UNFINISHED, "RUN008 test_b[1]: did not go through setup, call and teardown once each"),
    ],
)
def test_every_outcome_but_a_pass_is_a_finding(outcome: Outcome, expected: str) -> None:
    assert expected in judge(replace(with_outcome(outcome, reason="later"), exit_status=0, exit_code=0))


def test_a_pass_only_when_run_again_is_flaky() -> None:
    claim = replace(CLEAN, records=(CLEAN.records[0], TestRecord(B, Outcome.PASSED, reruns=2)))
    assert judge(claim) == ["RUN005 test_b[1]: passed only when run again (2 times)"]


def test_an_expected_function_that_never_ran_is_named() -> None:
    claim = replace(CLEAN, records=CLEAN.records[:1], collected=(A,))
    assert judge(claim) == ["RUN003 tests/test_x.py::test_b never ran"]


def test_a_collected_test_that_never_ran_is_named() -> None:
    claim = replace(CLEAN, collected=(A, B, "tests/test_x.py::test_b[2]"))
    assert "RUN003 tests/test_x.py::test_b[2] never ran" in judge(claim)


def test_sums_that_do_not_add_up_are_named() -> None:
    claim = replace(CLEAN, collected=(A, B, "other.py::test_c"))
    assert judge(claim) == ["RUN008 collected 3, deselected 0, executed 2: it does not add up"]


def test_a_failure_explains_sums_that_do_not_add_up() -> None:
    claim = replace(with_outcome(Outcome.FAILED), collected=(A, B, "other.py::test_c"))
    assert judge(claim) == ["RUN001 test_b[1]: failed"]


def test_nothing_executed_is_never_a_pass() -> None:
    claim = replace(CLEAN, records=(), collected=())
    assert judge(claim, ExpectedTests(("tests/test_x.py",), ())) == ["RUN006 no test of the task was executed"]


def test_a_narrowed_run_says_by_what() -> None:
    claim = replace(CLEAN, narrowed=("-k",), records=CLEAN.records[:1], deselected=1)
    assert judge(claim) == ["RUN007 the run was narrowed by -k"]


def test_a_file_that_cannot_be_collected_is_named_with_its_place() -> None:
    error = Failure("collect", "ImportError", "No module named 'x'", "tests/test_x.py", 3)
    claim = replace(CLEAN, collection_errors=(error,), exit_status=2, exit_code=2)
    workspace = FakeWorkspace(tasks=(Task("T1"),), claim=claim, expected={"T1": EXPECTED})
    (finding,) = TestsPass().check(workspace).findings
    assert (finding.rule, finding.place, finding.message) == (
        "RUN002",
        "tests/test_x.py:3:1",
        "collection failed: No module named 'x'",
    )


def test_a_failure_outside_the_tree_or_without_words_is_told_by_the_test() -> None:
    failure = Failure("call", "ValueError", " ", "/opt/lib.py", 9)
    claim = with_outcome(Outcome.FAILED, failure=failure, line=4)
    workspace = FakeWorkspace(tasks=(Task("T1"),), claim=claim, expected={"T1": EXPECTED})
    (finding,) = TestsPass().check(workspace).findings
    assert (finding.place, finding.message) == ("tests/test_x.py:4:1", "test_b[1]: ValueError")


def test_the_own_tests_are_told_of_and_decide_nothing() -> None:
    failure = Failure("call", "AssertionError", "assert 0", "tests/test_x.py", 7)
    again = TestRecord("tests/test_x.py::test_c", Outcome.PASSED)
    own = TestClaim((*CLEAN.records[:1], TestRecord(B, Outcome.FAILED, failure=failure), again))
    claim = replace(CLEAN, own=own)
    result = TestsPass().check(FakeWorkspace(tasks=(Task("T1"),), claim=claim, expected={"T1": EXPECTED}))
    assert result.status is GateStatus.PASS
    assert result.message == "2 of 2 passed in 0.0 s, 1 finding; 2 of 3 of the agent's own"
    (finding,) = result.findings
    assert (finding.rule, finding.counts, finding.place) == ("RUN001", False, "tests/test_x.py:7:1")
    assert finding.message == "test_b[1], as it is on disk: assert 0"


def test_the_own_tests_make_up_for_nothing() -> None:
    claim = replace(with_outcome(Outcome.FAILED), own=CLEAN)
    assert judge(claim) == ["RUN001 test_b[1]: failed"]


def test_what_the_witness_saw_is_told_beside_the_reports() -> None:
    seen = WitnessFacts(sessions=1, survived=1, phases=(RawPhase(A, "call"), RawPhase(B, "call")), canaries=1)
    assert judge(replace(CLEAN, witness=seen)) == [
        "TMP016 a test of our own that must fail did not: failures are hidden"
    ]


def test_tests_of_nobody_are_not_judged_for_the_task() -> None:
    other = TestRecord("tests/test_y.py::test_c", Outcome.FAILED)
    claim = replace(CLEAN, records=(*CLEAN.records, other), collected=(*CLEAN.collected, other.nodeid))
    assert judge(replace(claim, exit_status=1, exit_code=1)) == []


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (
            replace(CLEAN, exit_status=None, exit_code=None),
            "the tests' process ended before the session did",
        ),
        (
            TestClaim(unreadable="it wrote nothing", exit_code=-99),
            "the tests' process left no result: it wrote nothing (killed by signal 99)",
        ),
        (
            replace(CLEAN, exit_status=None, exit_code=0),
            "the tests' process ended before the session did (exit code 0)",
        ),
        (
            replace(CLEAN, exit_status=None, exit_code=-9),
            "the tests' process ended before the session did (killed by SIGKILL)",
        ),
        (
            TestClaim(unreadable="it wrote nothing", exit_code=4),
            "the tests' process left no result: it wrote nothing (exit code 4)",
        ),
        (replace(CLEAN, timed_out=True), "the tests' process ran out of time and was stopped"),
        (replace(CLEAN, exit_code=1), "the session meant to exit with 0, the process exited with 1"),
        (
            replace(CLEAN, exit_code=1, exit_status=1),
            "pytest exited with 1 although each test passed",
        ),
        (replace(CLEAN, stopped="Exit: enough"), "the run was stopped from inside by Exit: enough"),
    ],
)
def test_an_early_end_is_never_a_pass(claim: TestClaim, expected: str) -> None:
    assert f"RUN008 {expected}" in judge(claim)


OUTCOMES = st.sampled_from(Outcome)
CLAIMS = st.builds(
    TestClaim,
    records=st.lists(
        st.builds(TestRecord, nodeid=st.sampled_from([A, B]), outcome=OUTCOMES), unique_by=lambda record: record.nodeid
    ).map(tuple),
    collected=st.lists(st.sampled_from([A, B]), unique=True).map(tuple),
    deselected=st.integers(0, 2),
    narrowed=st.lists(st.just("-k"), max_size=1).map(tuple),
    exit_status=st.none() | st.integers(0, 2),
    exit_code=st.none() | st.integers(-9, 2),
    timed_out=st.booleans(),
    stopped=st.sampled_from(["", "Exit: x"]),
)


@given(CLAIMS)
def test_only_the_clean_claim_passes(claim: TestClaim) -> None:
    clean = (
        {record.nodeid for record in claim.records} == {A, B} == set(claim.collected)
        and all(record.outcome is Outcome.PASSED for record in claim.records)
        and (claim.exit_status, claim.exit_code, claim.deselected) == (0, 0, 0)
        and not (claim.narrowed or claim.timed_out or claim.stopped)
    )
    assert (judge(claim) == []) == clean


def test_tests_that_were_written_to_meanwhile_are_no_pass() -> None:
    said = "tests/test_x.py was written to in the clean tree while the tests ran"
    assert judge(replace(CLEAN, rewritten=("tests/test_x.py",))) == [f"TMP015 {said}"]
