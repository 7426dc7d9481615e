"""`agentgates tasks drift`: wire, record or resolve, show the result."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pytest_agentgates.core.printable import printable
from pytest_agentgates.core.work_halts import drift_of, is_open_drift
from pytest_agentgates.errors import PASSED, UsageError
from pytest_agentgates.record_drift import record_drift, resolve_drift
from pytest_agentgates.show_task import task_facts
from pytest_agentgates.wiring import wire_project


def drift_command(task_id: str, told: tuple[int, str], resolution: tuple[bool, str], agent: str, as_json: bool) -> int:
    """Record a drift (`told`: tier and what), or resolve those that are open (`resolution`: whether, and how)."""
    (tier, what), (resolves, reason) = told, resolution
    if resolves and (tier or what):
        raise UsageError("a drift is recorded or resolved, not both", fix="leave out --resolve, or --tier and --what")
    project = wire_project(Path.cwd())
    if resolves:
        task = resolve_drift(project, task_id, reason, agent)
        said = f"the drift of {task.id} is settled"
    else:
        task = record_drift(project, task_id, tier, what, agent)
        halted = any(is_open_drift(entry) for entry in drift_of(task))
        said = f"recorded; {'the work halts until a person decides' if halted else 'the work goes on'}"
    click.echo(json.dumps(task_facts(task), indent=2) if as_json else printable(said))
    return PASSED
