from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_agentgates.core.outcomes import Outcome, TestClaim
from pytest_agentgates.read_claim import read_claim

SETUP = {"when": "setup", "outcome": "passed", "ms": 1.0, "start": 1000, "line": 3}
CALL = {"when": "call", "outcome": "passed", "ms": 2.0}
TEARDOWN = {"when": "teardown", "outcome": "passed", "ms": 3.0}
FAILURE = {"phase": "call", "exception": "ValueError", "message": "no", "path": "/p/a.py", "line": 4, "trace": "t"}
FAILED = {"when": "call", "outcome": "failed", "ms": 2.0, "failure": FAILURE}
RERUN = {"when": "call", "outcome": "rerun", "ms": 2.0, "failure": FAILURE}
CLEAN = [SETUP, CALL, TEARDOWN]


def claim_of(tmp_path: Path, *lines: dict[str, Any]) -> TestClaim:
    path = tmp_path / "claim.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return read_claim(path, Path("/p"), 0, 5)


def outcome_of(tmp_path: Path, *phases: dict[str, Any]) -> Outcome:
    (record,) = claim_of(tmp_path, {"kind": "test", "id": "a.py::t", "phases": list(phases)}).records
    return record.outcome


def skipped(when: str, **facts: Any) -> dict[str, Any]:
    return {"when": when, "outcome": "skipped", "ms": 0.0, "start": 1, "line": 1, **facts}


def test_three_clean_phases_are_a_pass(tmp_path: Path) -> None:
    (record,) = claim_of(tmp_path, {"kind": "test", "id": "a.py::t", "phases": CLEAN}).records
    assert record.outcome is Outcome.PASSED
    assert (record.duration_ms, record.path, record.line, record.started_ms) == (6, "a.py", 3, 1000)


@pytest.mark.parametrize(
    ("phases", "expected"),
    [
        ([SETUP, FAILED, TEARDOWN], Outcome.FAILED),
        ([{**SETUP, "outcome": "failed", "failure": FAILURE}, TEARDOWN], Outcome.ERROR),
        ([SETUP, CALL, {**TEARDOWN, "outcome": "failed", "failure": FAILURE}], Outcome.ERROR),
        ([skipped("setup", reason="later"), TEARDOWN], Outcome.SKIPPED),
        ([SETUP, skipped("call", reason="later"), TEARDOWN], Outcome.SKIPPED),
        ([SETUP, skipped("call", xfail="known"), TEARDOWN], Outcome.XFAILED),
        ([SETUP, {**CALL, "xfail": ""}, TEARDOWN], Outcome.XPASSED),
        ([SETUP, CALL], Outcome.UNFINISHED),
        ([SETUP, TEARDOWN], Outcome.UNFINISHED),
        ([*CLEAN, *CLEAN], Outcome.UNFINISHED),
        ([SETUP, {"when": "???", "outcome": "failed", "ms": 0, "failure": FAILURE}], Outcome.ERROR),
        ([SETUP, {**CALL, "when": "subtest"}, CALL, TEARDOWN], Outcome.PASSED),
        ([SETUP, {**FAILED, "when": "subtest"}, CALL, TEARDOWN], Outcome.FAILED),
        ([SETUP, RERUN, TEARDOWN, *CLEAN], Outcome.PASSED),
        ([SETUP, RERUN, TEARDOWN, SETUP, FAILED, TEARDOWN], Outcome.FAILED),
    ],
)
def test_the_worst_phase_decides(tmp_path: Path, phases: list[dict[str, Any]], expected: Outcome) -> None:
    assert outcome_of(tmp_path, *phases) is expected


def test_a_later_pass_does_not_undo_a_crash(tmp_path: Path) -> None:
    crash = {"when": "???", "outcome": "failed", "ms": 0, "failure": FAILURE}
    lines = [{"kind": "test", "id": "a.py::t", "phases": [crash]}, {"kind": "test", "id": "a.py::t", "phases": CLEAN}]
    (record,) = claim_of(tmp_path, *lines).records
    assert record.outcome is Outcome.ERROR


def test_reruns_are_counted_and_the_failure_is_kept(tmp_path: Path) -> None:
    (record,) = claim_of(
        tmp_path, {"kind": "test", "id": "a.py::t", "phases": [SETUP, RERUN, TEARDOWN, *CLEAN]}
    ).records
    assert record.reruns == 1
    assert record.failure is not None
    assert (record.failure.path, record.failure.line) == ("a.py", 4)


def test_no_file_is_said_to_be_nothing(tmp_path: Path) -> None:
    assert read_claim(tmp_path / "none", tmp_path, 0, 5).unreadable == "it wrote nothing"


@pytest.mark.parametrize(
    "text", ["{", "[1]\n", '{"kind": "test"}\n', '{"no": "kind"}\n', "\x00", '{"kind": "narrowed"}\n']
)
def test_a_torn_or_forged_record_is_unreadable(tmp_path: Path, text: str) -> None:
    path = tmp_path / "claim.jsonl"
    path.write_text(text, encoding="utf-8")
    assert "cannot be read" in read_claim(path, tmp_path, 0, 5).unreadable


def test_a_session_without_an_end_has_no_status(tmp_path: Path) -> None:
    assert claim_of(tmp_path, {"kind": "start", "python": "3.13.0", "pytest": "9.2.0"}).exit_status is None
