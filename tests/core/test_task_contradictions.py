from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.core.task_contradictions import (
    is_later,
    is_same,
    moment_of,
    of_dates,
    of_dependencies,
    of_titles,
)

DONE = TaskStatus.COMPLETED


def messages(tasks: tuple[Task, ...]) -> list[str]:
    return [message for _, message in of_dependencies(tasks, {})]


def test_a_moment_is_read_from_what_lists_write() -> None:
    noon = datetime(2026, 1, 2, 12, tzinfo=UTC)
    for value in ("2026-01-02T12:00:00Z", "2026-01-02 12:00:00", "2026-01-02T13:00:00+01:00", noon):
        assert moment_of(value) == noon
    for nothing in ("soon", "", None, 7):
        assert moment_of(nothing) is None


@pytest.mark.parametrize(
    ("one", "other", "later"),
    [
        ("2026-01-03", "2026-01-02T23:00:00Z", True),
        ("2026-01-02", "2026-01-02T01:00:00Z", False),
        ("2026-01-02T02:00:00Z", "2026-01-02", False),
        ("2026-01-02T02:00:00Z", "2026-01-02T01:00:00Z", True),
        ("later", "2026-01-02", False),
    ],
)
def test_a_mere_date_is_compared_by_the_day(one: str, other: str, later: bool) -> None:
    assert is_later(one, other) is later


def test_dates_out_of_order_are_told_by_their_names() -> None:
    task = Task("T1", extra={"created_at": "2026-01-05", "completed_at": "2026-01-02", "updated_at": "2026-01-06"})
    assert [message for _, message in of_dates((task,))] == [
        "T1 says created_at 2026-01-05, which is after its completed_at 2026-01-02"
    ]
    assert list(of_dates((Task("T1", extra={"created_at": "2026-01-05", "started_at": ""}),))) == []


def test_dependencies_must_be_there_be_met_and_lead_nowhere_back() -> None:
    assert messages((Task("T1", dependencies=("T2",)),)) == ["T1 depends on T2, which is in no task list"]
    assert messages((Task("T1", status=DONE, dependencies=("T2",)), Task("T2"))) == [
        "T1 is completed, and depends on T2, which is pending"
    ]
    circle = (Task("T1", dependencies=("T2",)), Task("T2", dependencies=("T1",)))
    assert messages(circle) == ["the dependencies form a cycle: T1 -> T2 -> T1"]


@pytest.mark.parametrize(("before", "told"), [("2026-01-05", 1), ("2026-01-01", 0)])
def test_a_dependency_is_completed_first(before: str, told: int) -> None:
    first = Task("T1", status=DONE, dependencies=("T2",), extra={"completed_at": "2026-01-02"})
    assert len(messages((first, Task("T2", status=DONE, extra={"completed_at": before})))) == told


def test_tasks_of_other_lists_are_known() -> None:
    assert list(of_dependencies((Task("T1", dependencies=("T2",)),), {"T2": Task("T2")})) == []


@pytest.mark.parametrize(
    ("here", "there", "told"),
    [
        ("Send invoices", "Rotate keys", 1),
        ("Send invoices", "Send invoices by mail", 0),
        ("Send the invoices", "Invoices are sent", 0),
        ("Send invoices", "", 0),
    ],
)
def test_an_id_stands_for_one_work(here: str, there: str, told: int) -> None:
    assert len(list(of_titles((Task("T1", here),), (Task("T1", there),)))) == told


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Send invoices", "send  Invoices!", True),
        ("Send invoices", "Send invoices by mail", True),
        ("Send invoices", "", True),
        ("Add tests of the invoices in src/invoices.py", "Add tests of the keys in src/keys.py", False),
    ],
)
def test_titles_are_the_same_but_for_how_they_are_written(one: str, other: str, same: bool) -> None:
    assert is_same(one, other) is same
