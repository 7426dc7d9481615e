"""test_failures.json: what is needed to mend each failure."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
from hypothesis import given, settings

from pytest_agentgates.core.outcomes import Failure, Outcome, TestClaim, TestRecord
from pytest_agentgates.core.record import RunRecord
from pytest_agentgates.evidence.test_failures import TestFailures
from pytest_agentgates.schemas import schema_text
from tests.evidence.records import CLAIM, EMPTY, FLAKY, RECORD
from tests.strategies import RECORDS

SCHEMA = json.loads(schema_text("test_failures"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
WHOLE = Path(__file__).parents[1] / "data" / "evidence" / "test_failures.json"


def rendered(record: RunRecord) -> Any:
    return json.loads(TestFailures().render(record))


def failures_of(claim: TestClaim) -> Any:
    return rendered(replace(RECORD, claim=claim))["failures"]


def test_the_whole_file() -> None:
    assert TestFailures().render(RECORD) == WHOLE.read_text(encoding="utf-8")


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@settings(deadline=None)
@given(RECORDS)
def test_every_run_fits_the_schema(record: RunRecord) -> None:
    VALIDATOR.validate(rendered(record))


def test_no_failure_says_nothing_where_no_test_ran() -> None:
    run = rendered(EMPTY)
    assert (run["tests_ran"], run["failures"]) == (False, [])


def test_an_error_at_collection_stands_under_its_file() -> None:
    error = Failure("collect", "ModuleNotFoundError", "No module named 'x'", "tests/test_a.py", 1)
    (row,) = failures_of(TestClaim(collection_errors=(error,)))
    assert (row["nodeid"], row["phase"], row["suspected_cause"]) == ("tests/test_a.py", "collect", "import_error")


def test_a_test_that_never_ended_when_time_ran_out_is_a_timeout() -> None:
    hung = TestRecord("tests/test_orders.py::test_hang", Outcome.UNFINISHED, phases=("setup passed",), line=3)
    (row,) = failures_of(TestClaim(records=(hung,), timed_out=True))
    evidence = "it began and never ended: the tests' process ran out of time"
    assert (row["suspected_cause"], row["cause_evidence"], row["phase"]) == ("timeout", evidence, "setup passed")


def test_the_failure_of_a_flaky_test_is_kept() -> None:
    flaky = replace(FLAKY, failure=Failure("call", "KeyError", "'x'"))
    (row,) = failures_of(replace(CLAIM, records=(flaky,)))
    assert (row["outcome"], row["exception"], row["suspected_cause"]) == ("passed", "KeyError", "unknown")


def test_the_causes_are_those_of_the_task_s_layer() -> None:
    record = TestRecord(
        "tests/test_orders.py::test_ui", Outcome.FAILED, failure=Failure("call", "Error", "fetch failed")
    )
    outcomes = tuple(replace(outcome, layer="infrastructure_frontend") for outcome in RECORD.outcomes)
    run = replace(RECORD, outcomes=outcomes, claim=replace(CLAIM, records=(record,)))
    assert rendered(run)["failures"][0]["suspected_cause"] == "api_client_error"
