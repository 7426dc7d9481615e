"""Who may take a task, give it back or bring it back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.core.claims import agent_called, claim_steps, held_by_another, release_steps, reopen_step
from pytest_agentgates.core.task import LEGAL, Step, Task, TaskStatus
from pytest_agentgates.errors import UsageError

PENDING, QUEUED, WORKING = TaskStatus.PENDING, TaskStatus.QUEUED, TaskStatus.IN_PROGRESS
STATUSES = st.sampled_from(TaskStatus)
OWNERS = st.sampled_from(["", "ann", "bob"])
OFFERS: tuple[Callable[[Task], tuple[Step, ...]], ...] = (
    lambda task: claim_steps(task, "ann"),
    lambda task: release_steps(task, "ann"),
    lambda task: (reopen_step(task),),
)


@pytest.mark.parametrize(
    ("status", "owner", "expected"),
    [
        (PENDING, "", [(PENDING, QUEUED, "selected"), (QUEUED, WORKING, "claimed")]),
        (QUEUED, "", [(QUEUED, WORKING, "claimed")]),
        (QUEUED, "ann", [(QUEUED, WORKING, "claimed")]),
        (WORKING, "", [(WORKING, WORKING, "claimed")]),
        (WORKING, "ann", []),
    ],
)
def test_a_claim_leads_to_work_by_every_step_between(
    status: TaskStatus, owner: str, expected: list[tuple[TaskStatus, TaskStatus, str]]
) -> None:
    steps = claim_steps(Task("T1", status=status, owner=owner), "ann")
    assert [(step.before, step.after, step.reason) for step in steps] == expected


@pytest.mark.parametrize("status", [TaskStatus.BLOCKED, TaskStatus.FAILED, TaskStatus.COMPLETED, TaskStatus.ESCALATED])
def test_what_is_not_open_must_be_brought_back_before_it_is_claimed(status: TaskStatus) -> None:
    with pytest.raises(UsageError) as caught:
        claim_steps(Task("T1", status=status, where="tasks.json:4"), "ann")
    assert str(caught.value) == (
        f"tasks.json:4: task T1 is {status.value} and cannot be claimed\n"
        "  fix: bring it back first: agentgates tasks reopen T1"
    )


@given(STATUSES)
def test_nobody_claims_or_releases_what_another_holds(status: TaskStatus) -> None:
    task = Task("T1", status=status, owner="bob")
    with pytest.raises(UsageError, match="task T1 is held by bob"):
        claim_steps(task, "ann")
    with pytest.raises(UsageError, match="task T1 is held by bob"):
        release_steps(task, "ann")


@pytest.mark.parametrize("status", [QUEUED, WORKING])
@pytest.mark.parametrize("owner", ["", "ann"])
def test_a_released_task_is_pending_again(status: TaskStatus, owner: str) -> None:
    assert release_steps(Task("T1", status=status, owner=owner), "ann") == (Step(status, PENDING, "released"),)


def test_what_nobody_has_begun_cannot_be_released() -> None:
    with pytest.raises(UsageError) as caught:
        release_steps(Task("T1", where="tasks.json:4"), "ann")
    assert str(caught.value) == (
        "tasks.json:4: task T1 is pending; there is nothing to release\n"
        "  fix: only tasks that are queued or in_progress can be released"
    )


@pytest.mark.parametrize(
    ("status", "after"),
    [
        (TaskStatus.BLOCKED, WORKING),
        (TaskStatus.FAILED, WORKING),
        (TaskStatus.COMPLETED, WORKING),
        (TaskStatus.ESCALATED, PENDING),
    ],
)
def test_an_escalated_task_is_reopened_for_anyone_and_any_other_for_work(status: TaskStatus, after: TaskStatus) -> None:
    assert reopen_step(Task("T1", status=status, owner="bob")) == Step(status, after, "reopened")


@pytest.mark.parametrize("status", [PENDING, QUEUED, WORKING])
def test_an_open_task_cannot_be_reopened(status: TaskStatus) -> None:
    with pytest.raises(UsageError) as caught:
        reopen_step(Task("T1", status=status, where="tasks.json:4"))
    assert str(caught.value) == (
        f"tasks.json:4: task T1 is {status.value}; there is nothing to reopen\n"
        "  fix: work on it, then: pytest --agent-task T1"
    )


@given(STATUSES, OWNERS)
def test_every_step_that_is_offered_is_legal_and_follows_from_the_one_before(status: TaskStatus, owner: str) -> None:
    task = Task("T1", status=status, owner=owner)
    for offer in OFFERS:
        try:
            steps = offer(task)
        except UsageError:
            continue
        standing = status
        for step in steps:
            assert step.before is standing
            assert step.after in LEGAL[standing]
            standing = step.after


@pytest.mark.parametrize(
    ("claimed_at", "told"),
    [("2026-01-02", "held by bob since 2026-01-02"), ("", "held by bob"), (7, "held by bob"), (None, "held by bob")],
)
def test_a_refusal_tells_since_when_as_far_as_that_is_known(claimed_at: object, told: str) -> None:
    refused = held_by_another(Task("T1", owner="bob", where="tasks.json:4", extra={"claimed_at": claimed_at}))
    assert str(refused) == (
        f"tasks.json:4: task T1 is {told}\n"
        "  fix: take another: agentgates tasks next; or give it back as bob: agentgates tasks release T1"
    )


def test_a_refusal_stays_on_one_line_whatever_the_owner_is_called() -> None:
    refused = str(held_by_another(Task("T1", owner="bob\n\x1b[31mred", extra={"claimed_at": "to\nday"})))
    assert refused.splitlines()[0] == "task T1 is held by bob \\x1b[31mred since to day"


@pytest.mark.parametrize(
    ("said", "name"), [("@ann", "ann"), (" ann ", "ann"), ("Ann B.", "Ann B."), ("", ""), ("@", "")]
)
def test_an_agent_is_called_as_task_lists_give_it_back(said: str, name: str) -> None:
    assert agent_called(said) == name


@pytest.mark.parametrize("name", ["none", "-", "N/A", "a|b", "ann\nbob", "\x1b[31mred", "a  b"])
def test_a_name_that_a_task_list_would_not_give_back_is_refused(name: str) -> None:
    """In Markdown it would stand for nobody, and two agents would get one task."""
    with pytest.raises(UsageError, match="cannot be called"):
        agent_called(name)
