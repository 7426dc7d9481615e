"""Moves a task in its store as the verdict says."""

from __future__ import annotations

from pytest_agentgates.core.blocker import blocker_info
from pytest_agentgates.core.criteria import PROVED, TICKED
from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.ports import TaskChange, TaskStore
from pytest_agentgates.core.record import RunRecord, TaskOutcome
from pytest_agentgates.core.task import TaskStatus


def move_task(
    store: TaskStore, record: RunRecord, outcome: TaskOutcome, evidence_sha256: str, first_base: str = ""
) -> None:
    """Write the steps of one task; nothing where the verdict leads to none.

    `first_base` is recorded with them as the commit that the task's changes are measured against from now on.
    """
    if not outcome.steps:
        return
    fields: dict[str, object] = {}
    if first_base:
        fields = {"base": first_base, "base_recorded_at": rfc3339(record.run_at)}
    if proved := _proved(record, outcome.task_id):
        fields[TICKED] = proved
    if outcome.steps[-1].after is TaskStatus.BLOCKED:
        fields["blocker_info"] = blocker_info(record, outcome)
    store.apply(
        TaskChange(
            task_id=outcome.task_id,
            expected_status=outcome.steps[0].before.value,
            steps=outcome.steps,
            at=record.finished_at,
            agent=record.agent,
            run_id=record.run_id,
            evidence_sha256=evidence_sha256,
            fields=fields or None,
        )
    )


def _proved(record: RunRecord, task_id: str) -> list[object]:
    """The criteria that the run's gates proved, to be ticked with the move."""
    named = [result.facts.get(PROVED) for result in record.gates]
    return [identity for proved in named if isinstance(proved, dict) for identity in proved.get(task_id, ())]
