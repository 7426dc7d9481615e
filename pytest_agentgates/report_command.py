"""What `agentgates report` does: wire, call one use case, write its result."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import click

from pytest_agentgates.core.handover import Handover, handover_facts
from pytest_agentgates.core.printable import printable
from pytest_agentgates.errors import CANNOT_JUDGE, FAILED, PASSED, UsageError
from pytest_agentgates.evolution_log import evolution_place
from pytest_agentgates.hand_over_task import hand_over_task
from pytest_agentgates.project import Project
from pytest_agentgates.queue_file import queue_place
from pytest_agentgates.recorded_runs import RUNS
from pytest_agentgates.redact import cleaned
from pytest_agentgates.render_json import render_json
from pytest_agentgates.report_completion import report_completion
from pytest_agentgates.reports import REPORTS
from pytest_agentgates.safe_write import replace_file
from pytest_agentgates.store_location import files_of
from pytest_agentgates.survey_project import project_files
from pytest_agentgates.terminal import Terminal
from pytest_agentgates.wiring import wire_project

_HANDOVER = "handover"


def report_command(options: Mapping[str, Any]) -> int:
    """`agentgates report`: 0 where every completed task is proved by the records, else 1."""
    form = "json" if options["as_json"] and options["form"] != _HANDOVER else options["form"]
    _check_options(form, options)
    project = wire_project(Path.cwd())
    if options["output"]:
        _check_place(project, options["output"])
    if form == _HANDOVER:
        handover = hand_over_task(project, options["task_id"], options["base"], Terminal(to_stderr=True))
        facts = handover_facts(cleaned(handover, project.root, os.environ))
        _write(project, render_json(facts), options["output"])
        return _code_of(handover)
    report = cleaned(report_completion(project, options["task_id"]), project.root, os.environ)
    _write(project, REPORTS[form](report), options["output"])
    return PASSED if report.holds else FAILED


def _check_options(form: str, options: Mapping[str, Any]) -> None:
    if form not in (*REPORTS, _HANDOVER):
        raise UsageError(f"there is no format {form!r}", fix=f"the formats are: {', '.join((*REPORTS, _HANDOVER))}")
    if form == _HANDOVER and not options["task_id"]:
        raise UsageError("a hand-over is of one task", fix="name it: agentgates report ID --format handover")
    if form != _HANDOVER and options["base"]:
        raise UsageError("--base is for the hand-over of a task", fix="leave it out, or add --format handover")


def _code_of(handover: Handover) -> int:
    """0 where evidence holds for these files, 1 where it does not, 3 where there is no base to compare with."""
    if handover.files is None:
        return CANNOT_JUDGE
    return PASSED if handover.verified.evidence else FAILED


def _write(project: Project, text: str, output: str) -> None:
    if not output:
        click.echo(text, nl=False)
        return
    path = Path(os.path.abspath(output))
    replace_file(path, text.encode("utf-8", "replace"))
    if _inside(project, path) in project_files(project):
        hint = f"so evidence no longer fits; write it below {project.config.evidence}, or to a file that is ignored"
        click.echo(f"agentgates: {printable(output)} is a file of the project now, {hint}", err=True)


def _check_place(project: Project, output: str) -> None:
    """Raise UsageError where the report would take the place of what it tells of."""
    config = project.config
    records = PurePosixPath(config.evidence)
    of_tasks = (*files_of(config.tasks, project.root), queue_place(config.tasks), evolution_place(config.evidence))
    of_evidence = (*(str(records / writer.file_name) for writer in project.writers), str(records / RUNS))
    kept = (*of_tasks, *of_evidence, config.source, config.baseline)
    inside = PurePosixPath(_inside(project, Path(os.path.realpath(output))))
    if any(inside.is_relative_to(place) for place in kept if place):
        raise UsageError("is a record or the configuration, which a report never replaces", output, "name another file")


def _inside(project: Project, path: Path) -> str:
    return os.path.relpath(path, os.path.realpath(project.root)).replace(os.sep, "/")
