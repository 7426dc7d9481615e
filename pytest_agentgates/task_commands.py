"""What each command of `agentgates tasks` does: wire, call one use case, show its result."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import Any

import click

from pytest_agentgates.check_readiness import Readiness, State, check_readiness, readiness_facts
from pytest_agentgates.choose_next import Next, choose_next, claim_next
from pytest_agentgates.claim_task import Moved, agent_name, claim_task, release_task, reopen_task
from pytest_agentgates.copy_tasks import copy_tasks
from pytest_agentgates.core.claims import agent_called
from pytest_agentgates.core.dependencies import dependency_mistakes
from pytest_agentgates.core.printable import counted, printable
from pytest_agentgates.core.selection import Choice, Sorted
from pytest_agentgates.errors import FAILED, PASSED
from pytest_agentgates.project import Project
from pytest_agentgates.rebase_task import rebase_task
from pytest_agentgates.select_tasks import find_task, with_filters
from pytest_agentgates.show_rules import rule_lines, rules_facts
from pytest_agentgates.show_task import task_facts, task_lines
from pytest_agentgates.triage_tasks import selection_rules, triage_tasks
from pytest_agentgates.widen_task import widen_task
from pytest_agentgates.wiring import open_store, wire_project


def list_command(filters: Mapping[str, Any], as_json: bool) -> int:
    """`agentgates tasks list`: one line per task."""
    all_tasks = wire_project(Path.cwd()).open_store().load()
    chosen = with_filters(all_tasks, filters)
    for mistake in dependency_mistakes(all_tasks):
        click.echo(f"agentgates: {printable(str(mistake))}", err=True)
    if as_json:
        _print_json([task_facts(task) for task in chosen])
        return PASSED
    width = max((len(task.id) for task in chosen), default=0)
    for task in chosen:
        click.echo(f"{task.id:<{width}}  {task.status.value:<11}  {task.layer:<23}  {printable(task.title)}")
    return PASSED


def board_command(filters: Mapping[str, Any], as_json: bool) -> int:
    """`agentgates tasks board`: a table that follows the store."""
    if as_json:
        return list_command(filters, as_json)
    from pytest_agentgates.board import show_board

    project = wire_project(Path.cwd())
    show_board(lambda: with_filters(project.open_store().load(), filters))
    return PASSED


def show_command(task_id: str, as_json: bool) -> int:
    """`agentgates tasks show`: one task with its history."""
    project = wire_project(Path.cwd())
    task = find_task(project.open_store().load(), task_id)
    click.echo(json.dumps(task_facts(task), indent=2) if as_json else task_lines(task))
    return PASSED


def select_command(layer: str, agent: str, as_json: bool) -> int:
    """`agentgates tasks select`: queue a layer's tasks."""
    project = wire_project(Path.cwd())
    selection = triage_tasks(project, layer, agent_name(project, agent))
    path = _relative(project, selection.path)
    if as_json:
        decisions = [_decision_facts(found) for found in selection.sorted]
        _print_json({"queue_file": path, "tasks": decisions, "queue": selection.queue})
        return PASSED
    for found in selection.sorted:
        click.echo(f"{found.choice.value:<9}  {found.task.id}  {printable(found.task.title)}")
        click.echo(f"           {_told(found)}")
    counts = ", ".join(f"{len(selection.of(choice))} {choice.value}" for choice in Choice)
    click.echo(f"{layer}: {counts}; queue: {path}")
    return PASSED


def rules_command(as_json: bool) -> int:
    """`agentgates tasks rules`: the words that `select` goes by."""
    facts = rules_facts(selection_rules(wire_project(Path.cwd()).config))
    if as_json:
        _print_json(facts)
    else:
        click.echo("\n".join(rule_lines(facts)))
    return PASSED


def next_command(agent: str, layer: str, claims: bool, as_json: bool) -> int:
    """`agentgates tasks next`: the task to work on; 1 where work must halt."""
    project = wire_project(Path.cwd())
    who = agent_name(project, agent) if claims else agent_called(agent or project.config.agent)
    found = claim_next(project, who, layer) if claims else choose_next(project, who, layer)
    _tell_problems(found.problems)
    _tell_notes(found.notes)
    if as_json:
        _print_json(_next_facts(found))
    else:
        _show_next(found)
    return FAILED if found.halts else PASSED


def claim_command(task_id: str, agent: str, as_json: bool) -> int:
    """`agentgates tasks claim`: take a task."""
    project = wire_project(Path.cwd())
    who = agent_name(project, agent)
    moved = claim_task(project, task_id, who)
    return _show_move(
        moved, f"{moved.task.id} is yours, {who}; when done: pytest --agent-task {quote(moved.task.id)}", as_json
    )


def release_command(task_id: str, agent: str, as_json: bool) -> int:
    """`agentgates tasks release`: give a task back."""
    project = wire_project(Path.cwd())
    moved = release_task(project, task_id, agent_name(project, agent))
    free = f"meant for {moved.task.owner}" if moved.task.owner else "free again"
    return _show_move(moved, f"{moved.task.id} is {moved.task.status.value} and {free}", as_json)


def reopen_command(task_id: str, agent: str, as_json: bool) -> int:
    """`agentgates tasks reopen`: bring a task back to work."""
    moved = reopen_task(wire_project(Path.cwd()), task_id, agent)
    told = f"{moved.task.id} is {moved.task.status.value} again, its attempts start anew"
    return _show_move(moved, told, as_json)


def widen_command(task_id: str, glob: str, reason: str, agent: str) -> int:
    """`agentgates tasks widen`: record a wider boundary."""
    task = widen_task(wire_project(Path.cwd()), task_id, glob, reason, agent)
    click.echo(f"{task.id} may change {printable(glob)} as well; the evidence counts it")
    return PASSED


def rebase_command(task_id: str, revision: str, reason: str, agent: str) -> int:
    """`agentgates tasks rebase`: record another base."""
    task = rebase_task(wire_project(Path.cwd()), task_id, revision, reason, agent)
    click.echo(f"{printable(task.id)}: changes are measured against {task.base[:12]} from now on")
    return PASSED


def copy_command(source: str, as_json: bool) -> int:
    """`agentgates tasks copy`: put the tasks of another store into the database."""
    project = wire_project(Path.cwd())
    config = replace(project.config, tasks=source)
    copied = copy_tasks(replace(project, config=config, open_store=lambda: open_store(config)), project)
    if as_json:
        _print_json({"added": list(copied.added), "kept": list(copied.kept)})
    else:
        click.echo(f"{counted(len(copied.added), 'task')} copied, {len(copied.kept)} there already")
    return PASSED


def preflight_command(as_json: bool) -> int:
    """`agentgates preflight`: 0 where work may begin, else 1."""
    readiness = check_readiness(wire_project(Path.cwd()))
    if as_json:
        _print_json(readiness_facts(readiness))
    else:
        _show_readiness(readiness)
    return PASSED if readiness.ready else FAILED


def _print_json(facts: object) -> None:
    click.echo(json.dumps(facts, indent=2))


def _relative(project: Project, path: Path) -> str:
    return path.relative_to(project.root).as_posix() if path.is_relative_to(project.root) else str(path)


def _decision_facts(found: Sorted) -> dict[str, object]:
    return {
        "task_id": found.task.id,
        "title": found.task.title,
        "outcome": found.choice.value,
        "layer": found.layer,
        "reason": found.reason,
        "words": list(found.words),
    }


def _told(found: Sorted) -> str:
    reason = printable(found.reason)
    if found.choice is Choice.REJECTED:
        return f"{reason}; it is now a task of {found.layer}"
    if found.choice is Choice.ESCALATED:
        return f"{reason}; rejected before, so a person must decide: agentgates tasks show {found.task.id}"
    return reason


def _next_facts(found: Next) -> dict[str, object]:
    return {
        "task": task_facts(found.task) if found.task else None,
        "halted": bool(found.halts),
        "halts": [{"reason": halt.reason, "tasks": list(halt.tasks), "fix": halt.fix} for halt in found.halts],
        "waiting": [{"task_id": task_id, "reason": reason} for task_id, reason in found.waiting],
    }


def _show_next(found: Next) -> None:
    for halt in found.halts:
        click.echo(f"halted: {printable(halt.reason)}\n  fix: {halt.fix}", err=True)
    if found.task:
        click.echo(f"{found.task.id}  {found.task.status.value}  {printable(found.task.title)}")
    elif not found.halts:
        click.echo("there is nothing to work on", err=True)
        for task_id, reason in found.waiting:
            click.echo(f"  {task_id} {printable(reason)}", err=True)


def _show_move(moved: Moved, told: str, as_json: bool) -> int:
    _tell_problems(moved.problems)
    _tell_notes(moved.notes)
    if as_json:
        _print_json(task_facts(moved.task))
    else:
        click.echo(printable(told))
    return PASSED


def _tell_problems(problems: Sequence[str]) -> None:
    for problem in problems:
        click.echo(f"agentgates: the queue was not brought up to date: {printable(problem)}", err=True)


def _tell_notes(notes: Sequence[str]) -> None:
    for note in notes:
        click.echo(f"agentgates: {printable(note)}", err=True)


def _show_readiness(readiness: Readiness) -> None:
    for check in readiness.checks:
        click.echo(f"{check.state.value:<8} {check.name:<12} {printable(check.message)}")
        if check.fix:
            click.echo(f"         fix: {printable(check.fix)}")
    problems = sum(check.state is State.PROBLEM for check in readiness.checks)
    click.echo("work may begin" if readiness.ready else f"{counted(problems, 'problem')} to mend before work begins")
