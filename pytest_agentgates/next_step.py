"""What to do next, by the records."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from pytest_agentgates.core.completion import NextStep, Note, Standing, TaskResult
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.core.work_halts import halts, judgements_of
from pytest_agentgates.core.work_order import next_tasks, open_dependencies
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.project import Project
from pytest_agentgates.recorded_runs import RecordedRuns
from pytest_agentgates.update_queues import read_positions

_STUCK = (TaskStatus.BLOCKED, TaskStatus.FAILED, TaskStatus.ESCALATED)


def next_step(
    project: Project,
    all_tasks: tuple[Task, ...],
    results: Sequence[TaskResult],
    faults: Sequence[Note],
    runs: RecordedRuns,
) -> NextStep:
    """The first thing that stands in the way, else the next task, else that all is done."""
    if faults:
        return NextStep(f"mend the records: {faults[0].about or faults[0].text}", "agentgates doctor")
    bare = [result.task.id for result in results if result.standing is Standing.NOT_PROVED]
    if bare:
        more = f", and {len(bare) - 1} more" if len(bare) > 1 else ""
        return NextStep(f"judge {bare[0]}{more}: completed is not proved", f"agentgates run {quote(bare[0])}")
    if len(results) == 1 and len(all_tasks) > 1:
        return _of_one(results[0].task, all_tasks)
    judgements = [one for run in runs.runs.values() if not run.problems for one in judgements_of(run.document)]
    if found := halts(all_tasks, judgements):
        return NextStep(f"work must halt: {found[0].reason}; {found[0].fix}")
    return _of_all(project, all_tasks)


def _of_all(project: Project, all_tasks: tuple[Task, ...]) -> NextStep:
    if not all_tasks:
        return NextStep("add a task to the store", "agentgates tasks list")
    try:
        positions = read_positions(project, all_tasks)
    except AgentGatesError as error:
        return NextStep(f"mend the queue: {error}")
    if begun := [task for task in all_tasks if task.status is TaskStatus.IN_PROGRESS]:
        return _of_one(begun[0], all_tasks)
    if ready := next_tasks(all_tasks, project.config.agent, "", positions):
        return _of_one(ready[0], all_tasks)
    left = [task for task in all_tasks if task.status is not TaskStatus.COMPLETED]
    left.sort(key=lambda task: task.status not in _STUCK)
    return _of_one(left[0] if left else all_tasks[0], all_tasks)


def _of_one(task: Task, all_tasks: Sequence[Task]) -> NextStep:
    if task.status is TaskStatus.COMPLETED:
        return NextStep("nothing is left to do; to judge the evidence anew", "agentgates verify --rerun")
    if task.status in _STUCK:
        return NextStep(
            f"settle why {task.id} is {task.status.value}, then", f"agentgates tasks reopen {quote(task.id)}"
        )
    if task.status is TaskStatus.IN_PROGRESS:
        held = f", which {task.owner} holds," if task.owner else ","
        return NextStep(f"finish {task.id}{held} then", f"agentgates run {quote(task.id)}")
    waits = open_dependencies(task, {other.id: other for other in all_tasks})
    if waits:
        return NextStep(f"{task.id} waits for {', '.join(waits)}", f"agentgates tasks show {quote(waits[0])}")
    return NextStep(f"begin {task.id}", f"agentgates tasks claim {quote(task.id)}")
