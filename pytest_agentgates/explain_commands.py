"""What `agentgates explain` and `agentgates gates` do: show what gates promise and what their rules mean."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from pytest_agentgates.config_file import find_root
from pytest_agentgates.core.finding import Rule
from pytest_agentgates.core.printable import printable
from pytest_agentgates.errors import PASSED, UsageError
from pytest_agentgates.project import Project
from pytest_agentgates.rule_pages import section_of
from pytest_agentgates.terminal import Terminal
from pytest_agentgates.validate import nearest
from pytest_agentgates.wiring import offered_gates, wire_project


def explain_command(code: str, as_json: bool) -> int:
    """`agentgates explain`: the section of one rule; raises UsageError with the nearest code."""
    offered = offered_gates(find_root(Path.cwd())[0])
    rules = {rule.code: (name, rule) for name, kind in offered.items() for rule in _rules_of(kind)}
    wanted = code.upper()
    if wanted not in rules:
        raise UsageError(f"there is no rule {code!r}", fix=_nearest(wanted, set(rules)))
    gate, rule = rules[wanted]
    text = section_of(wanted) or f"### {rule.code} {rule.summary}"
    if as_json:
        click.echo(json.dumps({**_rule_facts(rule), "gate": gate, "text": text}, indent=2))
    else:
        Terminal().markdown(text)
    return PASSED


def gates_command(as_json: bool) -> int:
    """`agentgates gates`: every gate that is offered, what it promises, and whether it is on here."""
    facts = list(_gates(wire_project(Path.cwd())))
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return PASSED
    width = max(len(gate["name"]) for gate in facts)
    for gate in facts:
        click.echo(f"{'on ' if gate['on'] else 'off'}  {printable(gate['name']):<{width}}  {printable(gate['holds'])}")
        if gate["rules"]:
            click.echo(f"{'':<{width + 7}}{' '.join(rule['code'] for rule in gate['rules'])}")
    return PASSED


def _nearest(code: str, known: set[str]) -> str:
    found = nearest(code, known)
    return f"did you mean {found}?" if found else "agentgates gates lists the rules; other codes are those of a tool"


def _gates(project: Project) -> Iterator[dict[str, Any]]:
    """The gates that are on, in the order in which they are judged, then those that are not."""
    offered = offered_gates(project.root)
    on = {configured.gate.name: configured for configured in project.gates}
    for name, configured in on.items():
        facts = _gate_facts(name, type(configured.gate))
        yield {**facts, "on": True, "blocking": configured.blocking, "layers": list(configured.layers)}
    for name, kind in offered.items():
        if name not in on:
            yield {**_gate_facts(name, kind), "on": False}


def _gate_facts(name: str, kind: Any) -> dict[str, Any]:
    holds = (inspect.getdoc(kind) or "").partition("\n\n")[0].replace("\n", " ")
    stage = str(kind.stage.value)
    return {"name": name, "holds": holds, "stage": stage, "rules": [_rule_facts(rule) for rule in _rules_of(kind)]}


def _rule_facts(rule: Rule) -> dict[str, str]:
    return {"code": rule.code, "summary": rule.summary, "severity": rule.severity.value}


def _rules_of(kind: Any) -> tuple[Rule, ...]:
    """A class attribute of every gate, which the port shows as a property."""
    return tuple(kind.rules)
