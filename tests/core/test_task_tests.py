"""Which tests of a run belong to which task, and which of them never ran."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_agentgates.core.node_ids import belongs, function_of
from pytest_agentgates.core.outcomes import Failure, Outcome, TestClaim, TestRecord
from pytest_agentgates.core.record import RunRecord, TaskOutcome
from pytest_agentgates.core.task_tests import failures, never_ran, task_ids, tasks_of
from pytest_agentgates.core.verdict import Verdict, VerdictStatus
from pytest_agentgates.core.workspace_port import ExpectedTests
from tests.fakes import FakeClock

NOW = FakeClock().now()
FAILED = Verdict(VerdictStatus.FAIL)
RECORD = RunRecord("R1", NOW, NOW, (TaskOutcome("T1", FAILED), TaskOutcome("T2", FAILED)), ())
WHY = Failure("call", "AssertionError", "assert 1 == 2")


def ran(*records: TestRecord, collected: tuple[str, ...] = (), **expected: ExpectedTests) -> RunRecord:
    return replace(RECORD, claim=TestClaim(records, collected), expected=dict(expected))


def passed(nodeid: str) -> TestRecord:
    return TestRecord(nodeid, Outcome.PASSED)


@pytest.mark.parametrize(
    "argument",
    ["", ".", "tests", "tests/", "tests/test_a.py", "tests/test_a.py::TestA", "tests/test_a.py::TestA::test_b"],
)
def test_a_test_lies_under_its_folder_its_file_its_class_and_its_function(argument: str) -> None:
    assert belongs("tests/test_a.py::TestA::test_b[1]", argument)


@pytest.mark.parametrize("argument", ["test", "tests/test_", "tests/test_a.py::Test", "tests/test_a.py::TestA::test_"])
def test_a_beginning_of_a_name_is_not_enough(argument: str) -> None:
    assert not belongs("tests/test_a.py::TestA::test_b[1]", argument)


@pytest.mark.parametrize(
    ("nodeid", "function"),
    [
        ("a.py::test_b[x-[y]]", "a.py::test_b"),
        ("a.py::TestA::test_b[x::y]", "a.py::TestA::test_b"),
        ("a.py::test_b@group", "a.py::test_b"),
        ("at@home[1]/a.py::test_b", "at@home[1]/a.py::test_b"),
        ("a.py", "a.py"),
    ],
)
def test_a_function_is_named_without_parameters_and_groups(nodeid: str, function: str) -> None:
    assert function_of(nodeid) == function


def test_a_check_without_a_task_judges_none() -> None:
    assert task_ids(RECORD) == ("T1", "T2")
    assert task_ids(replace(RECORD, outcomes=(TaskOutcome("", FAILED),))) == ()


def test_a_test_belongs_to_each_task_that_names_it_and_else_to_all() -> None:
    record = ran(
        T1=ExpectedTests(("tests/test_a.py",), ("tests/test_a.py::test_x",)),
        T2=ExpectedTests((), ("tests/test_a.py::test_x", "tests/test_b.py::test_y")),
    )
    assert tasks_of("tests/test_a.py::test_z", record) == ("T1",)
    assert tasks_of("tests/test_b.py::test_y[1]", record) == ("T2",)
    assert tasks_of("tests/test_a.py::test_x", record) == ("T1", "T2")
    assert tasks_of("tests/test_c.py::test_q", record) == ("T1", "T2")


def test_what_was_collected_or_expected_and_has_no_result_never_ran() -> None:
    record = ran(
        passed("a.py::test_x[1]"),
        collected=("a.py::test_x[1]", "a.py::test_x[2]", "a.py::test_y"),
        T1=ExpectedTests(("a.py",), ("a.py::test_x", "a.py::test_y", "a.py::test_z")),
    )
    assert never_ran(record) == ("a.py::test_x[2]", "a.py::test_y", "a.py::test_z")


def test_what_two_tasks_expect_is_missing_once() -> None:
    expected = ExpectedTests((), ("a.py::test_x",))
    assert never_ran(ran(T1=expected, T2=expected)) == ("a.py::test_x",)


def test_without_a_run_everything_that_was_expected_never_ran() -> None:
    expected = {"T1": ExpectedTests((), ("a.py::test_x",))}
    assert never_ran(replace(RECORD, expected=expected)) == ("a.py::test_x",)
    assert list(failures(RECORD)) == []


@pytest.mark.parametrize("outcome", Outcome)
def test_what_failed_broke_or_never_ended_is_a_failure_and_nothing_else(outcome: Outcome) -> None:
    found = [test.outcome for test, _ in failures(ran(TestRecord("a.py::test_x", outcome, failure=WHY)))]
    bad = outcome in {Outcome.FAILED, Outcome.ERROR, Outcome.UNFINISHED}
    assert found == ([outcome] if bad else [])


def test_a_pass_only_when_run_again_keeps_why_it_failed_before() -> None:
    again = TestRecord("a.py::test_x", Outcome.PASSED, reruns=1, failure=WHY)
    assert list(failures(ran(again))) == [(again, WHY)]
    assert list(failures(ran(replace(again, failure=None)))) == []


def test_a_failure_without_details_says_so_with_the_last_phase_and_the_place() -> None:
    test = TestRecord("a.py::test_x", Outcome.ERROR, phases=("setup passed", "call failed"), path="a.py", line=7)
    ((_, failure),) = failures(ran(test))
    assert failure == Failure("call failed", "", "the runner gave no details", "a.py", 7)


@pytest.mark.parametrize(
    ("timed_out", "message"),
    [
        (False, "it began and never ended"),
        (True, "it began and never ended: the tests' process ran out of time"),
    ],
)
def test_a_test_that_never_ended_says_whether_time_ran_out(timed_out: bool, message: str) -> None:
    claim = TestClaim((TestRecord("a.py::test_x", Outcome.UNFINISHED),), timed_out=timed_out)
    ((_, failure),) = failures(replace(RECORD, claim=claim))
    assert (failure.phase, failure.message) == ("", message)
