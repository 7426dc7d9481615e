"""A baseline excuses exactly what it records: as often, and no longer than it is there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.core.baseline import RECORDED, Baseline, Identity, excuse, grown, record, unused
from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.core.verdict import GateResult, GateStatus

OLD = Finding("HEX011", "imports an adapter", "shop/a.py", 3, snippet="shop.a -> shop.b")
EDGE = Identity("hexagon", "shop/a.py", "HEX011", "shop.a -> shop.b")
FINDINGS = st.lists(
    st.builds(
        Finding,
        rule=st.sampled_from(["A1", "B1"]),
        message=st.just("m"),
        path=st.sampled_from(["a.py", "b.py"]),
        line=st.integers(1, 9),
        severity=st.sampled_from(Severity),
    )
)


def result(*findings: Finding, name: str = "hexagon", status: GateStatus = GateStatus.FAIL) -> GateResult:
    return GateResult(name, status, findings=findings)


def test_a_finding_is_the_same_one_after_its_line_has_moved() -> None:
    (found,) = excuse("hexagon", [replace(OLD, line=99, message="reworded")], {EDGE: 1})
    assert found.waived == RECORDED
    assert not found.counts


@pytest.mark.parametrize(
    "other", [replace(OLD, path="shop/c.py"), replace(OLD, rule="HEX012"), replace(OLD, snippet="shop.a -> shop.c")]
)
def test_another_finding_is_not_excused(other: Finding) -> None:
    assert excuse("hexagon", [other], {EDGE: 1}) == (other,)


def test_the_same_finding_of_another_gate_is_not_excused() -> None:
    assert excuse("layers", [OLD], {EDGE: 1}) == (OLD,)


def test_as_many_are_excused_as_are_recorded_and_the_next_one_counts() -> None:
    found = excuse("hexagon", [OLD, replace(OLD, line=5), replace(OLD, line=7)], {EDGE: 2})
    assert [one.counts for one in found] == [False, False, True]


def test_what_counts_for_nothing_uses_no_record_up() -> None:
    advice, waived = replace(OLD, severity=Severity.WARNING), replace(OLD, waived="known")
    assert excuse("hexagon", [advice, waived, OLD], {EDGE: 1}) == (advice, waived, replace(OLD, waived=RECORDED))


def test_without_a_snippet_the_message_tells_findings_apart() -> None:
    assert set(record([result(replace(OLD, snippet=""))])) == {replace(EDGE, text="imports an adapter")}


def test_only_what_counts_is_recorded_and_by_gate() -> None:
    results = [
        result(OLD, replace(OLD, line=9), replace(OLD, severity=Severity.WARNING)),
        result(OLD, replace(OLD, waived="known"), name="layers"),
    ]
    assert record(results) == {EDGE: 2, replace(EDGE, gate="layers"): 1}


@given(FINDINGS)
def test_what_was_just_recorded_is_excused_to_the_last_and_used_to_the_last(findings: list[Finding]) -> None:
    before = result(*findings)
    counts = record([before])
    after = replace(before, findings=excuse("hexagon", findings, counts))
    assert not any(one.counts for one in after.findings)
    assert list(unused(Baseline(counts=counts), [after], ["hexagon"])) == []


@given(FINDINGS, st.integers(1, 3))
def test_one_finding_more_than_recorded_always_counts(findings: list[Finding], more: int) -> None:
    counts = record([result(*findings)])
    found = excuse("hexagon", [*findings, *[OLD] * more], counts)
    assert Counter(one.counts for one in found)[True] == more


def test_a_gate_is_given_its_own_entries_only() -> None:
    other = replace(EDGE, gate="layers")
    assert Baseline(counts={EDGE: 1, other: 2}).of_gate("layers") == {other: 2}


def test_an_entry_that_excuses_less_than_it_says_is_told() -> None:
    excused = result(replace(OLD, waived=RECORDED), replace(OLD, waived="known"), status=GateStatus.PASS)
    assert list(unused(Baseline(counts={EDGE: 3}), [excused], ["hexagon"])) == [
        (EDGE, "is recorded 3 times and was found 1 times")
    ]


@pytest.mark.parametrize("status", [GateStatus.SKIP, GateStatus.ERROR])
def test_the_entries_of_a_gate_that_did_not_judge_are_left_alone(status: GateStatus) -> None:
    assert list(unused(Baseline(counts={EDGE: 1}), [result(status=status)], ["hexagon"])) == []
    assert list(unused(Baseline(counts={EDGE: 1}), [], ["hexagon"])) == []


def test_an_entry_of_a_gate_that_is_off_is_told() -> None:
    assert list(unused(Baseline(counts={EDGE: 1}), [], ["layers"])) == [
        (EDGE, "is of a gate that is not on or takes no baseline")
    ]


@pytest.mark.parametrize("gate", ["ready", "tests_pass", "untampered", "config"])
def test_what_decides_over_the_run_itself_takes_no_baseline(gate: str) -> None:
    entry = replace(EDGE, gate=gate)
    judged = result(replace(OLD, waived=RECORDED), name=gate)
    assert [one for one, _ in unused(Baseline(counts={entry: 1}), [judged], [gate])] == [entry]


def test_an_entry_may_shrink_and_never_grow() -> None:
    new = replace(EDGE, path="shop/new.py")
    baseline = Baseline(counts={EDGE: 2, new: 1})
    assert list(grown(baseline, {EDGE: 3, new: 1})) == []
    assert list(grown(baseline, {EDGE: 1})) == [
        (EDGE, "is recorded 2 times, 1 times at the base"),
        (new, "is recorded 1 times, 0 times at the base"),
    ]


@pytest.mark.parametrize(("path", "shown"), [("shop/a.py", "shop/a.py"), ("", "no file")])
def test_an_entry_is_told_in_words(path: str, shown: str) -> None:
    assert str(replace(EDGE, path=path)) == f"HEX011 of hexagon in {shown} (shop.a -> shop.b)"
