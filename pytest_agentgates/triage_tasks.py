"""Selects the tasks of a layer for an agent, by what they say; it begins none of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pytest_agentgates.config import Config
from pytest_agentgates.core.dependencies import check_dependencies
from pytest_agentgates.core.layer_words import LAYER_WORDS
from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.ports import TaskChange, TaskStore
from pytest_agentgates.core.selection import (
    Choice,
    SelectionRules,
    Sorted,
    escalation_info,
    rejection_entry,
    rejections_of,
    sort_tasks,
)
from pytest_agentgates.core.task import LAYERS, MoveReason, Step, Task, TaskStatus
from pytest_agentgates.core.triage import LayerWords, Rejecting
from pytest_agentgates.core.work_queue import Queue, new_queue, with_chosen, with_outcomes
from pytest_agentgates.errors import UsageError
from pytest_agentgates.project import Project
from pytest_agentgates.queue_file import queue_folder, queue_locked, queue_path, read_queue, write_queue
from pytest_agentgates.validate import nearest


@dataclass(frozen=True)
class Selection:
    """What was selected, the decision on each task, and the queue as it was written."""

    sorted: tuple[Sorted, ...]
    queue: Queue
    path: Path

    def of(self, choice: Choice) -> tuple[Sorted, ...]:
        """The tasks with this outcome."""
        return tuple(found for found in self.sorted if found.choice is choice)


@dataclass(frozen=True)
class _Work:
    store: TaskStore
    agent: str
    at: datetime


def triage_tasks(project: Project, layer: str, agent: str) -> Selection:
    """Queue the tasks of a layer that are its own, reclassify or escalate the others, write the queue file.

    Raises UsageError for a layer that is none, without an agent's name, for a task that would be taken and whose
    dependencies can never be met, and for what cannot be read or written.
    """
    check_layer(layer)
    path = queue_path(queue_folder(project.root, project.config.tasks), layer)
    with queue_locked(path, project.root):
        before = read_queue(path, project.root)
        work = _Work(project.open_store(), agent, project.clock.now())
        all_tasks = work.store.load()
        found = sort_tasks(all_tasks, layer, agent, selection_rules(project.config))
        check_dependencies([item.task for item in found if item.choice is Choice.TAKEN], all_tasks)
        settled = tuple(_settle(work, item) for item in found)
        queue = _queue(before or new_queue(layer, agent, rfc3339(work.at)), settled, work)
        write_queue(path, queue)
    return Selection(settled, queue, path)


def selection_rules(config: Config) -> SelectionRules:
    """The words of each layer: those of the package, replaced layer by layer by those of the configuration."""
    own = {layer: _layer_words(table) for layer, table in config.selection.get("layers", {}).items()}
    return SelectionRules({**LAYER_WORDS, **own}, config.selection.get("max_rejections", 2))


def check_layer(layer: str) -> None:
    """Raise UsageError, with the nearest one, for a layer that is none."""
    if layer not in LAYERS:
        wanted = nearest(layer, LAYERS)
        fix = f"did you mean {wanted}?" if wanted else f"the layers are: {', '.join(LAYERS)}"
        raise UsageError(f"there is no layer {layer!r}", fix=fix)


def _layer_words(table: Mapping[str, Any]) -> LayerWords:
    default = table.get("default", {})
    return LayerWords(
        reject=tuple(Rejecting(item["layer"], tuple(item["words"])) for item in table.get("reject", ())),
        indicators={kind: tuple(words) for kind, words in table.get("indicators", {}).items()},
        accept_otherwise=default.get("accept", False),
        otherwise=default.get("layer", ""),
        ignore=tuple(table.get("ignore", ())),
    )


def _settle(work: _Work, found: Sorted) -> Sorted:
    """Write down what becomes of a task; held where another agent was faster."""
    change = _change(work, found)
    if change is None:
        return found
    try:
        return replace(found, task=work.store.apply(change))
    except UsageError:
        now = next((task for task in work.store.load() if task.id == found.task.id), None)
        if now is None or (now.status, now.owner, now.history) == _standing(found.task):
            raise
        return replace(found, task=now, choice=Choice.HELD, reason=f"{now.owner or 'another'} was faster")


def _standing(task: Task) -> tuple[TaskStatus, str, tuple[Step, ...]]:
    return task.status, task.owner, task.history


def _change(work: _Work, found: Sorted) -> TaskChange | None:
    task, at = found.task, rfc3339(work.at)
    steps: tuple[Step, ...] = ()
    fields: dict[str, object] = {}
    history = [*rejections_of(task), rejection_entry(found, work.agent, at)]
    if found.choice is Choice.TAKEN:
        fields = {"owner": work.agent}
        if task.status is TaskStatus.PENDING:
            steps = (Step(TaskStatus.PENDING, TaskStatus.QUEUED, MoveReason.SELECTED.value),)
        elif task.owner == work.agent:
            return None
    elif found.choice is Choice.ESCALATED:
        steps = (Step(task.status, TaskStatus.ESCALATED, MoveReason.ESCALATED.value),)
        info = escalation_info(found, history, work.agent, at)
        fields = {"owner": None, "rejection_history": history, "escalation_info": info}
    elif found.choice is Choice.REJECTED:
        if task.status is TaskStatus.QUEUED:
            steps = (Step(TaskStatus.QUEUED, TaskStatus.PENDING, MoveReason.REJECTED.value),)
        fields = {"owner": None, "layer": found.layer, "rejection_history": history}
    else:
        return None
    return TaskChange(task.id, task.status.value, steps, work.at, work.agent, run_id="", fields=fields)


def _queue(before: Queue, settled: Sequence[Sorted], work: _Work) -> Queue:
    at = rfc3339(work.at)
    chosen = [found.task for found in settled if found.choice is Choice.TAKEN]
    queue = with_chosen({**before, "agent": work.agent}, chosen, work.store.load())
    for choice, name in ((Choice.REJECTED, "rejected_tasks"), (Choice.ESCALATED, "escalated_tasks")):
        entries = [
            _outcome_entry(found, work.agent, at, before["layer"]) for found in settled if found.choice is choice
        ]
        queue = with_outcomes(queue, name, entries)
    return queue


def _outcome_entry(found: Sorted, agent: str, at: str, layer: str) -> dict[str, object]:
    entry = {**rejection_entry(found, agent, at), "layer": layer}
    return {"task_id": found.task.id, "title": found.task.title, **entry}
