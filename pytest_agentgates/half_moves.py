"""Moves of tasks that stand in one of two places, the list or its log, and the records that bring them to the other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pytest_agentgates.core.boundary import WIDENED
from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import LEGAL, SPELLINGS, Step, Task, TaskStatus
from pytest_agentgates.transaction_log import LogEntry

_NO_MOVES = (WIDENED, "rebased", "fields")
_MOST = 3  # steps of one move
_MAIN = "quality_gates_run.json"
# What these moves leave in a task's entry beside the status, a log does not hold.
_NOT_FROM_LOG = (TaskStatus.BLOCKED, TaskStatus.ESCALATED)


@dataclass(frozen=True)
class HalfMove:
    """Steps of one task: of the list where `entries` are empty, of the log otherwise; `evidence` is that of the run."""

    task: Task
    steps: tuple[Step, ...]
    entries: tuple[LogEntry, ...] = ()
    evidence: LogEntry | None = None
    base_is_logged: bool = True

    @property
    def told(self) -> str:
        """The move, and where it is missing."""
        first, last = self.steps[0], self.steps[-1]
        way = f"from {first.before.value} to {last.after.value} ({last.reason})"
        if self.entries:
            now = self.task.status.value
            return f"the log moves {self.task.id} {way}, the list says {now} and knows nothing of it"
        return f"{self.task.id} moved {way}, the log knows nothing of it"

    @property
    def is_safe(self) -> bool:
        """Whether it can be brought to the other place: a completion only with evidence that says so."""
        after = [step.after for step in self.steps]
        if self.entries and any(status in _NOT_FROM_LOG for status in after):
            return False
        legal = all(step.after in LEGAL[step.before] for step in self.steps)
        return legal and (TaskStatus.COMPLETED not in after or self.evidence is not None)

    def for_log(self, at: datetime, agent: str) -> tuple[LogEntry, ...]:
        """What the log lacks; when and by whom it was written down is now."""
        run, digest = (self.evidence.run_id, self.evidence.evidence_sha256) if self.evidence else ("", "")
        entries = [
            LogEntry(rfc3339(at), agent, step.reason, self.task.id, step.before.value, step.after.value, run, digest)
            for step in self.steps
        ]
        return (replace(entries[0], recorded="" if self.base_is_logged else self.task.base), *entries[1:])

    def for_list(self, at: datetime) -> TaskChange:
        """What the list lacks, as the log has it."""
        last = self.entries[-1]
        fields: dict[str, object] = {}
        for entry in self.entries:
            fields |= {"owner": entry.agent, "claimed_at": entry.timestamp} if entry.operation == "claimed" else {}
            fields |= {"base": entry.recorded} if entry.recorded else {}
        return TaskChange(
            self.task.id,
            self.task.status.value,
            self.steps,
            at,
            last.agent,
            run_id=last.run_id,
            evidence_sha256=last.evidence_sha256,
            fields=fields or None,
        )


def half_moves(tasks: Sequence[Task], log: Sequence[LogEntry], runs: Path) -> Iterator[HalfMove]:
    """Each move that only one of the two has; `runs` is the folder of the runs' evidence."""
    if not log:
        return
    for task in tasks:
        own = [entry for entry in log if entry.task_id == task.id]
        moves = [entry for entry in own if entry.operation not in _NO_MOVES]
        logged = [(entry.before, entry.after, entry.operation) for entry in moves]
        kept = [(step.before.value, step.after.value, step.reason) for step in task.history]
        if kept == logged or (logged and _ends_with(kept, logged)):
            continue
        known = any(entry.recorded and entry.operation != WIDENED for entry in own) or not task.base
        yield from _of_list(task, kept, logged, known, runs)
        yield from _of_log(task, kept, moves, runs)


def _of_list(
    task: Task, kept: Sequence[object], logged: Sequence[object], known: bool, runs: Path
) -> Iterator[HalfMove]:
    for count in range(1, min(_MOST, len(kept)) + 1):
        before = kept[:-count]
        if (logged and _ends_with(before, logged)) or (not logged and not before):
            steps = task.history[-count:]
            if steps[-1].after is task.status:
                yield HalfMove(task, steps, evidence=_evidence_of(task, steps, runs), base_is_logged=known)
            return


def _of_log(task: Task, kept: Sequence[object], moves: Sequence[LogEntry], runs: Path) -> Iterator[HalfMove]:
    logged = [(entry.before, entry.after, entry.operation) for entry in moves]
    for count in range(1, min(_MOST, len(moves)) + 1):
        if _ends_with(kept, logged[:-count]):
            entries = tuple(moves[-count:])
            steps = tuple(_step(entry) for entry in entries)
            if all(steps) and entries[0].before == task.status.value != entries[-1].after:
                told = tuple(step for step in steps if step)
                yield HalfMove(task, told, entries, _same_evidence(task, entries[-1], runs))
            return


def _ends_with(whole: Sequence[object], end: Sequence[object]) -> bool:
    return list(whole[len(whole) - len(end) :]) == list(end) if len(end) <= len(whole) else False


def _step(entry: LogEntry) -> Step | None:
    before, after = SPELLINGS.get(entry.before), SPELLINGS.get(entry.after)
    return Step(before, after, entry.operation) if before and after else None


def _evidence_of(task: Task, steps: Sequence[Step], runs: Path) -> LogEntry | None:
    """The newest run that passed and completed the task, as a log would name it."""
    if steps[-1].after is not TaskStatus.COMPLETED:
        return None
    for path in sorted(runs.glob(f"*/{_MAIN}"), reverse=True):
        data = path.read_bytes()
        if _completes(data, task.id):
            digest = hashlib.sha256(data).hexdigest()
            return LogEntry("", "", "", task.id, "", "", path.parent.name, evidence_sha256=digest)
    return None


def _same_evidence(task: Task, entry: LogEntry, runs: Path) -> LogEntry | None:
    """The log's own entry, where the evidence that it names is there and says what it says."""
    path = runs / (entry.run_id or "-") / _MAIN
    if "/" in entry.run_id or ".." in entry.run_id or not path.is_file():
        return None
    data = path.read_bytes()
    same = hashlib.sha256(data).hexdigest() == entry.evidence_sha256
    return entry if same and _completes(data, task.id) else None


def _completes(data: bytes, task_id: str) -> bool:
    try:
        document: Any = json.loads(data)
    except (ValueError, RecursionError):
        return False
    if not isinstance(document, dict) or "run_id" not in document or document.get("complete") is not True:
        return False
    tasks = document.get("tasks")
    verdicts: Sequence[Mapping[str, Any]] = (
        [one for one in tasks if isinstance(one, dict)] if isinstance(tasks, list) else []
    )
    return any(one.get("id") == task_id and one.get("status") == "pass" for one in verdicts)
