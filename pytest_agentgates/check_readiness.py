"""Whether work may begin here: structure, environment, tools, folders, tasks, remediation."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from pytest_agentgates import transaction_log
from pytest_agentgates.choose_next import find_halts
from pytest_agentgates.core.dependencies import dependency_mistakes
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.errors import AgentGatesError, Mistake
from pytest_agentgates.find_tool import module_command, ruff_command
from pytest_agentgates.project import Project
from pytest_agentgates.queue_file import queue_folder, queue_paths, read_queue
from pytest_agentgates.read_remediation import open_remediation
from pytest_agentgates.run_git import Git
from pytest_agentgates.source.globs import is_glob
from pytest_agentgates.source.test_settings import read_test_settings
from pytest_agentgates.task_log import log_path, read_task_log

_TOOLS: dict[str, Callable[[], object]] = {
    "ruff_clean": ruff_command,
    "mypy_clean": lambda: module_command("mypy"),
    "imports_kept": lambda: module_command("importlinter"),
}
_SECONDS = 60.0
_MOST_NAMED = 5
_OPEN = (TaskStatus.PENDING, TaskStatus.QUEUED, TaskStatus.IN_PROGRESS)


class State(StrEnum):
    """How one thing stands; `note` keeps nobody from working."""

    OK = "ok"
    FIXED = "fixed"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: State
    message: str
    fix: str = ""


@dataclass(frozen=True)
class Readiness:
    """Everything that was looked at, and the tasks counted by status."""

    checks: tuple[Check, ...]
    counts: dict[str, int]

    @property
    def ready(self) -> bool:
        """Whether nothing is left that must be mended first."""
        return all(check.state is not State.PROBLEM for check in self.checks)


def check_readiness(project: Project) -> Readiness:
    """Look at everything that work needs, and mend what is safe to mend: folders that are missing, a torn log."""
    tasks, problem = _load(project)
    looks = (_structure, _environment, _tools, _folders, _log, _queues, _remediation)
    checks = [check for look in looks for check in _guarded(look, project)]
    checks += [problem] if problem else _tasks(project, tasks)
    counts = Counter(task.status.value for task in tasks)
    return Readiness(tuple(checks), {status.value: counts[status.value] for status in TaskStatus})


def readiness_facts(readiness: Readiness) -> dict[str, object]:
    """The same as plain data."""
    return {
        "ready": readiness.ready,
        "checks": [
            {"name": check.name, "state": check.state.value, "message": check.message, "fix": check.fix}
            for check in readiness.checks
        ],
        "tasks": {"total": sum(readiness.counts.values()), **readiness.counts},
    }


def _guarded(look: Callable[[Project], Iterator[Check]], project: Project) -> list[Check]:
    """What a look finds; an expected failure of it is one problem more, and the others go on."""
    found: list[Check] = []
    try:
        found.extend(look(project))
    except AgentGatesError as error:
        found.append(_problem_of(look.__name__.strip("_"), error))
    return found


def _problem_of(name: str, error: AgentGatesError) -> Check:
    first = _of_mistake(name, error.mistakes[0])
    more = f" (and {len(error.mistakes) - 1} more)" if len(error.mistakes) > 1 else ""
    return replace(first, message=first.message + more)


def _of_mistake(name: str, mistake: Mistake) -> Check:
    what = f"{mistake.where}: {mistake.what}" if mistake.where else mistake.what
    return Check(name, State.PROBLEM, what, mistake.fix)


def _load(project: Project) -> tuple[tuple[Task, ...], Check | None]:
    try:
        return project.open_store().load(), None
    except AgentGatesError as error:
        return (), _problem_of("tasks", error)


def _structure(project: Project) -> Iterator[Check]:
    config = project.config
    if config.source:
        yield Check("structure", State.OK, f"configured by {config.source}")
    else:
        yield Check("structure", State.NOTE, "there is no configuration, the defaults hold", "write agentgates.toml")


def _environment(project: Project) -> Iterator[Check]:
    command = [project.python, "-c", "import sys, pytest; print(sys.version.split()[0], pytest.__version__)"]
    ran = project.tools.run(command, cwd=project.root, seconds=_SECONDS)
    if ran.exit_code == 0:
        python, pytest = ran.stdout.split()[-2:]
        yield Check("environment", State.OK, f"Python {python}, pytest {pytest}")
    else:
        lines = (ran.problem or ran.stderr).strip().splitlines()
        what = f"{project.python} cannot import pytest: {lines[-1] if lines else 'it says nothing'}"
        yield Check("environment", State.PROBLEM, what, "install pytest there, or name another in run.python")
    git = Git(project.root, project.tools)
    if problem := git.problem():
        yield Check("git", State.NOTE, problem, "runs will be judged in place")
    elif not git.commit("HEAD"):
        yield Check("git", State.PROBLEM, "the repository has no commit yet", "commit what is there as the base")
    elif project.config.base and not git.commit(project.config.base):
        what = f"the base {project.config.base!r} is no commit of this repository"
        yield Check("git", State.PROBLEM, what, "fetch it, or name another")
    else:
        yield Check("git", State.OK, f"at {git.commit('HEAD')[:12]}")


def _tools(project: Project) -> Iterator[Check]:
    found = []
    for configured in project.gates:
        gate = configured.gate
        words = getattr(gate, "run", ())
        if gate.name in _TOOLS:
            try:
                _TOOLS[gate.name]()
            except AgentGatesError as error:
                yield _problem_of("tools", error)
                continue
        elif words and not (shutil.which(words[0]) or (project.root / getattr(gate, "cwd", ".") / words[0]).exists()):
            yield Check("tools", State.PROBLEM, f"{gate.name}: {words[0]} was not found", f"install {words[0]}")
            continue
        found.append(gate.name)
    yield Check("tools", State.OK, f"gates that can run: {', '.join(found)}")


def _folders(project: Project) -> Iterator[Check]:
    yield _made(project, "evidence", project.root / project.config.evidence)
    yield _made(project, "queues", queue_folder(project.root, project.config.tasks))
    for name in read_test_settings(project.root).testpaths:
        if not is_glob(name):
            there = (project.root / name).exists()
            fix = "" if there else "create it, or correct testpaths"
            state = State.OK if there else State.PROBLEM
            yield Check("tests", state, f"{name} is {'there' if there else 'missing'}", fix)


def _made(project: Project, name: str, folder: Path) -> Check:
    shown = _shown(project, folder)
    there = folder.is_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return Check(name, State.PROBLEM, f"{shown} cannot be made: {error.strerror}", "make it a folder")
    if not os.access(folder, os.W_OK):
        return Check(name, State.PROBLEM, f"{shown} cannot be written", "check its permissions")
    return Check(name, State.OK if there else State.FIXED, f"{shown} {'is there' if there else 'was made'}")


def _shown(project: Project, path: Path) -> str:
    return path.relative_to(project.root).as_posix() if path.is_relative_to(project.root) else str(path)


def _log(project: Project) -> Iterator[Check]:
    if log_path(project) is None:
        yield Check("log", State.OK, f"{counted(len(read_task_log(project)), 'move')} on record, in the database")
        return
    path = queue_folder(project.root, project.config.tasks).with_name(transaction_log.FILE_NAME)
    entries = transaction_log.read(path, _shown(project, path))
    torn = path.with_name(transaction_log.TORN_NAME)
    before = torn.stat().st_size if torn.exists() else 0
    transaction_log.mend(path)
    if torn.exists() and torn.stat().st_size > before:
        yield Check("log", State.FIXED, f"a torn last line was set aside in {torn.name}")
    yield Check("log", State.OK, f"{counted(len(entries), 'move')} on record")


def _queues(project: Project) -> Iterator[Check]:
    for path in queue_paths(queue_folder(project.root, project.config.tasks)):
        queue = read_queue(path, project.root) or {}
        done, total = queue.get("completed"), queue.get("total_tasks")
        yield Check("queues", State.OK, f"{queue.get('layer')}: {done} of {total} completed")


def _remediation(project: Project) -> Iterator[Check]:
    found, source = open_remediation(project.root, project.config.tasks)
    for item in found:
        what = f"{item.id} ({item.priority}) is open: {item.summary}"
        yield Check("remediation", State.PROBLEM, what, f"resolve it, then say so in {source}")
    if not found:
        told = f"nothing critical or high is open in {source}" if source else "there is no manifest"
        yield Check("remediation", State.OK if source else State.NOTE, told)


def _tasks(project: Project, tasks: tuple[Task, ...]) -> list[Check]:
    counts = Counter(task.status.value for task in tasks)
    told = ", ".join(f"{counts[status.value]} {status.value}" for status in TaskStatus if counts[status.value])
    checks = [
        Check(
            "tasks",
            State.OK if tasks else State.NOTE,
            f"{counted(len(tasks), 'task')}: {told}" if tasks else "none yet",
        )
    ]
    checks += [_missing(task, names) for task in tasks if (names := _missing_tests(project, task))]
    checks += [_of_mistake("dependencies", mistake) for mistake in dependency_mistakes(tasks)]
    stopped = find_halts(project, tasks)
    return [*checks, *(Check("halt", State.PROBLEM, halt.reason, halt.fix) for halt in stopped)]


def _missing(task: Task, names: list[str]) -> Check:
    """Tests must exist before the work; what no one has selected yet may still get them."""
    state = State.NOTE if task.status is TaskStatus.PENDING else State.PROBLEM
    return Check("tests", state, f"task {task.id}: {', '.join(names)} is missing", "write its tests first")


def _missing_tests(project: Project, task: Task) -> list[str]:
    if task.status not in _OPEN:
        return []
    files = dict.fromkeys(name.partition("::")[0] for name in task.test_files)
    return [name for name in files if not is_glob(name) and not (project.root / name).exists()][:_MOST_NAMED]
