"""What `agentgates report` does: wire, call one use case, write its result."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import click

from pytest_agentgates.core.printable import printable
from pytest_agentgates.errors import FAILED, PASSED, UsageError
from pytest_agentgates.project import Project
from pytest_agentgates.recorded_runs import RUNS
from pytest_agentgates.report_completion import report_completion
from pytest_agentgates.reports import REPORTS
from pytest_agentgates.safe_write import replace_file
from pytest_agentgates.store_location import files_of
from pytest_agentgates.survey_project import project_files
from pytest_agentgates.wiring import wire_project


def report_command(options: Mapping[str, Any]) -> int:
    """`agentgates report`: 0 where every completed task is proved by the records, else 1."""
    form = "json" if options["as_json"] else options["form"]
    if form not in REPORTS:
        raise UsageError(f"there is no format {form!r}", fix=f"the formats are: {', '.join(REPORTS)}")
    project = wire_project(Path.cwd())
    report = report_completion(project, options["task_id"])
    _write(project, REPORTS[form](report), options["output"])
    return PASSED if report.holds else FAILED


def _write(project: Project, text: str, output: str) -> None:
    if not output:
        click.echo(text, nl=False)
        return
    path = Path(os.path.abspath(output))
    _check_place(project, path, output)
    replace_file(path, text.encode("utf-8", "replace"))
    if _inside(project, path) in project_files(project):
        hint = f"so evidence no longer fits; write it below {project.config.evidence}, or to a file that is ignored"
        click.echo(f"agentgates: {printable(output)} is a file of the project now, {hint}", err=True)


def _check_place(project: Project, path: Path, output: str) -> None:
    """Raise UsageError where the report would take the place of what it tells of."""
    config = project.config
    kept = (*files_of(config.tasks, project.root), config.source)
    inside = _inside(project, Path(os.path.realpath(path)))
    records = PurePosixPath(config.evidence)
    is_record = inside in kept or inside in {str(records / writer.file_name) for writer in project.writers}
    if is_record or PurePosixPath(inside).is_relative_to(records / RUNS):
        raise UsageError("is a record or the configuration, which a report never replaces", output, "name another file")


def _inside(project: Project, path: Path) -> str:
    return os.path.relpath(path, os.path.realpath(project.root)).replace(os.sep, "/")
