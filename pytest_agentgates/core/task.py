"""Tasks, their statuses, and the moves that are legal between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from pytest_agentgates.errors import UsageError


class TaskStatus(StrEnum):
    """Where a task stands."""

    PENDING = "pending"
    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    BLOCKED = "blocked"
    FAILED = "failed"
    ESCALATED = "escalated"


SPELLINGS: dict[str, TaskStatus] = {
    **{status.value: status for status in TaskStatus},
    "done": TaskStatus.COMPLETED,
    "complete": TaskStatus.COMPLETED,
}

LAYERS = ("domain", "application", "infrastructure_backend", "infrastructure_frontend")

_S = TaskStatus
LEGAL: dict[TaskStatus, tuple[TaskStatus, ...]] = {
    _S.PENDING: (_S.QUEUED, _S.ESCALATED),
    _S.QUEUED: (_S.IN_PROGRESS, _S.PENDING, _S.ESCALATED),
    _S.IN_PROGRESS: (_S.IN_PROGRESS, _S.COMPLETED, _S.BLOCKED, _S.PENDING),
    _S.COMPLETED: (_S.IN_PROGRESS,),
    _S.BLOCKED: (_S.IN_PROGRESS, _S.ESCALATED),
    _S.FAILED: (_S.IN_PROGRESS,),
    _S.ESCALATED: (_S.PENDING,),
}


class MoveReason(StrEnum):
    """Why a task moved."""

    SELECTED = "selected"
    CLAIMED = "claimed"
    ATTEMPT_FAILED = "attempt_failed"
    GATES_PASSED = "gates_passed"
    ATTEMPTS_USED_UP = "attempts_used_up"
    REGRESSION = "regression"
    REOPENED = "reopened"
    RELEASED = "released"
    REJECTED = "rejected"
    ESCALATED = "escalated"


# By these a task goes from hand to hand, which wipes out no attempt.
HANDED_ON = (MoveReason.RELEASED.value, MoveReason.SELECTED.value, MoveReason.CLAIMED.value)


@dataclass(frozen=True)
class Step:
    """One move of a task as its history keeps it; `attempt` counts failed judgements from 1."""

    before: TaskStatus
    after: TaskStatus
    reason: str
    attempt: int = 0


@dataclass(frozen=True)
class Task:
    """One task of a store; `where` is its place (`file:line`), `history` oldest first.

    `coverage_target` is a fraction from 0 to 1, or None where the task sets no floor of its own.
    """

    id: str
    title: str = ""
    description: str = ""
    module: str = ""
    layer: str = ""
    owner: str = ""
    status: TaskStatus = TaskStatus.PENDING
    dependencies: tuple[str, ...] = ()
    deliverables: tuple[str, ...] = ()
    test_files: tuple[str, ...] = ()
    coverage_target: float | None = None
    base: str = ""
    where: str = ""
    history: tuple[Step, ...] = ()
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def attempts(self) -> int:
        """How many judgements failed since the task was last completed or reopened, whoever worked on it."""
        if (
            self.status is TaskStatus.BLOCKED
            and self.history
            and self.history[-1].reason == MoveReason.ATTEMPTS_USED_UP
        ):
            return self.history[-1].attempt
        count = 0
        for step in reversed(self.history):
            if step.reason == MoveReason.ATTEMPT_FAILED.value:
                count += 1
            elif step.reason not in HANDED_ON:
                break
        return count


def check_move(task_id: str, before: TaskStatus, after: TaskStatus) -> None:
    """Raise UsageError, naming the legal moves, where a move is not one of them."""
    if after in LEGAL[before]:
        return
    legal = ", ".join(status.value for status in LEGAL[before])
    raise UsageError(
        f"task {task_id} cannot move from {before.value} to {after.value}",
        fix=f"from {before.value} it can move to: {legal}",
    )
