"""statement.intoto.json: an in-toto Statement that promises no more than was judged."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from pytest_agentgates.core.record import GitFacts, RunRecord
from pytest_agentgates.core.verdict import GateResult, GateStatus, Verdict, VerdictStatus
from pytest_agentgates.evidence.statement import InTotoStatement
from tests.evidence.records import COVERAGE, EMPTY, RECORD, RUFF
from tests.strategies import RECORDS

WHOLE = Path(__file__).parents[1] / "data" / "evidence" / "statement.intoto.json"
PASS = tuple(replace(outcome, verdict=Verdict(VerdictStatus.PASS)) for outcome in RECORD.outcomes)


def rendered(record: RunRecord) -> Any:
    return json.loads(InTotoStatement().render(record))


def test_the_whole_file() -> None:
    assert InTotoStatement().render(RECORD) == WHOLE.read_text(encoding="utf-8")


def test_a_commit_is_no_subject_where_the_files_differ_from_it() -> None:
    subjects = rendered(replace(RECORD, git=replace(RECORD.git, dirty=True)))["subject"]
    assert [subject["digest"] for subject in subjects] == [{"sha256": "f" * 64}]
    assert subjects[0]["annotations"]["commit"] == "c" * 40
    assert subjects[0]["annotations"]["dirty"] is True


def test_outside_git_the_files_are_the_subject() -> None:
    (subject,) = rendered(replace(RECORD, git=GitFacts()))["subject"]
    assert subject["digest"] == {"sha256": "f" * 64}
    assert "dirty" not in subject["annotations"]


@pytest.mark.parametrize(
    ("gates", "outcomes", "result"),
    [
        ((COVERAGE,), PASS, "PASSED"),
        ((COVERAGE, RUFF), PASS, "WARNED"),
        ((COVERAGE,), RECORD.outcomes, "FAILED"),
        ((COVERAGE,), tuple(replace(one, verdict=Verdict(VerdictStatus.INCOMPLETE)) for one in PASS), "FAILED"),
        ((COVERAGE,), tuple(replace(one, verdict=Verdict(VerdictStatus.ERROR)) for one in PASS), "FAILED"),
        (
            (COVERAGE,),
            tuple(replace(one, verdict=Verdict(VerdictStatus.PASS, complete=False)) for one in PASS),
            "FAILED",
        ),
        ((COVERAGE,), (), "FAILED"),
    ],
)
def test_only_a_whole_pass_is_passed(gates: tuple[GateResult, ...], outcomes: Any, result: str) -> None:
    record = replace(RECORD, gates=gates, outcomes=outcomes, claim=None)
    assert rendered(record)["predicate"]["result"] == result


@settings(deadline=None)
@given(RECORDS)
def test_no_gate_that_gave_no_pass_is_listed_as_passed(record: RunRecord) -> None:
    predicate = rendered(record)["predicate"]
    passed = sum(result.status is GateStatus.PASS for result in record.gates)
    assert sum(name.startswith("gate:") for name in predicate["passedTests"]) == passed
    assert (predicate["result"] == "FAILED") == (record.status is not VerdictStatus.PASS or not record.complete)


def test_an_empty_run_names_no_digest_it_does_not_know() -> None:
    statement = rendered(EMPTY)
    assert (statement["subject"], statement["predicate"]["configuration"]) == ([], [])
