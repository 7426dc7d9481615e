"""Chooses the task that an agent works on next, or says why there is none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pytest_agentgates.claim_task import Claiming
from pytest_agentgates.core.dependencies import in_cycles
from pytest_agentgates.core.printable import printable
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.core.work_halts import Halt, Judgement, halts, judgements_of
from pytest_agentgates.core.work_order import next_tasks, open_dependencies
from pytest_agentgates.errors import MovedError, UsageError
from pytest_agentgates.project import Project
from pytest_agentgates.safe_write import user_errors
from pytest_agentgates.triage_tasks import check_layer
from pytest_agentgates.update_queues import read_positions
from pytest_agentgates.write_evidence import MAIN, RUNS

_OPEN = (TaskStatus.PENDING, TaskStatus.QUEUED)
_MOST_RUNS = 1000
_MOST_ROUNDS = 5


@dataclass(frozen=True)
class Next:
    """The next task, if any; why the loop halts, and what open tasks wait for."""

    task: Task | None = None
    halts: tuple[Halt, ...] = ()
    waiting: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def choose_next(project: Project, agent: str, layer: str) -> Next:
    """The first task that is free and waits for no other; none while anything halts the loop.

    Raises UsageError for a layer that is none and for evidence or queues that cannot be read.
    """
    all_tasks = project.open_store().load()
    found, otherwise = _candidates(project, all_tasks, agent, layer)
    return Next(found[0]) if found else otherwise


def claim_next(project: Project, agent: str, layer: str) -> Next:
    """The same, claimed at once; where another agent is faster, the one after it."""
    store, otherwise = project.open_store(), Next()
    for _ in range(_MOST_ROUNDS):  # another is needed only where all that was free was taken meanwhile
        all_tasks = store.load()
        found, otherwise = _candidates(project, all_tasks, agent, layer)
        if not found:
            break
        claiming = Claiming(project, store, all_tasks, agent)
        for task in found:
            with suppress(MovedError):
                moved = claiming.claim(task)
                return Next(moved.task, problems=moved.problems, notes=moved.notes)
    return otherwise


def find_halts(project: Project, all_tasks: tuple[Task, ...]) -> tuple[Halt, ...]:
    """Every reason to halt, from the tasks and from the evidence of their runs."""
    return halts(all_tasks, _judgements(project.root / project.config.evidence / RUNS))


def _candidates(project: Project, all_tasks: tuple[Task, ...], agent: str, layer: str) -> tuple[tuple[Task, ...], Next]:
    """The tasks that may be taken, the first one first, and what is to be said where there is none."""
    if layer:
        check_layer(layer)
    if stopped := find_halts(project, all_tasks):
        return (), Next(halts=stopped)
    found = tuple(next_tasks(all_tasks, agent, layer, read_positions(project, all_tasks)))
    return found, Next(waiting=() if found else tuple(_waiting(all_tasks, agent, layer)))


def _waiting(all_tasks: tuple[Task, ...], agent: str, layer: str) -> Iterator[tuple[str, str]]:
    by_id = {task.id: task for task in all_tasks}
    circular = in_cycles(all_tasks)
    for task in all_tasks:
        if layer not in ("", task.layer):
            continue
        if task.status in _OPEN:
            held = f"held by {task.owner}" if task.owner not in ("", agent) else ""
            yield task.id, held or _awaited(task, by_id, circular)
        elif task.status is TaskStatus.IN_PROGRESS and not task.owner:
            yield task.id, f"is in progress, and nobody holds it: agentgates tasks claim {task.id}"


def _awaited(task: Task, by_id: Mapping[str, Task], circular: frozenset[str]) -> str:
    missing = [one if one in by_id else f"{one}, which is not in the store" for one in open_dependencies(task, by_id)]
    circle = " (their dependencies form a cycle)" if task.id in circular else ""
    return f"waits for {', '.join(missing)}{circle}"


def _judgements(runs: Path) -> Iterator[Judgement]:
    if not runs.is_dir():
        return
    names = sorted((entry.name for entry in runs.iterdir() if not entry.name.startswith(".")), reverse=True)
    for name in names[:_MOST_RUNS]:
        path = runs / name / MAIN
        if path.is_file():
            yield from judgements_of(_read(path))


def _read(path: Path) -> dict[str, object]:
    with user_errors(path, "be read"):
        data = path.read_bytes()
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"is no evidence: {error}", printable(str(path)), "restore the file or its folder") from error
    if not isinstance(document, dict):
        raise UsageError("is no evidence: not an object", printable(str(path)), "restore the file or its folder")
    return document
