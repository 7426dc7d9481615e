"""quality_gates_run.json: the whole run, its verdicts and its gates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.outcomes import Outcome
from pytest_agentgates.core.record import VERIFICATION, GitFacts, RunRecord, TaskOutcome
from pytest_agentgates.core.task import Step
from pytest_agentgates.core.task_tests import task_ids
from pytest_agentgates.core.verdict import GateStatus
from pytest_agentgates.gate_result_json import encode_result, encode_tool
from pytest_agentgates.render_json import render_json

SCHEMA_VERSION = "1.0"
_OUTCOMES = {
    "passed": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "skipped": Outcome.SKIPPED,
    "errors": Outcome.ERROR,
    "xfailed": Outcome.XFAILED,
    "xpassed": Outcome.XPASSED,
}


@dataclass(frozen=True)
class QualityGatesRun:
    """Writes quality_gates_run.json; what is not known is null."""

    file_name: ClassVar[str] = "quality_gates_run.json"

    def render(self, record: RunRecord) -> str:
        """The whole file."""
        return render_json({"schema_version": SCHEMA_VERSION, **_run(record), **_verdict(record), **_content(record)})


def _run(record: RunRecord) -> dict[str, Any]:
    tasks = task_ids(record)
    return {
        "run_id": record.run_id,
        "task_id": tasks[0] if len(tasks) == 1 else None,
        "tasks": [_task(outcome) for outcome in record.outcomes if outcome.task_id],
        "agent": record.agent or None,
        "trigger": record.trigger or None,
        "assurance": record.assurance or None,
        "assurance_notes": list(record.assurance_notes),
        "run_at": rfc3339(record.run_at),
        "finished_at": rfc3339(record.finished_at),
        "duration_ms": record.duration_ms,
        "git": _git(record),
        "config_digest": record.config_digest or None,
        "tool_digest": record.tool_digest or None,
        "tools": [encode_tool(tool) for tool in record.tools],
        "python": record.python or None,
        "platform": record.platform or None,
    }


def _verdict(record: RunRecord) -> dict[str, Any]:
    return {
        "overall_status": record.status.value,
        "complete": record.complete,
        "summary": _summary(record),
        "verification": {key: _word_of(gate, record) for key, gate in VERIFICATION.items()},
        "tests": _tests(record),
    }


def _content(record: RunRecord) -> dict[str, Any]:
    steps = [outcome.steps for outcome in record.outcomes if outcome.task_id]
    return {
        "gates": [encode_result(result) for result in record.gates],
        "files": [
            {
                "path": change.path,
                "action": change.action,
                "lines_added": change.lines_added,
                "lines_removed": change.lines_removed,
                "in_boundary": change.in_boundary,
                "sha256": change.sha256 or None,
            }
            for change in record.files
        ],
        "transition": _transition(steps[0]) if len(steps) == 1 else None,
        "artifacts": [{"path": path, "sha256": sha256} for path, sha256 in record.artifacts],
    }


def _task(outcome: TaskOutcome) -> dict[str, Any]:
    return {
        "id": outcome.task_id,
        "status": outcome.verdict.status.value,
        "complete": outcome.verdict.complete,
        "reasons": list(outcome.verdict.reasons),
        "transition": _transition(outcome.steps),
    }


def _transition(steps: Sequence[Step]) -> dict[str, Any] | None:
    if not steps:
        return None
    return {"from": steps[0].before.value, "to": steps[-1].after.value, "attempt": steps[-1].attempt or None}


def _git(record: RunRecord) -> dict[str, Any]:
    git = record.git
    known = git != GitFacts()
    return {
        "commit": git.commit or None,
        "tree": git.tree or None,
        "branch": git.branch or None,
        "base": git.base or None,
        "dirty": git.dirty if known else None,
        "files_digest": record.files_digest or None,
    }


def _summary(record: RunRecord) -> dict[str, int]:
    count = Counter(result.status for result in record.gates)
    return {
        **{status.value: count[status] for status in GateStatus},
        "waived": sum(bool(finding.waived) for result in record.gates for finding in result.findings),
        "blocking_fail": sum(result.blocking and result.status is GateStatus.FAIL for result in record.gates),
    }


def _word_of(gate: str, record: RunRecord) -> str | None:
    """`pass` or `fail`; null where the gate did not run or could not judge."""
    found = {result.status for result in record.gates if result.name == gate}
    if found & {GateStatus.FAIL, GateStatus.WARN}:
        return "fail"
    return "pass" if GateStatus.PASS in found and GateStatus.ERROR not in found else None


def _tests(record: RunRecord) -> dict[str, int | None]:
    """The tests as they are counted: `executed` is the sum of the outcomes, without tests that never ended."""
    expected = {function for tests in record.expected.values() for function in tests.functions}
    counts: dict[str, int | None] = {"expected": len(expected) if record.expected else None}
    claim = record.claim
    if claim is None:
        return counts | dict.fromkeys(("collected", "deselected", "executed", *_OUTCOMES, "reruns"))
    by_outcome = Counter(test.outcome for test in claim.records)
    return counts | {
        "collected": len(claim.collected),
        "deselected": claim.deselected,
        "executed": sum(by_outcome[outcome] for outcome in _OUTCOMES.values()),
        **{key: by_outcome[outcome] for key, outcome in _OUTCOMES.items()},
        "reruns": sum(test.reruns for test in claim.records),
    }
