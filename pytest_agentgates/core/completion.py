"""What the records say of all tasks: the completion report, before it has a form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.task import Task, TaskStatus

SCHEMA_VERSION = "1.0"


class Standing(StrEnum):
    """Whether a task is completed, by what its records show; OPEN where nobody says so."""

    PROVED = "proved"
    NOT_PROVED = "not_proved"
    OPEN = "open"


@dataclass(frozen=True)
class Proof:
    """One piece of evidence as it lies there; `problems` says why nothing in it can be relied on.

    `of_these_files` is None where that cannot be told.
    """

    path: str
    sha256: str
    run_id: str = ""
    run_at: str = ""
    tasks: tuple[str, ...] = ()
    status: str = ""
    assurance: str = ""
    commit: str = ""
    passed: int | None = None
    executed: int | None = None
    of_these_files: bool | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class TaskResult:
    """One task: `run_id` is the run that speaks of it last, `outcome` and `reasons` what that run says."""

    task: Task
    standing: Standing
    problems: tuple[str, ...] = ()
    run_id: str = ""
    outcome: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """Something that a reader must know; `about` is a task's id or a file, empty for the whole."""

    text: str
    about: str = ""


@dataclass(frozen=True)
class NextStep:
    """What to do next, with the command for it, empty where there is none."""

    text: str
    command: str = ""


@dataclass(frozen=True)
class CompletionReport:
    """Everything that the report shows; `faults` are records that could not be read."""

    at: datetime
    store: str
    results: tuple[TaskResult, ...]
    proofs: tuple[Proof, ...]
    next_step: NextStep
    notes: tuple[Note, ...] = ()
    faults: tuple[Note, ...] = ()
    commit: str = ""
    branch: str = ""
    runs: int = 0

    def of(self, standing: Standing) -> tuple[TaskResult, ...]:
        """The tasks that stand so."""
        return tuple(result for result in self.results if result.standing is standing)

    @property
    def holds(self) -> bool:
        """Whether every record could be read and every task that is said to be completed is proved."""
        return not self.faults and not self.of(Standing.NOT_PROVED)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many tasks have each status, by what the store says."""
        count = Counter(result.task.status for result in self.results)
        return {status.value: count[status] for status in TaskStatus}


def summary_lines(report: CompletionReport) -> tuple[str, ...]:
    """The report in a few sentences."""
    said = [f"{number} {status}" for status, number in report.counts.items() if number]
    proved, bare = len(report.of(Standing.PROVED)), len(report.of(Standing.NOT_PROVED))
    lines = [f"{counted(len(report.results), 'task')}: {', '.join(said)}." if said else "There is no task."]
    if proved or bare:
        lines.append(f"Said to be completed: {proved + bare}; proved by evidence: {proved}; not proved: {bare}.")
    lines.append(f"Runs on record: {report.runs}.")
    if report.faults:
        lines.append(f"Records that cannot be read: {len(report.faults)}.")
    return tuple(lines)


def completion_facts(report: CompletionReport) -> dict[str, object]:
    """The report as JSON values, as its schema says; what is not known is null."""
    return {
        "schema_version": SCHEMA_VERSION,
        "generated_at": rfc3339(report.at),
        "store": report.store,
        "git": {"commit": report.commit or None, "branch": report.branch or None},
        "holds": report.holds,
        "summary": {
            "tasks": len(report.results),
            "by_status": dict(report.counts),
            "proved": len(report.of(Standing.PROVED)),
            "not_proved": len(report.of(Standing.NOT_PROVED)),
            "runs": report.runs,
            "text": list(summary_lines(report)),
        },
        "tasks": [_result_facts(result) for result in report.results],
        "notes": _note_facts(report.notes),
        "faults": _note_facts(report.faults),
        "evidence": [_proof_facts(proof) for proof in report.proofs],
        "next_step": {"text": report.next_step.text, "command": report.next_step.command or None},
    }


def _result_facts(result: TaskResult) -> dict[str, object]:
    task = result.task
    return {
        "id": task.id,
        "title": task.title,
        "layer": task.layer or None,
        "owner": task.owner or None,
        "status": task.status.value,
        "attempts": task.attempts,
        "where": task.where or None,
        "standing": result.standing.value,
        "problems": list(result.problems),
        "run_id": result.run_id or None,
        "outcome": result.outcome or None,
        "reasons": list(result.reasons),
    }


def _note_facts(notes: Sequence[Note]) -> list[dict[str, object]]:
    return [{"about": note.about or None, "text": note.text} for note in notes]


def _proof_facts(proof: Proof) -> dict[str, object]:
    return {
        "path": proof.path,
        "sha256": proof.sha256,
        "run_id": proof.run_id or None,
        "run_at": proof.run_at or None,
        "tasks": list(proof.tasks),
        "status": proof.status or None,
        "assurance": proof.assurance or None,
        "commit": proof.commit or None,
        "tests": {"passed": proof.passed, "executed": proof.executed},
        "of_these_files": proof.of_these_files,
        "holds": not proof.problems,
        "problems": list(proof.problems),
    }
