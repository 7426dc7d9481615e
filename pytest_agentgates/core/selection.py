"""What selecting the tasks of a layer does with each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from pytest_agentgates.core.printable import one_line
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.core.triage import Decision, LayerWords, triage
from pytest_agentgates.core.work_order import of_same_module, unfinished_before

_MOST_NAMED = 5


class Choice(StrEnum):
    """What becomes of a task."""

    TAKEN = "taken"
    REJECTED = "rejected"
    ESCALATED = "escalated"
    WAITING = "waiting"
    HELD = "held"


@dataclass(frozen=True)
class Sorted:
    """One task, what becomes of it and why; `layer` is the one it belongs to by its words."""

    task: Task
    choice: Choice
    layer: str
    reason: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class SelectionRules:
    """The words of each layer, and how often a task may be rejected until it is escalated."""

    tables: Mapping[str, LayerWords]
    max_rejections: int = 2


def sort_tasks(all_tasks: Sequence[Task], layer: str, agent: str, rules: SelectionRules) -> tuple[Sorted, ...]:
    """Sort the tasks of a layer that are not begun yet: by owner, then by content, then by what must come first."""
    open_tasks = [task for task in all_tasks if task.layer == layer and _is_open(task)]
    unfinished = unfinished_before(layer, all_tasks)
    return tuple(_sort(task, unfinished, agent, rules) for task in open_tasks)


def rejections_of(task: Task) -> list[Mapping[str, object]]:
    """The rejections that the task remembers, oldest first."""
    history = task.extra.get("rejection_history")
    return [entry for entry in history if isinstance(entry, dict)] if isinstance(history, list) else []


def rejection_entry(found: Sorted, agent: str, at: str) -> dict[str, object]:
    """A rejection as the task remembers it."""
    return {
        "rejected_at": at,
        "rejected_by": agent,
        "layer": found.task.layer,
        "suggested_layer": found.layer,
        "reason": found.reason,
        "words": list(found.words),
    }


def escalation_info(found: Sorted, history: Sequence[Mapping[str, object]], agent: str, at: str) -> dict[str, object]:
    """What a person needs who must decide where a task belongs."""
    suggested = [entry.get("suggested_layer") for entry in history]
    return {
        "escalated_at": at,
        "escalated_by": agent,
        "layer": found.task.layer,
        "rejections": len(history),
        "suggested_layers": suggested,
        "reason": _why_escalated(found, suggested),
        "next_step": f"set layer, say in the title what it is, then: agentgates tasks reopen {found.task.id}",
    }


def _is_open(task: Task) -> bool:
    return task.status in (TaskStatus.PENDING, TaskStatus.QUEUED)


def _sort(task: Task, unfinished: Sequence[Task], agent: str, rules: SelectionRules) -> Sorted:
    if task.owner not in ("", agent):
        return Sorted(task, Choice.HELD, task.layer, f"held by {one_line(task.owner)}")
    decision = triage(task.title, task.description, task.layer, rules.tables)
    if not decision.accepted:
        choice = Choice.ESCALATED if _is_enough(task, decision, rules.max_rejections) else Choice.REJECTED
        return Sorted(task, choice, decision.layer, decision.reason, decision.words)
    before = list(islice(of_same_module(task, unfinished), _MOST_NAMED + 1))
    if before and task.status is TaskStatus.PENDING:
        more = ", ..." if len(before) > _MOST_NAMED else ""
        reason = f"earlier layers are not complete: {', '.join(other.id for other in before[:_MOST_NAMED])}{more}"
        return Sorted(task, Choice.WAITING, task.layer, reason, decision.words)
    return Sorted(task, Choice.TAKEN, task.layer, decision.reason, decision.words)


def _is_enough(task: Task, decision: Decision, max_rejections: int) -> bool:
    """Whether a person must decide: rejected too often, the same suggestion again, or no other layer to go to."""
    history = rejections_of(task)
    suggested = [entry.get("suggested_layer") for entry in history]
    return len(history) + 1 >= max_rejections or decision.layer in suggested or decision.layer == task.layer


def _why_escalated(found: Sorted, suggested: Sequence[object]) -> str:
    if _repeats(suggested):
        return "the same layer was suggested again"
    return "no other layer was suggested" if found.layer == found.task.layer else "rejected too often"


def _repeats(values: Sequence[object]) -> bool:
    return any(value in values[:index] for index, value in enumerate(values))
