"""test_report.json: the tests of the run in the Common Test Report Format (CTRF)."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from pytest_agentgates.core.moment import epoch_ms, rfc3339
from pytest_agentgates.core.outcomes import Failure, Outcome, TestRecord
from pytest_agentgates.core.record import RunRecord
from pytest_agentgates.core.task_tests import never_ran, tasks_of
from pytest_agentgates.core.verdict import VerdictStatus
from pytest_agentgates.render_json import render_json

SPEC_VERSION = "1.0.0"
_STATUSES = ("passed", "failed", "skipped", "pending", "other")
_STATUS_OF = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.ERROR: "failed",
    Outcome.SKIPPED: "skipped",
    Outcome.XFAILED: "other",
    Outcome.XPASSED: "other",
    Outcome.UNFINISHED: "other",
}


@dataclass(frozen=True)
class TestReport:
    """Writes test_report.json; optional members that are not known are left out, as CTRF asks."""

    __test__ = False  # pytest would take the name for a test class

    file_name: ClassVar[str] = "test_report.json"

    def render(self, record: RunRecord) -> str:
        """The whole file."""
        tests = list(_tests(record))
        return render_json(
            {
                "reportFormat": "CTRF",
                "specVersion": SPEC_VERSION,
                "reportId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"agentgates:{record.run_id}")),
                "runId": record.run_id,
                "timestamp": rfc3339(record.finished_at),
                "generatedBy": "pytest-agentgates",
                "results": {
                    "tool": _known({"name": "pytest", "version": record.claim.pytest if record.claim else ""}),
                    "summary": _summary(tests, record),
                    "tests": tests,
                    "environment": _environment(record),
                },
            }
        )


def _tests(record: RunRecord) -> Iterator[dict[str, Any]]:
    claim = record.claim
    for error in claim.collection_errors if claim else ():
        yield _collection_error(error, record)
    for test in claim.records if claim else ():
        yield _test(test, record)
    for nodeid in never_ran(record):
        yield _never_ran(nodeid, record)


def _test(test: TestRecord, record: RunRecord) -> dict[str, Any]:
    status = _STATUS_OF[test.outcome]
    timed = {"start": test.started_ms, "stop": test.started_ms + test.duration_ms} if test.started_ms else {}
    retried = {"retries": test.reruns, "flaky": status == "passed"} if test.reruns else {}
    return {
        **_identity(test.nodeid, status, test.duration_ms),
        **timed,
        **_why(test),
        **_known({"line": test.line, "filePath": test.path}),
        "rawStatus": test.outcome.value,
        **_labels(test.nodeid, record),
        **retried,
        **_known({"extra": _extra(test)}),
    }


def _why(test: TestRecord) -> dict[str, Any]:
    failure = test.failure
    if failure is None:
        return _known({"message": test.reason})
    return _known({"message": failure.message, "trace": failure.trace})


def _extra(test: TestRecord) -> dict[str, Any]:
    failed = test.failure
    facts = (
        {"phase": failed.phase, "exception": failed.exception, "path": failed.path, "line": failed.line}
        if failed
        else {}
    )
    return {f"agentgates.{key}": value for key, value in _known({"phases": list(test.phases), **facts}).items()}


def _collection_error(error: Failure, record: RunRecord) -> dict[str, Any]:
    name = error.path or "collection"
    return {
        **_identity(name, "failed", 0),
        **_known({"message": error.message, "trace": error.trace, "filePath": error.path}),
        "rawStatus": "collection_error",
        **_labels(name, record),
        "extra": {"agentgates.phase": error.phase, "agentgates.exception": error.exception},
    }


def _never_ran(nodeid: str, record: RunRecord) -> dict[str, Any]:
    narrowed = record.claim.narrowed if record.claim else ()
    why = f"; the run was narrowed by {', '.join(narrowed)}" if narrowed else ""
    return {
        **_identity(nodeid, "pending", 0),
        "message": f"it was expected and never ran{why}",
        "rawStatus": "never_ran",
        **_labels(nodeid, record),
    }


def _identity(nodeid: str, status: str, duration_ms: int) -> dict[str, Any]:
    suite = nodeid.split("::")[:-1]
    place = {"suite": suite} if suite else {}
    return {"testId": nodeid, "name": nodeid, **place, "status": status, "duration": duration_ms}


def _labels(nodeid: str, record: RunRecord) -> dict[str, Any]:
    tasks = tasks_of(nodeid, record)
    return {"labels": {"task": list(tasks) if len(tasks) > 1 else "".join(tasks)}}


def _summary(tests: list[dict[str, Any]], record: RunRecord) -> dict[str, int]:
    count = Counter(test["status"] for test in tests)
    return {
        "tests": len(tests),
        **{status: count[status] for status in _STATUSES},
        "flaky": sum(bool(test.get("flaky")) for test in tests),
        "suites": len({test["suite"][0] for test in tests if "suite" in test}),
        "start": epoch_ms(record.run_at),
        "stop": epoch_ms(record.finished_at),
        **({"duration": record.claim.duration_ms} if record.claim else {}),
    }


def _environment(record: RunRecord) -> dict[str, Any]:
    known = {"commit": record.git.commit, "branchName": record.git.branch, "osVersion": record.platform}
    extra = {"agentgates.python": record.python, "agentgates.assurance": record.assurance}
    return {
        **_known(known),
        "healthy": record.status is VerdictStatus.PASS,
        "extra": {**_known(extra), "agentgates.complete": record.complete},
    }


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}
