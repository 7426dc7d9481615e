from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.core.moves import check_runnable, moves_after
from pytest_agentgates.core.task import LEGAL, MoveReason, Step, Task, TaskStatus, check_move
from pytest_agentgates.core.verdict import Verdict, VerdictStatus
from pytest_agentgates.errors import UsageError

VERDICTS = st.builds(Verdict, status=st.sampled_from(VerdictStatus), complete=st.booleans())
RUNNABLE = [status for status in TaskStatus if status not in {TaskStatus.BLOCKED, TaskStatus.ESCALATED}]
PASSED = Verdict(VerdictStatus.PASS)
FAILED = Verdict(VerdictStatus.FAIL, ("tests_pass: 1 of 2 passed",))


def after(task: Task, steps: tuple[Step, ...]) -> Task:
    status = steps[-1].after if steps else task.status
    return Task(task.id, status=status, history=(*task.history, *steps))


@given(st.sampled_from(RUNNABLE), st.lists(VERDICTS, max_size=8), st.integers(1, 4))
def test_every_step_is_legal_and_follows_from_the_one_before(
    status: TaskStatus, verdicts: list[Verdict], max_attempts: int
) -> None:
    task = Task("T1", status=status)
    for verdict in verdicts:
        if task.status is TaskStatus.BLOCKED:
            break
        steps = moves_after(task, verdict, max_attempts)
        standing: TaskStatus = task.status
        for step in steps:
            assert step.before is standing
            assert step.after in LEGAL[step.before]
            standing = step.after
        task = after(task, steps)
        assert (task.attempts >= max_attempts) == (task.status is TaskStatus.BLOCKED)


@given(st.sampled_from(RUNNABLE), VERDICTS)
def test_completed_is_only_reached_by_a_complete_pass(status: TaskStatus, verdict: Verdict) -> None:
    steps = moves_after(Task("T1", status=status), verdict, 3)
    if any(step.after is TaskStatus.COMPLETED for step in steps):
        assert verdict.status is VerdictStatus.PASS
        assert verdict.complete


@given(st.sampled_from(RUNNABLE), VERDICTS)
def test_what_was_not_judged_moves_nothing(status: TaskStatus, verdict: Verdict) -> None:
    if not verdict.complete or verdict.status not in {VerdictStatus.PASS, VerdictStatus.FAIL}:
        assert moves_after(Task("T1", status=status), verdict, 3) == ()


def test_the_third_failure_blocks() -> None:
    task = Task("T1", status=TaskStatus.PENDING)
    seen = []
    for _ in range(3):
        steps = moves_after(task, FAILED, 3)
        task = after(task, steps)
        seen.append((task.status.value, steps[-1].attempt))
    assert seen == [("in_progress", 1), ("in_progress", 2), ("blocked", 3)]


def test_a_blocked_task_tells_how_many_attempts_it_took() -> None:
    task = Task("T1", status=TaskStatus.PENDING)
    for _ in range(3):
        task = after(task, moves_after(task, FAILED, 3))
    assert (task.status, task.attempts) == (TaskStatus.BLOCKED, 3)
    by_hand = Task("T1", status=TaskStatus.PENDING, history=task.history)
    assert by_hand.attempts == 0


def test_attempts_start_anew_after_reopening() -> None:
    failure = Step(TaskStatus.IN_PROGRESS, TaskStatus.IN_PROGRESS, MoveReason.ATTEMPT_FAILED.value, 1)
    reopened = Step(TaskStatus.BLOCKED, TaskStatus.IN_PROGRESS, MoveReason.REOPENED.value)
    task = Task("T1", status=TaskStatus.IN_PROGRESS, history=(failure, failure, reopened))
    assert task.attempts == 0
    assert moves_after(task, FAILED, 3)[-1].attempt == 1


def test_a_completed_task_that_fails_is_a_regression() -> None:
    steps = moves_after(Task("T1", status=TaskStatus.COMPLETED), FAILED, 3)
    assert steps == (Step(TaskStatus.COMPLETED, TaskStatus.IN_PROGRESS, "regression"),)


def test_a_completed_task_that_passes_again_stays_as_it_is() -> None:
    assert moves_after(Task("T1", status=TaskStatus.COMPLETED), PASSED, 3) == ()


def test_a_pending_task_that_passes_goes_the_whole_way() -> None:
    steps = moves_after(Task("T1"), PASSED, 3)
    assert [step.after.value for step in steps] == ["queued", "in_progress", "completed"]


@pytest.mark.parametrize("status", [TaskStatus.BLOCKED, TaskStatus.ESCALATED])
def test_a_blocked_task_must_be_reopened_first(status: TaskStatus) -> None:
    with pytest.raises(UsageError) as caught:
        check_runnable(Task("T1", status=status, where="tasks.json:4"))
    assert str(caught.value) == (
        f"tasks.json:4: task T1 is {status.value}\n  fix: look at its blocker_info, then: agentgates tasks reopen T1"
    )


def test_an_illegal_move_names_the_legal_ones() -> None:
    with pytest.raises(UsageError) as caught:
        check_move("T1", TaskStatus.PENDING, TaskStatus.COMPLETED)
    assert str(caught.value) == (
        "task T1 cannot move from pending to completed\n  fix: from pending it can move to: queued, escalated"
    )
