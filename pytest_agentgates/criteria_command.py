"""What `agentgates criteria` does: wire, call one use case, show its result."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from pytest_agentgates.command_fence import FenceOptions
from pytest_agentgates.core.criterion_proof import (
    CriteriaResult,
    Proof,
    ProofState,
    mistake_facts,
    next_steps,
    result_facts,
)
from pytest_agentgates.core.printable import one_line, printable
from pytest_agentgates.errors import PASSED, AgentGatesError, UsageError
from pytest_agentgates.gates.criteria_met import CriteriaMet
from pytest_agentgates.project import Project
from pytest_agentgates.redact import cleaned
from pytest_agentgates.render_json import render_json
from pytest_agentgates.wiring import wire_project
from pytest_agentgates.work_criteria import CriteriaRequest, work_criteria

_GATE = "criteria_met"


def criteria_command(options: Mapping[str, Any]) -> int:
    """`agentgates criteria`: 0 where all that was looked at is proved, 1 where a command failed, 3 for the rest."""
    # A polite end cleans up as Ctrl-C does, so that no command outlives us.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if not options["as_json"]:
        return _work(options)
    try:
        return _work(options)
    except AgentGatesError as error:
        click.echo(f"agentgates: {printable(str(error))}", err=True)
        fixes = [mistake.fix for mistake in error.mistakes if mistake.fix]
        said = "; ".join(f"{one.where}: {one.what}" if one.where else one.what for one in error.mistakes)
        kind = "usage" if isinstance(error, UsageError) else "could_not_judge"
        click.echo(render_json(cleaned(mistake_facts(kind, said, fixes), Path.cwd(), os.environ)), nl=False)
        return error.exit_code


def _work(options: Mapping[str, Any]) -> int:
    project = wire_project(Path.cwd(), (_GATE,))
    fence_options = _fence_options(project)
    if options["rules"]:
        click.echo("\n".join(fence_options.rules.refused))
        return PASSED
    result = work_criteria(project, _request(options), fence_options)
    if options["as_json"]:
        click.echo(render_json(cleaned(result_facts(result), project.root, os.environ)), nl=False)
    else:
        shown = cleaned(tuple(_lines(result)), project.root, os.environ)
        click.echo(printable("\n".join(shown)))
    return result.exit_code


def _request(options: Mapping[str, Any]) -> CriteriaRequest:
    if not options["task_id"]:
        raise UsageError("no task is named", fix="name one: agentgates criteria ID")
    return CriteriaRequest(
        task_id=options["task_id"],
        numbers=_numbers(options["criteria"]),
        dry_run=options["dry_run"],
        stage=options["stage"],
        commit=options["commit"],
        agent=options["agent"],
    )


def _numbers(listed: str) -> tuple[int, ...]:
    if listed and not re.fullmatch(r"\s*\d{1,6}(\s*,\s*\d{1,6})*\s*", listed):
        raise UsageError(f"--criteria {listed!r} is no list of numbers", fix="write them like this: --criteria 2,4")
    return tuple(map(int, listed.split(","))) if listed else ()


def _fence_options(project: Project) -> FenceOptions:
    gates = (configured.gate for configured in project.gates if configured.gate.name == _GATE)
    return next(gate.fence_options for gate in gates if isinstance(gate, CriteriaMet))


def _lines(result: CriteriaResult) -> Iterator[str]:
    judged = {proof.criterion.number: proof for proof in result.proofs}
    yield f"{result.task.id} ({result.kind}): {one_line(result.task.title)}"
    for criterion in result.criteria:
        proof = judged.get(criterion.number)
        yield f"  {_word(result, proof, criterion.done):<10}  {criterion.number}  {one_line(criterion.text)}"
        if proof and proof.state is not ProofState.MET:
            yield f"              {proof.reason}"
            yield from (f"              {line}" for line in proof.output.splitlines())
            yield f"              fix: {proof.fix}"
    done = sum(criterion.done for criterion in result.criteria)
    yield f"{done} of {len(result.criteria)} criteria are ticked; {result.status}"
    if result.commit:
        yield f"committed {result.commit[:12]}: {', '.join(result.staged)}"
    elif result.staged:
        yield f"staged: {', '.join(result.staged)}"
    last = "".join(next_steps(result)[-1:])
    yield f"next: {f'see to what is not met, {last}' if last.startswith('then: ') else last}"


def _word(result: CriteriaResult, proof: Proof | None, done: bool) -> str:
    if proof is None:
        return "ticked" if done else "-"
    return "would run" if result.dry_run and proof.state is ProofState.MET else proof.state.value
