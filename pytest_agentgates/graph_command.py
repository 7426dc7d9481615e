"""What `agentgates check --graph` does beside the check: draw the layers that a gate judged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from pytest_agentgates.core.layer_picture import DrawsLayers
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.draw_layers import DRAWINGS
from pytest_agentgates.errors import AgentGatesError, UsageError
from pytest_agentgates.project import Project
from pytest_agentgates.safe_write import replace_file
from pytest_agentgates.workspace import ProjectWorkspace


def drawing_gate(project: Project, form: str, names: Sequence[str]) -> DrawsLayers:
    """The gate whose layers are to be drawn; raises UsageError where there is none, or more than one."""
    if form not in DRAWINGS:
        raise UsageError(f"there is no drawing {form!r}", fix=f"the drawings are: {', '.join(DRAWINGS)}")
    gates = [configured.gate for configured in project.gates if not names or configured.gate.name in names]
    drawing = [gate for gate in gates if isinstance(gate, DrawsLayers)]
    if len(drawing) != 1:
        problem = "several gates can be drawn" if drawing else "no gate is on that can be drawn"
        raise UsageError(problem, fix="name one: --gate hexagon, or --gate layers")
    return drawing[0]


def show_drawing(
    gate: DrawsLayers, workspace: ProjectWorkspace, results: Sequence[GateResult], form: str, output: str
) -> None:
    """Write the drawing to a file, or to standard output; raises AgentGatesError where the gate could not judge."""
    name = getattr(gate, "name", "")
    if any(result.name == name and result.status is GateStatus.ERROR for result in results):
        raise AgentGatesError(f"{name} could not judge, so nothing was drawn", fix="mend what it reports above")
    text = DRAWINGS[form](gate.picture(workspace))
    if output:
        replace_file(Path(output).absolute(), text.encode("utf-8", "replace"))
    else:
        click.echo(text, nl=False)
