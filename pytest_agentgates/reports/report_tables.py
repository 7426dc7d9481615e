"""The words and tables of the completion report, before they are marked up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_agentgates.core.completion import CompletionReport, Note, Proof, Standing, TaskResult

TASK_HEAD = ("Task", "Title", "Layer", "Status", "Shown by the records", "Attempts", "Run")
NOTE_HEAD = ("About", "Note")
PROOF_HEAD = ("Evidence", "Says", "Tests", "Commit", "Files", "Digest")
_TOLD = {Standing.PROVED: "proved", Standing.NOT_PROVED: "NOT PROVED", Standing.OPEN: ""}
_MOST_NAMED = 5
_FILES = {True: "those of now", False: "others than now", None: "not known"}


def task_rows(report: CompletionReport) -> Iterator[tuple[str, ...]]:
    """One row a task."""
    for result in report.results:
        task = result.task
        status = task.status.value
        said = f"{status} (said, not proved)" if result.standing is Standing.NOT_PROVED else status
        yield task.id, task.title, task.layer, said, _shown(result), str(task.attempts), result.run_id


def note_rows(report: CompletionReport) -> Iterator[tuple[str, ...]]:
    """What could not be read first, then what is not proved and why, then the rest."""
    notes = [*report.faults]
    notes += [Note(problem, result.task.id) for result in report.results for problem in result.problems]
    notes += [Note(problem, proof.path) for proof in report.proofs for problem in proof.problems]
    notes += [Note(reason, result.task.id) for result in report.results for reason in result.reasons]
    notes += report.notes
    about: dict[str, list[str]] = {}
    for note in notes:
        about.setdefault(note.text, []).append(note.about)
    yield from ((_listed(names), text) for text, names in about.items())


def proof_rows(report: CompletionReport) -> Iterator[tuple[str, ...]]:
    """One row a piece of evidence; one that does not hold is not repeated as fact."""
    for proof in report.proofs:
        yield proof.path, *_said(proof), proof.sha256[:12]


def _listed(names: Sequence[str]) -> str:
    """What a note is about, each once; many are counted."""
    once = list(dict.fromkeys(names))
    more = f" and {len(once) - _MOST_NAMED} more" if len(once) > _MOST_NAMED else ""
    return ", ".join(once[:_MOST_NAMED]) + more


def _shown(result: TaskResult) -> str:
    if result.standing is not Standing.OPEN:
        return _TOLD[result.standing]
    return f"last judged: {result.outcome}" if result.outcome else "never judged"


def _said(proof: Proof) -> tuple[str, ...]:
    if proof.problems:
        return "DOES NOT HOLD", "", "", ""
    tests = "none run" if proof.executed is None else f"{proof.passed} of {proof.executed} passed"
    return f"{proof.status}, {proof.assurance}", tests, proof.commit[:12], _FILES[proof.of_these_files]
