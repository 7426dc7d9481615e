"""`agentgates tasks ...` and `agentgates preflight`: arguments in, exit code out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _json(function: _Function) -> _Function:
    return click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")(function)


def _agent(function: _Function) -> _Function:
    return click.option("--agent", "--name", "agent", default="", metavar="NAME", help="Who acts.")(function)


def _filters(function: _Function) -> _Function:
    for name, help_text in (
        ("module", "Only tasks of this module."),
        ("agent", "Only tasks that this agent holds."),
        ("layer", "Only tasks of this layer."),
        ("status", "Only tasks with this status."),
    ):
        function = click.option(f"--{name}", default="", metavar=name.upper(), help=help_text)(function)
    return function


@click.group()
def tasks() -> None:
    """Select, claim, look at, release and reopen tasks."""


@tasks.command("list")
@_filters
@click.option("--ready", is_flag=True, help="Only open tasks whose dependencies are completed.")
@_json
def list_tasks(as_json: bool, **filters: Any) -> int:
    """List the tasks of the store."""
    from pytest_agentgates.task_commands import list_command

    return list_command(filters, as_json)


@tasks.command()
@_filters
@_json
def board(as_json: bool, **filters: Any) -> int:
    """Show the tasks as a table that follows their moves.

    It ends with Ctrl-C; where there is no terminal it is shown once.
    """
    from pytest_agentgates.task_commands import board_command

    return board_command(filters, as_json)


@tasks.command()
@click.argument("task_id", metavar="ID")
@_json
def show(task_id: str, as_json: bool) -> int:
    """Show one task with its history and what blocks it."""
    from pytest_agentgates.task_commands import show_command

    return show_command(task_id, as_json)


@tasks.command()
@click.option("--layer", required=True, metavar="LAYER", help="The layer whose tasks are selected.")
@_agent
@_json
def select(layer: str, agent: str, as_json: bool) -> int:
    """Queue the tasks of a layer by what they say.

    Those that belong to another layer are reclassified, or escalated to a person.
    """
    from pytest_agentgates.task_commands import select_command

    return select_command(layer, agent, as_json)


@tasks.command()
@_json
def rules(as_json: bool) -> int:
    """Print the words by which `select` tells layers apart.

    They are printed as TOML that can go into the configuration.
    """
    from pytest_agentgates.task_commands import rules_command

    return rules_command(as_json)


@tasks.command("next")
@_agent
@click.option("--layer", default="", metavar="LAYER", help="Only tasks of this layer.")
@click.option("--claim", "claims", is_flag=True, help="Claim it at once.")
@_json
def next_task(agent: str, layer: str, claims: bool, as_json: bool) -> int:
    """Name the task to work on next.

    Exits with 1 where the work must halt, and says why.
    """
    from pytest_agentgates.task_commands import next_command

    return next_command(agent, layer, claims, as_json)


@tasks.command()
@click.argument("task_id", metavar="ID")
@_agent
@_json
def claim(task_id: str, agent: str, as_json: bool) -> int:
    """Take a task; refused where another agent holds it."""
    from pytest_agentgates.task_commands import claim_command

    return claim_command(task_id, agent, as_json)


@tasks.command()
@click.argument("task_id", metavar="ID")
@_agent
@_json
def release(task_id: str, agent: str, as_json: bool) -> int:
    """Give a task back; its base and its failed attempts stay."""
    from pytest_agentgates.task_commands import release_command

    return release_command(task_id, agent, as_json)


@tasks.command()
@click.argument("task_id", metavar="ID")
@_agent
@_json
def reopen(task_id: str, agent: str, as_json: bool) -> int:
    """Bring a task back to work; its attempts start anew.

    It must be blocked, failed, completed or escalated.
    """
    from pytest_agentgates.task_commands import reopen_command

    return reopen_command(task_id, agent, as_json)


@tasks.command()
@click.argument("task_id", metavar="ID")
@click.argument("glob")
@click.option("--reason", default="", metavar="TEXT", help="Why it belongs to the task.")
@_agent
def widen(task_id: str, glob: str, reason: str, agent: str) -> int:
    """Let a task change what GLOB fits, too.

    It is recorded with its reason, logged, and counted in the evidence.
    """
    from pytest_agentgates.task_commands import widen_command

    return widen_command(task_id, glob, reason, agent)


@tasks.command()
@click.argument("task_id", metavar="ID")
@click.argument("revision", metavar="REV")
@click.option("--reason", default="", metavar="TEXT", help="Why the base moves.")
@_agent
def rebase(task_id: str, revision: str, reason: str, agent: str) -> int:
    """Measure a task's changes against REV from now on.

    It is recorded with its reason, and logged.
    """
    from pytest_agentgates.task_commands import rebase_command

    return rebase_command(task_id, revision, reason, agent)


@tasks.command()
@click.argument("source")
@_json
def copy(source: str, as_json: bool) -> int:
    """Copy tasks with their log into the configured database.

    SOURCE is the path or the URL of the store that holds them.
    """
    from pytest_agentgates.task_commands import copy_command

    return copy_command(source, as_json)


@tasks.command()
@click.argument("task_id", metavar="ID")
@click.option("--tier", type=int, default=0, help="1 small, 2 outside the scope, 3 a new feature or architecture.")
@click.option("--what", default="", metavar="TEXT", help="What the work leads to that was not asked for.")
@click.option("--resolve", is_flag=True, help="Settle what is open, with --reason.")
@click.option("--reason", default="", metavar="TEXT", help="What was decided.")
@_agent
@_json
def drift(task_id: str, agent: str, as_json: bool, **options: Any) -> int:
    """Record a drift from what was asked, or that it is settled."""
    from pytest_agentgates.drift_command import drift_command

    told, resolution = (options["tier"], options["what"]), (options["resolve"], options["reason"])
    return drift_command(task_id, told, resolution, agent, as_json)


@click.command()
@_json
def preflight(as_json: bool) -> int:
    """Say whether work may begin here; mend what is safe to mend."""
    from pytest_agentgates.task_commands import preflight_command

    return preflight_command(as_json)
