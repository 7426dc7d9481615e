"""What each command of `agentgates` does: wire, call one use case, show its result."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from pytest_agentgates.check_tree import NOTHING_JUDGED, check_beside, check_tree, limit_paths
from pytest_agentgates.collector_pause import without_collector
from pytest_agentgates.config_file import find_root
from pytest_agentgates.config_schema import config_schema
from pytest_agentgates.core.ports import EvidenceWriter
from pytest_agentgates.core.printable import counted, printable
from pytest_agentgates.core.record import RunRecord, TaskOutcome, worst_exit_code
from pytest_agentgates.core.verdict import GateResult, Verdict
from pytest_agentgates.errors import PASSED, AgentGatesError, UsageError
from pytest_agentgates.gate_result_json import encode_result
from pytest_agentgates.graph_command import drawing_gate, show_drawing
from pytest_agentgates.project import Project
from pytest_agentgates.redact import cleaned
from pytest_agentgates.run_stages import RunRequest
from pytest_agentgates.schemas import schema_text
from pytest_agentgates.select_tasks import resolve_ids
from pytest_agentgates.source.tree import digest_files
from pytest_agentgates.survey_project import survey_project
from pytest_agentgates.terminal import Terminal
from pytest_agentgates.watch_lifeline import watch_lifeline
from pytest_agentgates.wiring import find_format, offered_gates, wire_project
from pytest_agentgates.workspace import ProjectWorkspace
from pytest_agentgates.write_baseline import write_baseline

if TYPE_CHECKING:  # what a check never needs is imported by what does
    from pytest_agentgates.check_task import JudgedRun

_QUIET = ("-q", "-qq", "--quiet")
_SCHEMAS = {
    **{
        name: name
        for name in ("quality_gates_run", "test_failures", "completion_report", "handover", "criteria_result")
    },
    "test_report": "ctrf",
}


def stop_on_sigterm() -> None:
    """Let a polite end by SIGTERM clean up as Ctrl-C does."""
    signal.signal(signal.SIGTERM, _stop)


def run_command(ids: Sequence[str], pytest_args: Sequence[str], options: Mapping[str, Any]) -> int:
    """`agentgates run`: judge tasks; returns the exit code."""
    stop_on_sigterm()
    project = wire_project(Path.cwd())
    named = (*options["tasks"], *ids) or ("auto",)
    request = RunRequest(
        tasks=resolve_ids(named, project) if "auto" in named else named,
        cwd=Path.cwd(),
        pytest_args=tuple(pytest_args),
        agent=options["agent"],
        base=options["base"],
        in_place=options["in_place"],
        trigger="pytest --agent-task" if options["tasks"] else "agentgates run",
        update=not options["no_update"],
        cwd_on_path=options["cwd_on_path"],
        output_to_stderr=options["as_json"],
    )
    terminal = Terminal(quiet=any(word in _QUIET for word in pytest_args), to_stderr=options["as_json"])
    from pytest_agentgates.check_task import check_task

    judged = check_task(project, request, terminal)
    _show_run(terminal, project, judged)
    if options["as_json"]:
        _print(find_format("json"), judged.record)
    return worst_exit_code(judged.record)


def check_command(paths: Sequence[str], options: Mapping[str, Any]) -> int:
    """`agentgates check`: judge the files; returns the exit code."""
    if options["stream"]:
        return _stream(options)
    stop_on_sigterm()
    project = wire_project(Path.cwd(), options["gates"])
    form = "json" if options["as_json"] else options["form"]
    writer = None if form == "text" else find_format(form)
    workspace = survey_project(project, base=options["base"])
    limited = limit_paths(workspace, Path.cwd(), paths, options["changed"])
    drawn = drawing_gate(project, options["graph"], options["gates"]) if options["graph"] else None
    if drawn and writer:
        raise UsageError("--graph and another format cannot both be shown", fix="leave one out")
    if options["output"] and not drawn:
        raise UsageError("--output needs a drawing", fix="add --graph svg, mermaid or dot")
    terminal = Terminal(to_stderr=writer is not None or drawn is not None)
    if options["write_baseline"]:
        recorded = write_baseline(project, limited, options["gates"], terminal.gate)
        terminal.text(f"{project.config.baseline}: {counted(recorded, 'finding')} recorded")
        return PASSED
    started = project.clock.now()
    with without_collector():
        results, verdict = check_tree(project, limited, options["gates"], terminal.gate)
    if writer is None:
        terminal.findings(cleaned(results, project.root, os.environ))
        terminal.check_verdict(verdict)
    else:
        _print(writer, _check_record(project, limited, results, verdict, started))
        if NOTHING_JUDGED in verdict.reasons:
            terminal.text(NOTHING_JUDGED)
    if drawn:
        show_drawing(drawn, limited, results, options["graph"], options["output"])
    return verdict.exit_code


def _check_record(
    project: Project,
    workspace: ProjectWorkspace,
    results: Sequence[GateResult],
    verdict: Verdict,
    started: datetime,
) -> RunRecord:
    """What a check found, as a run without a task."""
    from pytest_agentgates.describe_run import describe_run, new_run_id

    digests = digest_files(project.root, workspace.files)
    record = describe_run(project, workspace, digests, results, (TaskOutcome("", verdict),))
    record = replace(record, run_id=new_run_id(started), run_at=started, trigger="agentgates check")
    return cleaned(record, project.root, os.environ)


def schema_command(name: str) -> int:
    """`agentgates schema`: print a JSON Schema."""
    if name == "config":
        click.echo(json.dumps(config_schema(offered_gates(find_root(Path.cwd())[0])), indent=2))
    elif name in _SCHEMAS:
        click.echo(schema_text(_SCHEMAS[name]))
    else:
        raise UsageError(f"there is no schema {name!r}", fix=f"the schemas are: config, {', '.join(_SCHEMAS)}")
    return PASSED


def _stream(options: Mapping[str, Any]) -> int:
    """The checker beside a run: one line of JSON per result, and its problem as the last line."""
    watch_lifeline()
    try:
        project = wire_project(Path(options["root"]), revision=options["configuration_from"])
        all_tasks = project.open_store().load()
        workspace = survey_project(project, all_tasks, options["agent"], options["base"])
        chosen = [task for task in all_tasks if task.id in options["tasks"]]
        check_beside(project, workspace, chosen, lambda result: _write_line(encode_result(result)))
    except AgentGatesError as error:
        _write_line({"problem": str(error)})
        return error.exit_code
    return PASSED


def _write_line(facts: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def _show_run(terminal: Terminal, project: Project, judged: JudgedRun) -> None:
    record = judged.record
    terminal.findings(record.gates)
    for outcome in record.outcomes:
        terminal.outcome(outcome, project.config.max_attempts)
    for problem in judged.queue_problems:
        terminal.text(f"the queue was not brought up to date: {printable(problem)}")
    terminal.closing(record, judged.evidence)


def _print(writer: EvidenceWriter, record: RunRecord) -> None:
    click.echo(writer.render(record), nl=False)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
