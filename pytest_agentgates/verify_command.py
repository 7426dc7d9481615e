"""What `agentgates verify` does: wire, call the use case, show its result."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pytest_agentgates.core.printable import printable
from pytest_agentgates.terminal import Terminal
from pytest_agentgates.verify_evidence import verify_evidence
from pytest_agentgates.wiring import wire_project


def verify_command(task_id: str, rerun: bool, as_json: bool) -> int:
    """Say whether the evidence holds; returns the exit code."""
    project = wire_project(Path.cwd())
    found = verify_evidence(project, task_id, rerun, Terminal(to_stderr=as_json))
    words = {0: "holds", 1: "does not hold", 3: "cannot be told"}[found.exit_code]
    if as_json:
        facts = {"evidence": found.evidence, "result": words, "broken": found.broken, "unknown": found.unknown}
        click.echo(json.dumps(facts, indent=2))
        return found.exit_code
    for reason in (*found.broken, *found.unknown):
        click.echo(f"{found.evidence}: {printable(reason)}")
    click.echo(f"verify: {words}")
    return found.exit_code
