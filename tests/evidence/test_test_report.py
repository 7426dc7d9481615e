"""test_report.json: valid CTRF, whatever the run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
from hypothesis import given, settings

from pytest_agentgates.core.outcomes import Failure, TestClaim
from pytest_agentgates.core.record import RunRecord
from pytest_agentgates.evidence.test_report import TestReport
from pytest_agentgates.schemas import schema_text
from tests.evidence.records import CLAIM, EMPTY, FLAKY, NEVER_RAN, RECORD
from tests.strategies import RECORDS

VALIDATOR = jsonschema.Draft7Validator(json.loads(schema_text("ctrf")), format_checker=jsonschema.FormatChecker())
WHOLE = Path(__file__).parents[1] / "data" / "evidence" / "test_report.json"


def rendered(record: RunRecord) -> Any:
    return json.loads(TestReport().render(record))


def test_the_whole_file() -> None:
    assert TestReport().render(RECORD) == WHOLE.read_text(encoding="utf-8")


@settings(deadline=None)
@given(RECORDS)
def test_every_run_is_valid_ctrf(record: RunRecord) -> None:
    VALIDATOR.validate(rendered(record))


@settings(deadline=None)
@given(RECORDS)
def test_the_summary_adds_up_and_every_test_names_its_task(record: RunRecord) -> None:
    results = rendered(record)["results"]
    summary, tests = results["summary"], results["tests"]
    counted = [summary[status] for status in ("passed", "failed", "skipped", "pending", "other")]
    assert summary["tests"] == len(tests) == sum(counted)
    assert all("task" in test["labels"] for test in tests)


@settings(deadline=None)
@given(RECORDS)
def test_own_keys_stand_in_extra_under_our_name(record: RunRecord) -> None:
    extras = [test.get("extra", {}) for test in rendered(record)["results"]["tests"]]
    assert all(key.startswith("agentgates.") for extra in extras for key in extra)


def test_a_test_that_never_ran_is_pending_and_says_so() -> None:
    tests = {test["name"]: test for test in rendered(RECORD)["results"]["tests"]}
    assert tests[NEVER_RAN]["status"] == "pending"
    assert tests[NEVER_RAN]["message"] == "it was expected and never ran"


def test_a_narrowed_run_says_what_narrowed_it() -> None:
    tests = rendered(replace(RECORD, claim=replace(CLAIM, narrowed=("-k", "-x"))))["results"]["tests"]
    assert tests[-1]["message"] == "it was expected and never ran; the run was narrowed by -k, -x"


def test_a_test_that_passed_when_run_again_is_flaky() -> None:
    tests = {test["name"]: test for test in rendered(RECORD)["results"]["tests"]}
    assert (tests[FLAKY.nodeid]["retries"], tests[FLAKY.nodeid]["flaky"]) == (2, True)
    assert rendered(RECORD)["results"]["summary"]["flaky"] == 1


def test_an_error_at_collection_is_a_failed_test() -> None:
    error = Failure("collect", "ImportError", "no module x", "tests/test_a.py", 1, "E   no module x")
    tests = rendered(replace(RECORD, claim=TestClaim(collection_errors=(error,)), expected={}))["results"]["tests"]
    assert [(test["name"], test["status"], test["rawStatus"]) for test in tests] == [
        ("tests/test_a.py", "failed", "collection_error")
    ]


def test_a_test_of_two_tasks_is_labelled_with_both() -> None:
    first = RECORD.outcomes[0]
    record = replace(
        RECORD,
        outcomes=(first, replace(first, task_id="T2")),
        expected={"T1": RECORD.expected["T1"], "T2": RECORD.expected["T1"]},
    )
    assert rendered(record)["results"]["tests"][0]["labels"] == {"task": ["T1", "T2"]}


def test_the_same_run_has_the_same_report_id() -> None:
    assert rendered(RECORD)["reportId"] == rendered(RECORD)["reportId"] != rendered(EMPTY)["reportId"]
