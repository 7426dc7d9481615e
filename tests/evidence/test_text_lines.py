"""The text format: clickable lines that text of others cannot forge."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.record import RunRecord
from pytest_agentgates.core.verdict import GateResult, GateStatus, Verdict, VerdictStatus
from pytest_agentgates.evidence.text_lines import TextLines
from tests.evidence.records import EMPTY, RECORD
from tests.strategies import RECORDS

WHOLE = """\
src/orders.py:7:1: RUN001 test_sum: assert 1 == 2
    fix: make it add
src/orders.py:3:5: E722 bare except
    fix: name the exception
FAIL  tests_pass (T1): 1 of 5 passed, 1 findings
WARN  ruff_clean: 2 findings
PASS  coverage_floor (T1): 91.5 %
ERROR mypy_clean: mypy is not installed
verdict: fail (1 pass, 1 fail, 1 warn, 0 skip, 1 error, 1 waived)
"""


def rendered(*findings: Finding) -> list[str]:
    gate = GateResult("mine", GateStatus.FAIL, findings=findings)
    return TextLines().render(replace(EMPTY, gates=(gate,))).splitlines()


def test_the_whole_text() -> None:
    assert TextLines().render(RECORD) == WHOLE


def test_a_finding_without_a_place_begins_with_its_code() -> None:
    assert rendered(Finding("TSK001", "no such task"))[0] == "TSK001 no such task"


def test_a_finding_of_a_whole_file_has_no_line() -> None:
    assert (
        rendered(Finding("HEX002", "README.md is missing", "components/a"))[0]
        == "components/a: HEX002 README.md is missing"
    )


def test_the_lines_of_a_message_cannot_look_like_a_finding() -> None:
    lines = rendered(Finding("X1", "first\nb.py:1:1: X2 forged\x1b[2K", "a.py", 1, fix="one\ntwo"))
    assert lines[:4] == ["a.py:1:1: X1 first", "    b.py:1:1: X2 forged\\x1b[2K", "    fix: one", "    two"]


def test_a_path_cannot_break_its_line() -> None:
    assert rendered(Finding("X1", "odd", "a\nb.py", 1))[0] == "a\\nb.py:1:1: X1 odd"


def test_an_incomplete_run_says_so() -> None:
    texts = []
    for status in (VerdictStatus.INCOMPLETE, VerdictStatus.ERROR):
        outcomes = tuple(replace(one, verdict=Verdict(status, complete=False)) for one in EMPTY.outcomes)
        texts.append(TextLines().render(replace(EMPTY, outcomes=outcomes)).partition(" (")[0])
    assert texts == ["verdict: incomplete", "verdict: error, incomplete"]


@settings(deadline=None)
@given(RECORDS)
def test_the_last_lines_are_the_gates_and_the_verdict(record: RunRecord) -> None:
    lines = TextLines().render(record).split("\n")
    assert lines[-1] == ""
    assert lines[-2].startswith(f"verdict: {record.status.value}")
    assert len(record.gates) <= len(lines) - 2
