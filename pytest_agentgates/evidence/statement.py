"""statement.intoto.json: the run as an unsigned in-toto Statement, for CI to sign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from pytest_agentgates.core.outcomes import Outcome, TestRecord
from pytest_agentgates.core.record import RunRecord
from pytest_agentgates.core.verdict import GateResult, GateStatus, VerdictStatus
from pytest_agentgates.render_json import render_json

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"
_PASSED, _WARNED, _FAILED = "passedTests", "warnedTests", "failedTests"
_LIST_OF_TEST = {
    Outcome.PASSED: _PASSED,
    Outcome.XPASSED: _WARNED,
    Outcome.FAILED: _FAILED,
    Outcome.ERROR: _FAILED,
    Outcome.UNFINISHED: _FAILED,
}
_LIST_OF_GATE = {
    GateStatus.PASS: _PASSED,
    GateStatus.WARN: _WARNED,
    GateStatus.FAIL: _FAILED,
    GateStatus.ERROR: _FAILED,
}


@dataclass(frozen=True)
class InTotoStatement:
    """Writes statement.intoto.json, with the commit as a subject only where the files are the commit's."""

    file_name: ClassVar[str] = "statement.intoto.json"

    def render(self, record: RunRecord) -> str:
        """The whole file."""
        named = list(_named(record))
        lists = {key: [name for name, its_list in named if its_list == key] for key in (_PASSED, _WARNED, _FAILED)}
        predicate: dict[str, Any] = {
            "result": _result(record, bool(lists[_WARNED])),
            "configuration": list(_configuration(record)),
            **lists,
        }
        return render_json(
            {
                "_type": STATEMENT_TYPE,
                "subject": list(_subjects(record)),
                "predicateType": PREDICATE_TYPE,
                "predicate": predicate,
            }
        )


def _result(record: RunRecord, warned: bool) -> str:
    if record.status is not VerdictStatus.PASS or not record.complete:
        return "FAILED"
    return "WARNED" if warned else "PASSED"


def _subjects(record: RunRecord) -> Iterator[dict[str, Any]]:
    # Who verifies looks for any digest that matches: a commit named for files it does not hold would pass for them.
    if record.git.commit and not record.git.dirty:
        yield {"name": "commit", "digest": {"gitCommit": record.git.commit}}
    if record.files_digest:
        yield {"name": "files", "digest": {"sha256": record.files_digest}, "annotations": _annotations(record)}


def _annotations(record: RunRecord) -> dict[str, Any]:
    known = {"run_id": record.run_id, "commit": record.git.commit, "assurance": record.assurance}
    dirty = {"dirty": record.git.dirty} if record.git.commit else {}
    notes = {"assurance_notes": list(record.assurance_notes)} if record.assurance_notes else {}
    return {**{key: value for key, value in known.items() if value}, **notes, **dirty}


def _configuration(record: RunRecord) -> Iterator[dict[str, Any]]:
    for name, digest in (("agentgates configuration", record.config_digest), ("pytest-agentgates", record.tool_digest)):
        if digest:
            yield {"name": name, "digest": {"sha256": digest}}


def _named(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Each test and gate with its list; what was skipped or expected to fail stands in none."""
    for test in record.claim.records if record.claim else ():
        yield test.nodeid, _list_of(test)
    for result in record.gates:
        yield _gate_name(result), _LIST_OF_GATE.get(result.status, "")


def _list_of(test: TestRecord) -> str:
    found = _LIST_OF_TEST.get(test.outcome, "")
    return _WARNED if found == _PASSED and test.reruns else found


def _gate_name(result: GateResult) -> str:
    tasks = f" ({', '.join(result.tasks)})" if result.tasks else ""
    return f"gate:{result.name}{tasks}"
