from __future__ import annotations

from pytest_agentgates.core.finding import Finding, Severity, Waiver, waive


def test_the_place_is_what_editors_click_on() -> None:
    assert Finding("X1", "m", "a/b.py", 3, 7).place == "a/b.py:3:7"
    assert Finding("X1", "m", "a/b.py", 3).place == "a/b.py:3:1"
    assert Finding("X1", "m", "a/b.py").place == "a/b.py"
    assert not Finding("X1", "m").place


def test_a_waiver_covers_its_rule_on_its_lines() -> None:
    waiver = Waiver("X1", "a.py", "known", "a.py:3", line=3, last_line=5)
    assert waiver.covers(Finding("X1", "m", "a.py", 3))
    assert waiver.covers(Finding("X1", "m", "a.py", 5))
    assert not waiver.covers(Finding("X1", "m", "a.py", 6))
    assert not waiver.covers(Finding("X2", "m", "a.py", 3))
    assert Waiver("X1", "a.py", "known", "pyproject.toml").covers(Finding("X1", "m", "a.py", 99))


def test_a_waived_finding_keeps_the_reason_and_counts_no_more() -> None:
    finding = Finding("X1", "m", "a.py", 3)
    (waived,) = waive([finding], {"a.py": (Waiver("X1", "a.py", "known", "a.py:3", line=3),)})
    assert waived.waived == "known"
    assert finding.counts
    assert not waived.counts


def test_a_waiver_without_a_reason_waives_nothing() -> None:
    (finding,) = waive([Finding("X1", "m", "a.py", 3)], {"a.py": (Waiver("X1", "a.py", "", "a.py:3", line=3),)})
    assert finding.counts


def test_advice_does_not_count() -> None:
    assert not Finding("X1", "m", severity=Severity.WARNING).counts
