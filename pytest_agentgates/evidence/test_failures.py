"""test_failures.json: each failing test with what is needed to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pytest_agentgates.core.cause import suspect
from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.outcomes import Failure
from pytest_agentgates.core.record import RunRecord
from pytest_agentgates.core.task_tests import failures, tasks_of
from pytest_agentgates.render_json import render_json

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True)
class TestFailures:
    """Writes test_failures.json; errors at collection stand first, under the path of their file."""

    __test__ = False  # pytest would take the name for a test class

    file_name: ClassVar[str] = "test_failures.json"

    def render(self, record: RunRecord) -> str:
        """The whole file."""
        errors = record.claim.collection_errors if record.claim else ()
        rows = [_row(error.path, "error", error, record) for error in errors]
        rows += [_row(test.nodeid, test.outcome.value, failure, record) for test, failure in failures(record)]
        return render_json(
            {
                "schema_version": SCHEMA_VERSION,
                "run_id": record.run_id,
                "run_at": rfc3339(record.run_at),
                "tests_ran": record.claim is not None,
                "failures": rows,
            }
        )


def _row(nodeid: str, outcome: str, failure: Failure, record: RunRecord) -> dict[str, Any]:
    tasks = tasks_of(nodeid, record)
    cause, evidence = suspect(failure, _layer(tasks, record))
    return {
        "nodeid": nodeid,
        "tasks": list(tasks),
        "outcome": outcome,
        "phase": failure.phase or None,
        "exception": failure.exception or None,
        "message": failure.message,
        "path": failure.path or None,
        "line": failure.line or None,
        "suspected_cause": cause,
        "cause_evidence": evidence or None,
        "traceback": failure.trace or None,
    }


def _layer(tasks: tuple[str, ...], record: RunRecord) -> str:
    """The layer that all these tasks share, empty where they lie in several."""
    layers = {outcome.layer for outcome in record.outcomes if outcome.task_id in tasks}
    return layers.pop() if len(layers) == 1 else ""
