"""What a task keeps when its attempts are used up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pytest_agentgates.core.cause import FRONTEND_LAYER, UNKNOWN, suspect
from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.outcomes import Failure
from pytest_agentgates.core.record import RunRecord, TaskOutcome
from pytest_agentgates.core.task_tests import failures, tasks_of
from pytest_agentgates.core.verdict import GateStatus


def blocker_info(record: RunRecord, outcome: TaskOutcome) -> dict[str, object]:
    """The task's `blocker_info`, as JSON values; what is not known is null."""
    failed = [(test.nodeid, failure) for test, failure in failures(record) if _is_of(outcome, test.nodeid, record)]
    reasons = [failure for _, failure in failed] or _from_gates(record, outcome)
    cause, evidence = _cause(reasons, outcome.layer)
    return {
        "blocked_at": rfc3339(record.finished_at),
        "attempts": outcome.steps[-1].attempt if outcome.steps else None,
        "failing_tests": [nodeid for nodeid, _ in failed],
        "last_error": _last_error(reasons, outcome.verdict.reasons),
        "files_modified": [change.path for change in record.files],
        "suspected_cause": cause,
        "cause_evidence": evidence or None,
        "layer": outcome.layer or None,
        "agent": record.agent or None,
        "run_id": record.run_id,
    }


def _is_of(outcome: TaskOutcome, nodeid: str, record: RunRecord) -> bool:
    return outcome.task_id in tasks_of(nodeid, record)


def _from_gates(record: RunRecord, outcome: TaskOutcome) -> list[Failure]:
    """Collection errors, and for a frontend, whose tests run in gates of their own, the findings of those."""
    errors = list(record.claim.collection_errors) if record.claim else []
    if errors or outcome.layer != FRONTEND_LAYER:
        return errors
    failed = [result for result in record.gates if result.blocking and result.status is GateStatus.FAIL]
    own = [result for result in failed if not result.tasks or outcome.task_id in result.tasks]
    return [
        Failure(result.name, finding.rule, finding.message, finding.path, finding.line)
        for result in own
        for finding in result.findings
        if finding.counts
    ]


def _cause(reasons: Sequence[Failure], layer: str) -> tuple[str, str]:
    """The most frequent cause that is known, with the evidence of its first failure."""
    found = [suspect(failure, layer) for failure in reasons]
    known = Counter(cause for cause, _ in found if cause != UNKNOWN)
    if not known:
        return UNKNOWN, ""
    cause = known.most_common(1)[0][0]
    return next(pair for pair in found if pair[0] == cause)


def _last_error(reasons: Sequence[Failure], verdict_reasons: Sequence[str]) -> str | None:
    if not reasons:
        return verdict_reasons[0] if verdict_reasons else None
    last = reasons[-1]
    lines = last.message.strip().splitlines()
    return lines[0] if lines else last.exception or None
