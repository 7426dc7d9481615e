"""Takes a task for an agent, gives it back or brings it back; of several agents at once only one succeeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pytest_agentgates.choose_base import FirstBase, base_of_claim
from pytest_agentgates.core.claims import agent_called, claim_steps, release_steps, reopen_step
from pytest_agentgates.core.dependencies import check_dependencies
from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.ports import TaskChange, TaskStore
from pytest_agentgates.core.task import Step, Task
from pytest_agentgates.core.work_order import open_dependencies
from pytest_agentgates.errors import UsageError
from pytest_agentgates.project import Project
from pytest_agentgates.select_tasks import find_task
from pytest_agentgates.update_queues import update_queues


@dataclass(frozen=True)
class Moved:
    """A task after a move, what kept its queue from being brought up to date, and what else is to be known."""

    task: Task
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claiming:
    """What an agent claims from: a store, and its tasks as it loaded them."""

    project: Project
    store: TaskStore
    all_tasks: Sequence[Task]
    agent: str

    def claim(self, task: Task) -> Moved:
        """Take a task; raises what `claim_task` raises, and MovedError where another was faster since."""
        steps = claim_steps(task, self.agent)
        if not steps:
            return Moved(task)
        check_dependencies((task,), self.all_tasks)
        _check_completed(task, self.all_tasks)
        base = FirstBase() if task.base else self._base
        fields = _claim_fields(self.project, self.agent, base.commit)
        moved = self.store.apply(_change(self.project, task, steps, self.agent, fields))
        return Moved(moved, update_queues(self.project, (task.id,)), (base.note,) if base.note else ())

    @cached_property
    def _base(self) -> FirstBase:
        return base_of_claim(self.project)


def claim_task(project: Project, task_id: str, agent: str) -> Moved:
    """Take a task: the owner, the time and the base that its changes are measured against are recorded.

    Raises UsageError where another agent holds it or takes it at the same moment, where it waits for others, and
    where its dependencies can never be met.
    """
    store = project.open_store()
    all_tasks = store.load()
    return Claiming(project, store, all_tasks, agent).claim(find_task(all_tasks, task_id))


def release_task(project: Project, task_id: str, agent: str) -> Moved:
    """Give a task back; its base and its failed attempts stay.

    Raises UsageError where another agent holds it, or nobody.
    """
    store = project.open_store()
    task = find_task(store.load(), task_id)
    change = _change(project, task, release_steps(task, agent), agent, {"owner": None, "claimed_at": None})
    return Moved(store.apply(change), update_queues(project, (task.id,)))


def reopen_task(project: Project, task_id: str, agent: str) -> Moved:
    """Bring a task back to work, its attempts anew; raises UsageError where it is not one that can be reopened."""
    store = project.open_store()
    task = find_task(store.load(), task_id)
    step = reopen_step(task)
    change = _change(project, task, (step,), agent_called(agent) or project.config.agent, {})
    return Moved(store.apply(change), update_queues(project, (task.id,)))


def agent_name(project: Project, named: str) -> str:
    """Who acts: the name given, else the configured one; raises UsageError where there is none, or none to be kept."""
    if name := agent_called(named) or agent_called(project.config.agent):
        return name
    raise UsageError("no agent is named", fix="add --agent NAME, or set `agent` in the configuration")


def _check_completed(task: Task, all_tasks: Sequence[Task]) -> None:
    if waiting := open_dependencies(task, {other.id: other for other in all_tasks}):
        what = f"task {task.id} waits for {', '.join(waiting)}"
        raise UsageError(what, task.where, "complete them first, or take another: agentgates tasks next")


def _claim_fields(project: Project, agent: str, base: str) -> dict[str, object]:
    at = rfc3339(project.clock.now())
    fields: dict[str, object] = {"owner": agent, "claimed_at": at}
    if base:
        fields |= {"base": base, "base_recorded_at": at}
    return fields


def _change(project: Project, task: Task, steps: tuple[Step, ...], agent: str, fields: dict[str, object]) -> TaskChange:
    return TaskChange(task.id, task.status.value, steps, project.clock.now(), agent, run_id="", fields=fields or None)
