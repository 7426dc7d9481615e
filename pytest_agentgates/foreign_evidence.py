"""Evidence that this tool did not write: what it claims, and what it lacks to be checked, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pytest_agentgates.schemas import schema_text
from pytest_agentgates.validate import mistakes_of

_MOST = 5
# What a reader needs, by the path of the field, and what cannot be told without it.
_NEEDED = {
    "run_id": "nothing tells the run",
    "tasks": "nothing tells which tasks were judged",
    "git.commit": "it cannot be placed in time",
    "git.base": "nothing tells what the changes were measured against",
    "git.files_digest": "nothing ties it to the files here",
    "config_digest": "nothing tells by which configuration it was judged",
    "tool_digest": "nothing tells which tool judged",
    "overall_status": "it gives no verdict",
    "complete": "nothing tells whether something was left out",
    "summary": "there are no counts to compare",
    "tests": "no tests are counted",
    "gates": "no gate is named",
    "artifacts": "no report is named that could be compared",
}
_OF_GATES = {
    "name": "nothing tells the gate",
    "status": "it gives no result",
    "blocking": "nothing tells whether it decides",
    "findings": "nothing tells what was found",
}


def why_foreign(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Every reason why a file is no evidence of this tool, whatever it claims; empty for one that is."""
    if "schema_version" in document and "run_id" in document:
        mistakes = mistakes_of(document, json.loads(schema_text("quality_gates_run")))
        return tuple(f"it breaks the schema of evidence: {one.where}: {one.what}" for one in mistakes[:_MOST])
    what = f"it was not written by this tool and cannot be checked: it holds {_shape(document)}"
    return (what, *_missing(document), *_missing_of_gates(document.get("gates")))


def _shape(document: Mapping[str, Any]) -> str:
    gates, summary = document.get("gates"), document.get("summary")
    if isinstance(gates, dict):
        claim = summary.get("overall") if isinstance(summary, dict) else "nothing"
        return f"a map of {len(gates)} gates that claims {claim}"
    if isinstance(gates, list):
        return f"a list of {len(gates)} gates that claims {document.get('overall_status')}"
    return f"no gates at all, and claims {document.get('status')}" if document else "nothing that can be read"


def _missing(document: Mapping[str, Any]) -> Iterator[str]:
    for path, without in _NEEDED.items() if document else ():
        node: Any = document
        for key in path.split("."):
            node = node.get(key) if isinstance(node, dict) else None
        if node is None or node == "":
            yield f"it lacks {path}: {without}"


def _missing_of_gates(gates: object) -> Iterator[str]:
    """What is missing in each gate, told once with the gates it is missing in."""
    named: Iterator[tuple[str, Any]] = iter(())
    if isinstance(gates, dict):
        named = ((str(name), {"name": name, **gate} if isinstance(gate, dict) else {}) for name, gate in gates.items())
    elif isinstance(gates, list):
        named = ((_name(gate, index), gate) for index, gate in enumerate(gates))
    every = list(named)
    for field, without in _OF_GATES.items():
        bare = [name for name, gate in every if not isinstance(gate, dict) or gate.get(field) is None]
        if bare:
            names = ", ".join(bare[:_MOST]) + (", ..." if len(bare) > _MOST else "")
            yield f"it lacks gates[].{field}: {without} ({names})"


def _name(gate: object, index: int) -> str:
    name = gate.get("name") if isinstance(gate, dict) else None
    return str(name) if name else f"gates[{index}]"
