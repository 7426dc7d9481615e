"""Workflow commands: escaped, the worst first, no more than GitHub shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.core.record import RunRecord
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.evidence.github_annotations import GithubAnnotations
from tests.evidence.records import EMPTY, RECORD
from tests.strategies import RECORDS

WHOLE = """\
::error file=src/orders.py,line=7,col=1,title=RUN001 (tests_pass)::test_sum: assert 1 == 2%0Afix: make it add
::error title=error (mypy_clean)::mypy is not installed
::warning file=src/orders.py,line=3,col=5,title=E722 (ruff_clean)::bare except%0Afix: name the exception
"""


def rendered(*gates: GateResult) -> list[str]:
    return GithubAnnotations().render(replace(EMPTY, gates=gates)).splitlines()


def test_the_whole_text() -> None:
    assert GithubAnnotations().render(RECORD) == WHOLE


def test_what_would_end_a_command_is_escaped() -> None:
    finding = Finding("A,B", "50% :: off\r\n::error::forged", "odd, path: 100%.py", 2, 3)
    assert rendered(GateResult("mine", GateStatus.FAIL, findings=(finding,))) == [
        "::error file=odd%2C path%3A 100%25.py,line=2,col=3,title=A%2CB (mine)::50%25 :: off%0A::error::forged"
    ]


def test_errors_come_first_and_the_rest_is_counted() -> None:
    advice = tuple(Finding(f"W{n}", "w", severity=Severity.WARNING) for n in range(11))
    errors = tuple(Finding(f"E{n}", "e") for n in range(13))
    lines = rendered(GateResult("mine", GateStatus.FAIL, findings=(*advice, *errors)))
    assert [line.split("::")[1].split(" ")[0] for line in lines[:-1]] == ["error"] * 10 + ["warning"] * 10
    assert lines[-1] == "3 more errors and 1 more warnings are not shown here"


def test_of_the_warnings_failures_of_advisory_gates_come_first() -> None:
    findings = (Finding("W1", "w", severity=Severity.WARNING), Finding("E1", "e"))
    lines = rendered(GateResult("mine", GateStatus.WARN, findings=findings, blocking=False))
    assert lines == ["::warning title=E1 (mine)::e", "::warning title=W1 (mine)::w"]


def test_waived_findings_are_left_out() -> None:
    finding = Finding("E1", "e", waived="agreed")
    assert rendered(GateResult("mine", GateStatus.PASS, findings=(finding,))) == []


@pytest.mark.parametrize(
    ("status", "blocking", "lines"),
    [
        (GateStatus.FAIL, True, ["::error title=fail (mine)::why"]),
        (GateStatus.ERROR, True, ["::error title=error (mine)::why"]),
        (GateStatus.WARN, False, ["::warning title=warn (mine)::why"]),
        (GateStatus.PASS, True, []),
        (GateStatus.SKIP, True, []),
    ],
)
def test_a_gate_that_failed_without_a_finding_still_shows(status: GateStatus, blocking: bool, lines: list[str]) -> None:
    assert rendered(GateResult("mine", status, "why", blocking=blocking)) == lines


@settings(deadline=None)
@given(RECORDS)
def test_every_line_is_a_command_of_ours_or_the_count(record: RunRecord) -> None:
    lines = GithubAnnotations().render(record).split("\n")[:-1]
    assert all(line.startswith(("::error ", "::warning ")) or line[0].isdigit() for line in lines)
    assert len(lines) <= 21
