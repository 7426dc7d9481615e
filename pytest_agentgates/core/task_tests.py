"""Which tests of a run belong to which task, and which of them never ran."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytest_agentgates.core.node_ids import belongs, function_of
from pytest_agentgates.core.outcomes import Failure, Outcome, TestClaim, TestRecord
from pytest_agentgates.core.record import RunRecord

_BAD = (Outcome.FAILED, Outcome.ERROR, Outcome.UNFINISHED)


def task_ids(record: RunRecord) -> tuple[str, ...]:
    """The tasks that the run judged; empty for a check without a task."""
    return tuple(outcome.task_id for outcome in record.outcomes if outcome.task_id)


def tasks_of(nodeid: str, record: RunRecord) -> tuple[str, ...]:
    """The tasks that a test is mapped to; every task of the run for a test that none names."""
    named = (
        task_id
        for task_id, tests in record.expected.items()
        if _lies_under(nodeid, tests.arguments) or _lies_under(nodeid, tests.functions)
    )
    return tuple(named) or task_ids(record)


def never_ran(record: RunRecord) -> tuple[str, ...]:
    """Node ids that were expected or collected and that no result tells of."""
    claim = record.claim
    ran = {test.nodeid for test in claim.records} if claim else set()
    ran_functions = {function_of(nodeid) for nodeid in ran}
    missing = [nodeid for nodeid in claim.collected if nodeid not in ran] if claim else []
    seen = ran_functions | {function_of(nodeid) for nodeid in missing}
    functions = (function for tests in record.expected.values() for function in tests.functions)
    missing += [function for function in functions if function not in seen]
    return tuple(dict.fromkeys(missing))


def failures(record: RunRecord) -> Iterator[tuple[TestRecord, Failure]]:
    """Each test that failed, broke or never ended, and each that passed only when run again, with why."""
    for test in record.claim.records if record.claim else ():
        retried = test.failure is not None and test.reruns > 0
        if test.outcome in _BAD or retried:
            yield test, test.failure or _without_details(test, record.claim)


def _lies_under(nodeid: str, arguments: Iterable[str]) -> bool:
    return any(belongs(nodeid, argument) for argument in arguments)


def _without_details(test: TestRecord, claim: TestClaim | None) -> Failure:
    phase = test.phases[-1] if test.phases else ""
    message = "the runner gave no details"
    if test.outcome is Outcome.UNFINISHED:
        message = "it began and never ended"
        if claim and claim.timed_out:
            message += ": the tests' process ran out of time"
    return Failure(phase, "", message, test.path, test.line)
