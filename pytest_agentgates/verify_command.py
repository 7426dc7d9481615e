"""What `agentgates verify` does: wire, call the use case, show its result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from pytest_agentgates.core.printable import printable
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.project import Project
from pytest_agentgates.protected_branch import changed_settings, loosened
from pytest_agentgates.terminal import Terminal
from pytest_agentgates.verify_evidence import LEVELS, VERIFIED, Reason, Verification, VerifyRequest, verify_evidence
from pytest_agentgates.wiring import wire_project

_WORDS = {0: "holds", 1: "does not hold", 3: "cannot be told"}
_ASSURED = {
    "in_place": "judged in place",
    "clean": "judged in a clean tree",
    "verified": "judged anew in a clean tree, against the protected branch and by its configuration",
}


def verify_command(options: Mapping[str, Any]) -> int:
    """Say whether the evidence holds; returns the exit code."""
    project = wire_project(Path.cwd(), revision=options["configuration_from"])
    request = VerifyRequest(options["task_id"], options["rerun"], options["base"], options["allow_empty"])
    broken, notes = _of_configuration(project, options["configuration_from"], options["base"])
    request = replace(request, rerun=request.rerun and not broken)
    found = verify_evidence(project, request, Terminal(to_stderr=options["as_json"]))
    found = replace(found, broken=(*broken, *found.broken), notes=(*notes, *found.notes))
    found = replace(found, assurance="" if broken else found.assurance)
    found = _at_least(found, options["at_least"] or _expected(options))
    if options["as_json"]:
        click.echo(json.dumps({"result": _WORDS[found.exit_code], **asdict(found)}, indent=2))
    else:
        _show(found)
    return found.exit_code


def _expected(options: Mapping[str, Any]) -> str:
    """The assurance that a verification by the protected branch is asked for."""
    return VERIFIED if options["rerun"] and options["base"] and options["configuration_from"] else LEVELS[0]


def _at_least(found: Verification, level: str) -> Verification:
    """What falls short of the assurance that was asked for cannot be told; nothing to verify falls short of nothing."""
    if not found.assurance or LEVELS.index(found.assurance) >= LEVELS.index(level):
        return found
    message = f"it is {_ASSURED[found.assurance]}, and not {level} as it should be"
    return replace(found, unknown=(*found.unknown, Reason(found.evidence[0], message)))


def _of_configuration(project: Project, revision: str, base: str) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Where the configuration on disk asks for less than it did, and where it is another than that of the revision."""
    if not revision:
        return (), ()
    try:
        here = wire_project(project.root)
    except AgentGatesError as error:
        return (Reason(project.config.source, f"the configuration on disk cannot be read: {error}"),), ()
    broken = tuple(Reason(loss.path, f"{loss.message} ({base or revision})") for loss in loosened(project, here, base))
    changed = changed_settings(project)
    message = f"these settings are others than in {revision}, which counts: {', '.join(changed)}"
    return broken, (Reason(project.config.source, message),) if changed else ()


def _show(found: Verification) -> None:
    for reason in (*found.broken, *found.unknown):
        click.echo(f"{printable(reason.path)}: {printable(reason.message)}")
    for note in found.notes:
        click.echo(f"note: {printable(note.path)}: {printable(note.message)}")
    tasks = f" for {', '.join(map(printable, found.tasks))}" if found.tasks else ""
    assured = f", {_ASSURED[found.assurance]} (assurance: {found.assurance})" if found.assurance else ""
    click.echo(f"verify: {_WORDS[found.exit_code]}{tasks}{assured}")
