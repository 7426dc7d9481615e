"""What `agentgates doctor` does: wire, examine, mend where asked, show what was found."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from pytest_agentgates.config_file import FILES, find_root
from pytest_agentgates.core.printable import counted, printable
from pytest_agentgates.core.task import Task
from pytest_agentgates.errors import CANNOT_JUDGE, FAILED, PASSED
from pytest_agentgates.examine_project import Examination, Examined, facts_of
from pytest_agentgates.mend_project import mend_project
from pytest_agentgates.project import Project
from pytest_agentgates.run_git import Git
from pytest_agentgates.source.tree import list_files, walk_files
from pytest_agentgates.store_location import is_database, shown_location
from pytest_agentgates.stores import STORES
from pytest_agentgates.task_log import read_task_log
from pytest_agentgates.wiring import wire_project


def doctor_command(fix: bool, as_json: bool) -> int:
    """Say whether everything that speaks of tasks agrees; returns the exit code."""
    project = wire_project(Path.cwd())
    mended = mend_project(project) if fix else ()
    examined = replace(_examination(project).run(), mended=mended)
    if as_json:
        click.echo(json.dumps(facts_of(examined), indent=2))
    else:
        _show(examined)
    if examined.findings:
        return FAILED
    return PASSED if examined.lists or examined.evidence else CANNOT_JUDGE


def _examination(project: Project) -> Examination:
    place = shown_location(project.config.tasks)
    files, git = _files(project), Git(project.root, project.tools)

    def load(path: str) -> Sequence[Task] | None:
        return project.open_store().load() if path == place else _tasks_in(project.root, path)

    own_log = partial(read_task_log, project) if is_database(project.config.tasks) else None
    return Examination(project.root, files, place, git, load, project.config, _commands(), own_log)


def _commands() -> Collection[str]:
    """The commands that this tool has."""
    group = click.get_current_context().find_root().command
    return tuple(group.commands) if isinstance(group, click.Group) else ()


def _files(project: Project) -> Sequence[str]:
    """What the project holds, and its evidence, which .gitignore may leave out; nothing of projects inside it."""
    evidence = project.config.evidence
    own = walk_files(project.root, evidence) if (project.root / evidence).is_dir() else ()
    files = sorted({*list_files(project.root), *own})
    others = {path.rpartition("/")[0] for path in files if path.endswith(f"/{FILES[0]}")}
    others |= {folder for folder in _nested(files) if find_root(project.root / folder)[0] != project.root}
    return [path for path in files if not any(path.startswith(f"{folder}/") for folder in others)]


def _nested(files: Sequence[str]) -> Sequence[str]:
    return [path.rpartition("/")[0] for path in files if path.endswith(f"/{FILES[1]}")]


def _tasks_in(root: Path, path: str) -> Sequence[Task] | None:
    """The tasks of a file that has the form of a store; None for any other."""
    for store in STORES:
        if store.recognises(path):
            return store.open(path, root).load()
    return None


def _show(examined: Examined) -> None:
    for what in examined.mended:
        click.echo(f"mended: {printable(what)}")
    for finding in examined.findings:
        click.echo(f"{printable(finding.place)}: {finding.rule} {printable(finding.message)}")
        click.echo(f"    fix: {printable(finding.fix)}")
    looked = f"{counted(len(examined.lists), 'task list')} and {counted(len(examined.evidence), 'file')} of evidence"
    word = "all agree" if examined.lists or examined.evidence else "there is nothing to compare"
    word = counted(len(examined.findings), "contradiction") if examined.findings else word
    click.echo(f"doctor: looked at {looked}: {word}")
