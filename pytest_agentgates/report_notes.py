"""What a reader of the completion report must know beside the results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pytest_agentgates.core.completion import Note, TaskResult
from pytest_agentgates.core.dependencies import dependency_mistakes
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.core.work_halts import drift_of
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.evidence_claims import read_claim_of
from pytest_agentgates.project import Project
from pytest_agentgates.read_remediation import open_remediation
from pytest_agentgates.recorded_runs import MAIN, RUNS, RecordedRun


def notes_of(
    project: Project, results: Sequence[TaskResult], runs: Sequence[RecordedRun], latest: RecordedRun | None
) -> Iterator[Note]:
    """Every note, those of tasks first; `latest` is the latest set of evidence."""
    for result in results:
        yield from (Note(text, result.task.id) for text in _of_task(result.task))
    for run in runs:
        if run.document and not run.problems:
            yield from (Note(text, run.folder or run.path) for text in _of_run(run.document))
    for mistake in dependency_mistakes([result.task for result in results]) if len(results) > 1 else ():
        yield Note(mistake.what, mistake.where)
    yield from _foreign(project, latest)
    yield from _remediation(project)


def _of_task(task: Task) -> Iterator[str]:
    blocker, escalated = task.extra.get("blocker_info"), task.extra.get("escalation_info")
    if task.status is TaskStatus.BLOCKED:
        yield _blocked(blocker) if isinstance(blocker, dict) else "blocked, and the store does not say by what"
    if task.status is TaskStatus.ESCALATED:
        reason = escalated.get("reason") if isinstance(escalated, dict) else None
        yield f"escalated, a person must decide: {reason or 'the store does not say why'}"
    widened = task.extra.get("widened")
    if isinstance(widened, list) and widened:
        yield f"its boundary was widened {counted(len(widened), 'time')}"
    for entry in drift_of(task):
        settled = "settled " if entry.get("resolved") else ""
        told = entry.get("what") or entry.get("description") or "no description"
        yield f"{settled}drift of tier {entry.get('tier')}: {told}"


def _blocked(blocker: Mapping[str, Any]) -> str:
    attempts = f" after {blocker['attempts']} attempts" if blocker.get("attempts") else ""
    cause = f", suspected cause {blocker['suspected_cause']}" if blocker.get("suspected_cause") else ""
    return f"the store says: blocked{attempts}{cause}: {blocker.get('last_error') or 'no error is named'}"


def _of_run(run: Mapping[str, Any]) -> Iterator[str]:
    """What a run did not judge, or judged and let pass."""
    if run["assurance"] == "in_place":
        yield "judged in place, where the agent worked"
    yield from (str(text) for text in run.get("assurance_notes", ()))
    if run["summary"]["waived"]:
        yield f"{counted(run['summary']['waived'], 'finding')} waived"
    advisory = [gate["name"] for gate in run["gates"] if gate["status"] == "warn"]
    if advisory:
        yield f"these gates did not pass, and do not decide: {', '.join(advisory)}"
    tests = run["tests"]
    for name, what in (("skipped", "was skipped"), ("xfailed", "failed as expected"), ("reruns", "was run again")):
        if tests[name]:
            yield f"{counted(tests[name], 'test')} {what if tests[name] == 1 else what.replace('was', 'were')}"


def _foreign(project: Project, latest: RecordedRun | None) -> Iterator[Note]:
    """Evidence that this tool did not write, or not so: that it is there, and that it proves nothing."""
    folder = project.root / project.config.evidence
    own = {writer.file_name for writer in project.writers}
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        about = f"{project.config.evidence}/{path.name}"
        try:
            data = path.read_bytes()
        except OSError as error:
            yield Note(f"it cannot be read: {error.strerror}", about)
            continue
        claim = read_claim_of(path.name, data)
        if path.name == MAIN or (path.name in own and _is_kept(folder, latest, path.name, data)):
            continue
        if path.name in own or (claim and not claim.is_own):
            tasks = f" about {', '.join(claim.tasks)}" if claim and claim.tasks else ""
            yield Note(f"no run of this tool keeps it; what it claims{tasks} is not repeated here", about)


def _is_kept(folder: Path, latest: RecordedRun | None, name: str, data: bytes) -> bool:
    """Whether a file of the latest set is what the folder of its run holds."""
    kept = folder / RUNS / str(latest.document.get("run_id")) / name if latest and latest.document else None
    try:
        return kept is not None and kept.read_bytes() == data
    except OSError:
        return False


def _remediation(project: Project) -> Iterator[Note]:
    try:
        repairs, place = open_remediation(project.root, project.config.tasks)
    except AgentGatesError as error:
        yield Note(f"the manifest's remediation cannot be read: {error}")
        return
    for repair in repairs:
        yield Note(f"{repair.id} ({repair.priority}) is open: {repair.summary}", place)
