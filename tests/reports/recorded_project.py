"""A project with records as runs leave them, written by the real store and the real writers, without a run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pytest_agentgates.core.completion import CompletionReport, TaskResult
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.record import RunRecord, TaskOutcome
from pytest_agentgates.core.task import MoveReason, Step, TaskStatus
from pytest_agentgates.core.verdict import GateResult, GateStatus, Verdict, VerdictStatus
from pytest_agentgates.evidence import EVIDENCE, STATEMENT
from pytest_agentgates.report_completion import report_completion
from pytest_agentgates.wiring import wire_project
from pytest_agentgates.write_evidence import write_evidence
from tests.evidence.records import START

_S = TaskStatus
_PASSED = (
    Step(_S.PENDING, _S.QUEUED, MoveReason.SELECTED.value),
    Step(_S.QUEUED, _S.IN_PROGRESS, MoveReason.CLAIMED.value),
    Step(_S.IN_PROGRESS, _S.COMPLETED, MoveReason.GATES_PASSED.value),
)
_FAILED = (*_PASSED[:2], Step(_S.IN_PROGRESS, _S.IN_PROGRESS, MoveReason.ATTEMPT_FAILED.value, 1))
STORE, LOG = "docs/state/tasks.json", "docs/state/transaction-log.jsonl"


@dataclass(frozen=True)
class RecordedProject:
    """Writes records, and asks for the report."""

    root: Path

    def tasks(self, *tasks: dict[str, Any]) -> None:
        self.write("pyproject.toml", "[tool.agentgates]\n")
        self.write(STORE, json.dumps({"_version": 1, "tasks": list(tasks)}, indent=2) + "\n")

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def judged(self, task_id: str = "T1", status: str = "pass", *gates: GateResult, run: int = 1) -> str:
        """Evidence of a run, and the moves that follow from it; returns the run's id."""
        verdict = Verdict(VerdictStatus(status), () if status == "pass" else ("tests_pass: 0 of 1 passed",))
        steps = _PASSED if status == "pass" else _FAILED
        at = START + timedelta(minutes=run)
        word = GateStatus.PASS if status == "pass" else GateStatus.FAIL
        all_gates = (GateResult("tests_pass", word, "judged", tasks=(task_id,)), *gates)
        record = RunRecord(f"run-{run}", at, at, (TaskOutcome(task_id, verdict, steps),), all_gates)
        digest = write_evidence(record, self.root / ".claude/evidence", EVIDENCE, STATEMENT, self.root)
        change = TaskChange(task_id, "pending", steps, at, "ann", record.run_id, digest)
        wire_project(self.root).open_store().apply(change)
        return record.run_id

    def report(self, task_id: str = "") -> CompletionReport:
        return report_completion(wire_project(self.root), task_id)

    def result(self, task_id: str = "T1") -> TaskResult:
        return next(result for result in self.report().results if result.task.id == task_id)

    def evidence(self, run_id: str, name: str = "quality_gates_run.json") -> Path:
        return self.root / ".claude/evidence/runs" / run_id / name

    def change(self, path: Path, **values: Any) -> None:
        """Rewrite some keys of a JSON file, as somebody with an editor would."""
        document = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**document, **values}, indent=2), encoding="utf-8")

    def forge(self, run_id: str, **values: Any) -> None:
        """The same of a run's evidence, and its new digest into the log, as somebody who knows more would."""
        path = self.evidence(run_id)
        before = hashlib.sha256(path.read_bytes()).hexdigest()
        self.change(path, **values)
        after = hashlib.sha256(path.read_bytes()).hexdigest()
        log = self.root / LOG
        log.write_text(log.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
