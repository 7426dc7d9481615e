"""The log in which people read what could not go as planned: tasks that were skipped, and drift."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.ports import Clock
from pytest_agentgates.core.printable import one_line
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.errors import UsageError
from pytest_agentgates.file_lock import lock_path_for, locked
from pytest_agentgates.git_folder import common_git_folder
from pytest_agentgates.project import Project
from pytest_agentgates.safe_write import replace_file, sweep, user_errors
from pytest_agentgates.store_location import is_database

_TITLE = "# Evolution Log\n"
_NUMBER = re.compile(r"^## EV-(\d+)", re.MULTILINE)
_SECONDS = 30.0
_MANIFEST = (".yaml", ".yml")


@dataclass(frozen=True)
class Entry:
    """What happened to a task, what it means for others, and what is to be decided."""

    title: str
    kind: str
    trigger: str
    task: str
    proposal: str
    impact: str = ""
    run_id: str = ""


def evolution_place(evidence: str) -> str:
    """Where the log is, relative to the root: beside the folder of evidence."""
    return (PurePosixPath(evidence).parent / "evolution" / "evolution.md").as_posix()


def skipped(task: Task, all_tasks: Sequence[Task], run_id: str) -> Entry:
    """The entry of a task that is left aside, because its attempts are used up."""
    info = task.extra.get("blocker_info")
    error = one_line(str(info.get("last_error") or "")) if isinstance(info, dict) else ""
    waiting = [other.id for other in all_tasks if task.id in other.dependencies]
    return Entry(
        title=f"{task.id} was skipped",
        kind="blocked",
        trigger=f"its attempts are used up{f': {error}' if error else ''}",
        task=task.id,
        proposal=f"look at its blocker_info, then: agentgates tasks reopen {task.id}",
        impact=f"{', '.join(waiting)} {'waits' if len(waiting) == 1 else 'wait'} for it" if waiting else "",
        run_id=run_id,
    )


def check_log(project: Project) -> None:
    """Raise UsageError where the log is there and cannot be read."""
    _read(project.root / evolution_place(project.config.evidence))


def log_evolution(project: Project, entries: Sequence[Entry]) -> None:
    """Append entries where the project keeps such a log, and where a manifest is the store.

    Raises UsageError where the log cannot be read or written.
    """
    path = project.root / evolution_place(project.config.evidence)
    location = project.config.tasks
    is_manifest = not is_database(location) and location.lower().endswith(_MANIFEST)
    if not entries or not (is_manifest or path.is_file()):
        return
    with user_errors(path.parent, "be made"):
        path.parent.mkdir(parents=True, exist_ok=True)
    with locked(lock_path_for(path, common_git_folder(project.root)), _SECONDS):
        sweep(path)
        _append(path, entries, project.clock)


def log_skipped(project: Project, ids: Sequence[str], run_id: str) -> None:
    """An entry for each of the tasks that is blocked now; raises UsageError where the log cannot be written."""
    all_tasks = project.open_store().load()
    blocked = [task for task in all_tasks if task.id in ids and task.status is TaskStatus.BLOCKED]
    log_evolution(project, [skipped(task, all_tasks, run_id) for task in blocked])


def _append(path: Path, entries: Sequence[Entry], clock: Clock) -> None:
    text = _read(path)
    number = max((int(found) for found in _NUMBER.findall(text)), default=0)
    newline = "\r\n" if "\r\n" in text else "\n"
    at = rfc3339(clock.now())
    added = "".join("\n" + _rendered(entry, number + count, at) for count, entry in enumerate(entries, 1))
    end = "" if text.endswith("\n") else "\n"
    replace_file(path, (text + (end + added).replace("\n", newline)).encode())


def _read(path: Path) -> str:
    with user_errors(path, "be read"):
        data = path.read_bytes() if path.exists() else _TITLE.encode()
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise UsageError("the evolution log is not UTF-8", str(path), "save it as UTF-8") from None


def _rendered(entry: Entry, number: int, at: str) -> str:
    refs = [f"  - Task: {entry.task}", *([f"  - Run: {entry.run_id}"] if entry.run_id else [])]
    lines = [
        f"## EV-{number:04}: {one_line(entry.title)}",
        "",
        f"- **Date**: {at[:10]}",
        f"- **Type**: {entry.kind}",
        f"- **Trigger**: {one_line(entry.trigger)}",
        *([f"- **Impact**: {one_line(entry.impact)}"] if entry.impact else []),
        f"- **Proposed Resolution**: {one_line(entry.proposal)}",
        "- **Refs**:",
        *refs,
        "- **Status**: pending",
    ]
    return "\n".join([*lines, ""])
