"""What follows from a run as a whole, and when it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.core.moment import epoch_ms, rfc3339
from pytest_agentgates.core.record import RunRecord, TaskOutcome, worst_exit_code
from pytest_agentgates.core.verdict import Verdict, VerdictStatus

START = datetime(2026, 1, 2, 3, 4, 5, 678_900, UTC)
RECORD = RunRecord("R1", START, START + timedelta(seconds=2, microseconds=345_600), (), ())


def of(*verdicts: Verdict) -> RunRecord:
    outcomes = tuple(TaskOutcome(f"T{number}", verdict) for number, verdict in enumerate(verdicts))
    return replace(RECORD, outcomes=outcomes)


@pytest.mark.parametrize(
    ("statuses", "expected", "exit_code"),
    [
        (["pass", "pass"], VerdictStatus.PASS, 0),
        (["pass", "incomplete"], VerdictStatus.INCOMPLETE, 1),
        (["error", "incomplete"], VerdictStatus.ERROR, 3),
        (["error", "fail", "pass"], VerdictStatus.FAIL, 1),
        (["fail", "interrupted"], VerdictStatus.INTERRUPTED, 2),
        ([], VerdictStatus.ERROR, 3),
    ],
)
def test_the_worst_task_decides_over_the_run(statuses: list[str], expected: VerdictStatus, exit_code: int) -> None:
    record = of(*(Verdict(VerdictStatus(status)) for status in statuses))
    assert (record.status, worst_exit_code(record)) == (expected, exit_code)


def test_one_incomplete_task_leaves_the_run_incomplete() -> None:
    whole, part = Verdict(VerdictStatus.FAIL), Verdict(VerdictStatus.INCOMPLETE, complete=False)
    assert of(whole, whole).complete
    assert not of(whole, part).complete


def test_a_run_lasts_from_its_start_to_its_end() -> None:
    assert RECORD.duration_ms == 2346


def test_a_time_is_written_in_utc_with_milliseconds() -> None:
    assert rfc3339(START) == "2026-01-02T03:04:05.678Z"
    assert rfc3339(START.replace(microsecond=0)) == "2026-01-02T03:04:05.000Z"
    east = timezone(timedelta(hours=5, minutes=30))
    assert rfc3339(START.astimezone(east)) == "2026-01-02T03:04:05.678Z"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="2026-01-02 03:04:05 has no time zone"):
        rfc3339(datetime(2026, 1, 2, 3, 4, 5))  # noqa: DTZ001  # the very thing that is refused


@given(st.integers(0, 4_000_000_000_000), st.integers(-12, 14))
def test_milliseconds_since_1970_do_not_depend_on_the_zone(ms: int, hours: int) -> None:
    moment = datetime.fromtimestamp(0, timezone(timedelta(hours=hours))) + timedelta(milliseconds=ms)
    assert epoch_ms(moment) == ms
