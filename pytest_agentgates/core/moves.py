"""What a verdict does to a task."""

from __future__ import annotations

from pytest_agentgates.core.task import MoveReason, Step, Task, TaskStatus, check_move
from pytest_agentgates.core.verdict import Verdict, VerdictStatus
from pytest_agentgates.errors import UsageError

_CLAIM: dict[TaskStatus, tuple[Step, ...]] = {
    TaskStatus.PENDING: (
        Step(TaskStatus.PENDING, TaskStatus.QUEUED, MoveReason.SELECTED.value),
        Step(TaskStatus.QUEUED, TaskStatus.IN_PROGRESS, MoveReason.CLAIMED.value),
    ),
    TaskStatus.QUEUED: (Step(TaskStatus.QUEUED, TaskStatus.IN_PROGRESS, MoveReason.CLAIMED.value),),
    TaskStatus.FAILED: (Step(TaskStatus.FAILED, TaskStatus.IN_PROGRESS, MoveReason.REOPENED.value),),
    TaskStatus.IN_PROGRESS: (),
}

# What becomes of a completion that does not hold.
TAKEN_BACK = (Step(TaskStatus.COMPLETED, TaskStatus.IN_PROGRESS, MoveReason.REGRESSION.value),)


def check_runnable(task: Task) -> None:
    """Raise UsageError for a task that must be reopened before it is judged again."""
    if task.status in (TaskStatus.BLOCKED, TaskStatus.ESCALATED):
        raise UsageError(
            f"task {task.id} is {task.status.value}",
            where=task.where,
            fix=f"look at its blocker_info, then: agentgates tasks reopen {task.id}",
        )


def moves_after(task: Task, verdict: Verdict, max_attempts: int) -> tuple[Step, ...]:
    """The legal steps a verdict leads to; none for a run that was incomplete or could not judge.

    A pass completes, a failure counts an attempt, the last attempt blocks, and a failure of a
    completed task brings it back as a regression.
    """
    if not verdict.complete or verdict.status not in (VerdictStatus.PASS, VerdictStatus.FAIL):
        return ()
    passed = verdict.status is VerdictStatus.PASS
    steps = _after_completed(passed) if task.status is TaskStatus.COMPLETED else _after_open(task, passed, max_attempts)
    for step in steps:
        check_move(task.id, step.before, step.after)
    return steps


def _after_completed(passed: bool) -> tuple[Step, ...]:
    return () if passed else TAKEN_BACK


def _after_open(task: Task, passed: bool, max_attempts: int) -> tuple[Step, ...]:
    check_runnable(task)
    claim = _CLAIM[task.status]
    working = TaskStatus.IN_PROGRESS
    if passed:
        return (*claim, Step(working, TaskStatus.COMPLETED, MoveReason.GATES_PASSED.value))
    attempt = 1 if task.status is TaskStatus.FAILED else task.attempts + 1
    if attempt >= max_attempts:
        return (*claim, Step(working, TaskStatus.BLOCKED, MoveReason.ATTEMPTS_USED_UP.value, attempt))
    return (*claim, Step(working, working, MoveReason.ATTEMPT_FAILED.value, attempt))
