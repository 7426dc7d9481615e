"""Gate results survive the way through JSON, and nothing malformed comes through."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.core.verdict import GateResult, GateStatus, Tool
from pytest_agentgates.gate_result_json import decode_result, encode_result
from tests.strategies import JSON_VALUES, RESULTS

RESULT = GateResult(
    "ruff_clean",
    GateStatus.FAIL,
    "1 finding",
    (Finding("E722", "bare except", "a.py", 3, 5, "name it", Severity.WARNING, "except:", "f1", "legacy"),),
    blocking=False,
    duration_ms=12,
    command=("ruff", "check"),
    exit_code=1,
    tool=Tool("ruff", "0.17.5"),
    actual=1.5,
    threshold=2,
    comparator=">=",
    cached=True,
    tasks=("T1",),
    facts={"files": 3},
)
ENCODED: dict[str, Any] = {
    "name": "ruff_clean",
    "status": "fail",
    "blocking": False,
    "command": ["ruff", "check"],
    "exit_code": 1,
    "duration_ms": 12,
    "tool": {"name": "ruff", "version": "0.17.5"},
    "message": "1 finding",
    "actual": 1.5,
    "threshold": 2,
    "comparator": ">=",
    "cached": True,
    "findings": [
        {
            "rule": "E722",
            "path": "a.py",
            "line": 3,
            "column": 5,
            "message": "bare except",
            "fix": "name it",
            "severity": "warning",
            "fingerprint": "f1",
            "waived": "legacy",
            "snippet": "except:",
        }
    ],
    "tasks": ["T1"],
    "facts": {"files": 3},
}


@settings(deadline=None)
@given(RESULTS)
def test_what_goes_through_json_comes_back_the_same(result: GateResult) -> None:
    assert decode_result(json.loads(json.dumps(encode_result(result), allow_nan=False))) == result


def test_the_whole_encoded_form() -> None:
    assert encode_result(RESULT) == ENCODED


def test_what_a_result_does_not_know_is_null() -> None:
    encoded = encode_result(GateResult("mine", GateStatus.ERROR))
    unknown = ("exit_code", "tool", "actual", "threshold", "comparator")
    assert [encoded[key] for key in unknown] == [None] * 5


def test_numbers_that_json_lacks_become_null() -> None:
    result = GateResult("mine", GateStatus.PASS, actual=float("nan"), facts={"ratio": float("inf")})
    encoded = encode_result(result)
    assert encoded["actual"] is None
    assert encoded["facts"] == {"ratio": None}


def test_facts_of_other_types_become_json_values() -> None:
    result = GateResult("mine", GateStatus.PASS, facts={"where": Path("a/b"), "pair": (1, 2), "by": {3: "x"}})
    assert encode_result(result)["facts"] == {"where": str(Path("a/b")), "pair": [1, 2], "by": {"3": "x"}}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"status": "great"}, "gate 'ruff_clean': status is 'great', not one of pass, fail, warn, skip, error"),
        ({"name": None}, "the gate result: name is null, not str"),
        ({"blocking": 1}, "the gate result: blocking is int, not bool"),
        ({"duration_ms": True}, "the gate result: duration_ms is bool, not int"),
        ({"exit_code": "1"}, "the gate result: exit_code is str, not int or null"),
        ({"command": ["ruff", 1]}, "gate 'ruff_clean': command holds something that is no text"),
        ({"comparator": ""}, "gate 'ruff_clean': comparator is empty, not null"),
        ({"tool": {"name": "ruff"}}, "gate 'ruff_clean': tool lacks version"),
        ({"findings": [7]}, "gate 'ruff_clean': findings[0] is int, not an object"),
        ({"findings": [{}]}, "gate 'ruff_clean': findings[0] lacks rule, path, line"),
        (
            {"findings": [{**ENCODED["findings"][0], "severity": "odd"}]},
            "findings[0]: severity is 'odd', not one of error",
        ),
        ({"verdict": "pass"}, "the gate result has unknown keys: verdict"),
    ],
)
def test_a_malformed_result_is_named(change: dict[str, object], text: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        decode_result({**ENCODED, **change})
    assert text in str(caught.value)


@pytest.mark.parametrize("key", ENCODED)
def test_a_missing_key_is_named(key: str) -> None:
    torn = {name: value for name, value in ENCODED.items() if name != key}
    with pytest.raises(ValueError, match=f"the gate result lacks {key}$"):
        decode_result(torn)


@settings(deadline=None)
@given(JSON_VALUES)
def test_any_other_value_is_a_value_error(value: object) -> None:
    with pytest.raises(ValueError, match=r"the gate result"):
        decode_result(value)


@settings(deadline=None)
@given(st.sampled_from(list(ENCODED)), JSON_VALUES)
def test_a_damaged_field_is_decoded_as_it_is_or_a_value_error(key: str, value: object) -> None:
    damaged = {**ENCODED, key: value}
    with suppress(ValueError):
        assert encode_result(decode_result(damaged)) == damaged
