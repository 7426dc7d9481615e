"""When no further task may be begun, and what lifts it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pytest_agentgates.core.task import MoveReason, Step, Task, TaskStatus
from pytest_agentgates.core.work_halts import Halt, Judgement, halts, judgements_of

WORKING = TaskStatus.IN_PROGRESS


def after(task_id: str, *reasons: MoveReason) -> Task:
    return Task(task_id, status=WORKING, history=tuple(Step(WORKING, WORKING, reason.value) for reason in reasons))


def failed(*ids: str) -> list[Judgement]:
    return [Judgement(name, f"run of {name}", "fail") for name in ids]


TRIED = [after(name, MoveReason.ATTEMPT_FAILED) for name in ("T1", "T2", "T3", "T4")]


def test_three_tasks_that_failed_one_after_the_other_halt() -> None:
    assert halts(TRIED, failed("T3", "T2", "T1")) == (
        Halt(
            "3 tasks in a row failed their gates: T1, T2, T3",
            ("T3", "T2", "T1"),
            "look for what they share and mend one, or reopen one that is blocked: pytest --agent-task T3",
        ),
    )


def test_two_failures_do_not_halt() -> None:
    assert halts(TRIED, failed("T2", "T1")) == ()


def test_the_same_task_failing_again_is_one_failure() -> None:
    assert halts(TRIED, failed("T1", "T1", "T1", "T2")) == ()


def test_a_pass_between_them_ends_the_row() -> None:
    assert halts(TRIED, [*failed("T1", "T2"), Judgement("T3", "r", "pass"), *failed("T4")]) == ()


def test_only_the_newest_judgement_of_a_task_counts() -> None:
    passed_since = [Judgement("T3", "new", "pass"), *failed("T1", "T2", "T3")]
    assert halts(TRIED, passed_since) == ()
    (halt,) = halts(TRIED, [*failed("T1", "T2", "T3"), Judgement("T1", "old", "pass")])
    assert set(halt.tasks) == {"T1", "T2", "T3"}


@pytest.mark.parametrize("status", ["error", "incomplete", "interrupted", "None"])
def test_a_run_that_did_not_judge_neither_counts_nor_ends_the_row(status: str) -> None:
    judgements = [*failed("T1"), Judgement("T4", "r", status), Judgement("T2", "r", status), *failed("T2", "T3")]
    (halt,) = halts(TRIED, judgements)
    assert halt.tasks == ("T1", "T2", "T3")


def test_tasks_that_the_store_no_longer_has_do_not_count() -> None:
    assert halts(TRIED[:2], failed("T1", "GONE", "T2", "T3")) == ()


@pytest.mark.parametrize("reason", [MoveReason.ATTEMPTS_USED_UP, MoveReason.REGRESSION])
def test_every_kind_of_failure_counts(reason: MoveReason) -> None:
    tasks = [*TRIED[:2], after("T3", reason)]
    assert len(halts(tasks, failed("T1", "T2", "T3"))) == 1


@pytest.mark.parametrize("last", [MoveReason.REOPENED, MoveReason.GATES_PASSED])
def test_what_happened_to_a_task_since_its_failure_lifts_the_halt(last: MoveReason) -> None:
    reopened = after("T3", MoveReason.ATTEMPT_FAILED, last)
    assert halts([*TRIED[:2], reopened], failed("T3", "T1", "T2")) == ()


def test_a_task_without_a_history_did_not_fail_here() -> None:
    assert halts([*TRIED[:2], Task("T3")], failed("T1", "T2", "T3")) == ()


def test_a_security_finding_halts_until_a_newer_judgement_is_without_it() -> None:
    found = Judgement("T1", "old", "fail", ("S608 src/a.py", "S102 src/b.py"))
    (halt,) = halts(TRIED, [found])
    assert halt == Halt(
        "task T1 has a security finding: S608 src/a.py; S102 src/b.py",
        ("T1",),
        "mend it, then: pytest --agent-task T1",
    )
    assert halts(TRIED, [Judgement("T1", "new", "pass"), found]) == ()
    assert halts(TRIED, [Judgement("T1", "new", "incomplete"), found]) == (halt,)


@pytest.mark.parametrize("tier", [3, "3"], ids=["number", "text"])
def test_an_open_drift_of_tier_3_halts(tier: object) -> None:
    task = Task("T1", extra={"drift": [{"tier": tier, "what": "a new\nexport"}, {"tier": 2, "what": "a test"}]})
    assert halts([task], []) == (
        Halt(
            "task T1 records a drift of tier 3: a new export",
            ("T1",),
            "let a person decide: agentgates tasks drift T1 --resolve --reason TEXT --agent NAME",
        ),
    )


@pytest.mark.parametrize(
    ("entry", "told"), [({"description": "an export"}, "an export"), ({"what": ""}, "no description")]
)
def test_a_drift_may_stand_alone_and_be_told_of_otherwise(entry: dict[str, object], told: str) -> None:
    (halt,) = halts([Task("T1", extra={"drift": {"tier": 3, **entry}})], [])
    assert halt.reason.endswith(f": {told}")


@pytest.mark.parametrize("drift", [{"tier": 3, "resolved": True}, {"tier": 1}, [{}, "odd", 3], "odd", None])
def test_a_drift_that_is_resolved_or_minor_or_none_does_not_halt(drift: object) -> None:
    assert halts([Task("T1", extra={"drift": drift})], []) == ()


def finding(rule: str, **facts: object) -> dict[str, object]:
    return {"rule": rule, "path": "src/a.py", "severity": "error", "waived": None, **facts}


def document(*gates: Mapping[str, object]) -> dict[str, object]:
    tasks = [{"id": "T1", "status": "fail"}, {"id": "T2", "status": "pass"}]
    return {"run_id": "R7", "tasks": tasks, "gates": list(gates)}


def test_a_document_tells_of_each_of_its_tasks() -> None:
    assert list(judgements_of(document())) == [Judgement("T1", "R7", "fail"), Judgement("T2", "R7", "pass")]


def test_security_rules_of_any_gate_and_all_rules_of_security_gates_count() -> None:
    ruff = {"name": "ruff_clean", "findings": [finding("S608"), finding("SIM102"), finding("S60"), finding("E501")]}
    tenant = {"name": "tenant_filter", "findings": [finding("TEN001", path=None)]}
    (first, second) = judgements_of(document(ruff, tenant))
    assert first.security == second.security == ("S608 src/a.py", "TEN001")


def test_a_finding_is_told_once_and_on_one_line() -> None:
    gate = {"name": "authorized", "findings": [finding("AUT001", path="a\nb.py"), finding("AUT001", path="a\nb.py")]}
    assert {one.security for one in judgements_of(document(gate))} == {("AUT001 a b.py",)}


def test_what_is_waived_or_advice_does_not_count() -> None:
    findings = [finding("S608", waived="known"), finding("S102", severity="warning")]
    gate = {"name": "row_security", "findings": findings}
    assert {one.security for one in judgements_of(document(gate))} == {()}


def test_the_findings_of_a_gate_that_judged_one_task_are_only_its_own() -> None:
    gate = {"name": "tenant_runtime", "tasks": ["T2"], "findings": [finding("TEN003")]}
    assert [one.security for one in judgements_of(document(gate))] == [(), ("TEN003 src/a.py",)]


@pytest.mark.parametrize("odd", [{}, {"tasks": None}, {"tasks": "T1"}, {"tasks": ["T1", 3]}])
def test_a_document_without_tasks_tells_of_none(odd: dict[str, object]) -> None:
    assert list(judgements_of(odd)) == []
