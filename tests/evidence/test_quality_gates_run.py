"""quality_gates_run.json: the whole file, and what must hold for every run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from pytest_agentgates.core.outcomes import TestClaim
from pytest_agentgates.core.record import GitFacts, RunRecord
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.evidence.quality_gates_run import QualityGatesRun
from pytest_agentgates.gate_result_json import decode_result
from pytest_agentgates.schemas import schema_text
from tests.evidence.records import EMPTY, RECORD
from tests.strategies import RECORDS

SCHEMA = json.loads(schema_text("quality_gates_run"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
WHOLE = Path(__file__).parents[1] / "data" / "evidence" / "quality_gates_run.json"


def rendered(record: RunRecord) -> Any:
    return json.loads(QualityGatesRun().render(record))


def test_the_whole_file() -> None:
    record = replace(RECORD, artifacts=((".claude/evidence/runs/r/test_report.json", "0" * 64),))
    assert QualityGatesRun().render(record) == WHOLE.read_text(encoding="utf-8")


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_demands_every_key_and_allows_no_other() -> None:
    run = rendered(RECORD)
    for key in run:
        torn = {name: value for name, value in run.items() if name != key}
        assert not VALIDATOR.is_valid(torn)
    assert not VALIDATOR.is_valid({**run, "more": 1})


@settings(deadline=None)
@given(RECORDS)
def test_every_run_fits_the_schema(record: RunRecord) -> None:
    VALIDATOR.validate(rendered(record))


@settings(deadline=None)
@given(RECORDS)
def test_the_gates_can_be_read_back(record: RunRecord) -> None:
    plain = tuple(decode_result(gate) for gate in rendered(record)["gates"])
    assert [result.status for result in plain] == [result.status for result in record.gates]
    assert [len(result.findings) for result in plain] == [len(result.findings) for result in record.gates]


@settings(deadline=None)
@given(RECORDS)
def test_executed_is_the_sum_of_the_outcomes(record: RunRecord) -> None:
    tests = rendered(record)["tests"]
    outcomes = [tests[key] for key in ("passed", "failed", "skipped", "errors", "xfailed", "xpassed")]
    assert tests["executed"] == (sum(outcomes) if record.claim else None)


def test_what_is_not_known_is_null() -> None:
    run = rendered(EMPTY)
    keys = ("task_id", "agent", "trigger", "config_digest", "tool_digest", "python", "platform", "transition")
    assert [run[key] for key in keys] == [None] * len(keys)
    assert set(run["git"].values()) == set(run["tests"].values()) == set(run["verification"].values()) == {None}
    assert run["tasks"] == []


def test_a_clean_tree_is_known_to_be_clean_inside_git_only() -> None:
    assert rendered(replace(EMPTY, git=GitFacts(branch="main")))["git"]["dirty"] is False


def test_several_tasks_have_no_single_id_and_no_single_transition() -> None:
    first = RECORD.outcomes[0]
    run = rendered(replace(RECORD, outcomes=(first, replace(first, task_id="T2", steps=()))))
    assert (run["task_id"], run["transition"]) == (None, None)
    assert [(task["id"], task["transition"]) for task in run["tasks"]] == [
        ("T1", {"from": "in_progress", "to": "blocked", "attempt": 3}),
        ("T2", None),
    ]


@pytest.mark.parametrize(
    ("statuses", "word"),
    [
        ([], None),
        ([GateStatus.PASS], "pass"),
        ([GateStatus.PASS, GateStatus.FAIL], "fail"),
        ([GateStatus.WARN], "fail"),
        ([GateStatus.ERROR], None),
        ([GateStatus.PASS, GateStatus.ERROR], None),
        ([GateStatus.SKIP], None),
    ],
)
def test_lint_is_only_a_pass_where_every_result_is(statuses: list[GateStatus], word: str | None) -> None:
    gates = tuple(GateResult("ruff_clean", status) for status in statuses)
    assert rendered(replace(EMPTY, gates=gates))["verification"]["lint"] == word


def test_a_test_that_never_ended_is_not_executed() -> None:
    tests = rendered(replace(RECORD, claim=TestClaim(collected=("a::b",))))["tests"]
    assert (tests["collected"], tests["executed"], tests["expected"]) == (1, 0, 3)
