from __future__ import annotations

from typing import Any

import pytest

from pytest_agentgates.core.criteria import Criterion
from pytest_agentgates.core.criterion_proof import (
    CriteriaResult,
    Proof,
    ProofState,
    mistake_facts,
    next_steps,
    result_facts,
)
from pytest_agentgates.core.task import Task

TASK = Task("T1", "Ship")
FIRST = Criterion(1, "Builds", commands=("make",))
SECOND = Criterion(2, "Runs", commands=("make run",))
TICKED = Criterion(3, "Is there", done=True)
MET = Proof(FIRST, ProofState.MET, executed=("make",))
FAILED = Proof(
    SECOND, ProofState.FAILED, "command_failed", "make ended", "mend it", "make run", "no", ("make run",) * 2
)


def result(*proofs: Proof, dry_run: bool = False, done: bool = False) -> CriteriaResult:
    met = {proof.criterion.number for proof in proofs if proof.state is ProofState.MET and not dry_run}
    criteria = tuple(
        Criterion(one.number, one.text, one.done or done or one.number in met, one.commands)
        for one in (FIRST, SECOND, TICKED)
    )
    return CriteriaResult(TASK, "build", criteria, proofs, dry_run)


def waiting(state: ProofState) -> Proof:
    return Proof(SECOND, state, "waits", "it waits for 1", "let that be met first")


def states(found: CriteriaResult) -> list[str]:
    remaining: Any = result_facts(found)["remaining_criteria"]
    return [one["state"] for one in remaining]


@pytest.mark.parametrize(
    ("proofs", "code", "status"),
    [
        ((MET,), 0, "partial"),
        ((MET, FAILED), 1, "failed"),
        ((MET, waiting(ProofState.BLOCKED)), 3, "blocked"),
        ((MET, waiting(ProofState.NO_COMMAND)), 3, "blocked"),
        ((waiting(ProofState.WAITING), FAILED), 1, "failed"),
        ((), 0, "partial"),
    ],
)
def test_a_failure_outweighs_what_could_not_be_judged(proofs: tuple[Proof, ...], code: int, status: str) -> None:
    found = result(*proofs)
    assert (found.exit_code, found.status) == (code, status)
    assert result_facts(found)["success"] is (code == 0)


def test_it_is_complete_only_where_every_box_is_ticked() -> None:
    assert result(MET, done=True).status == "complete"
    assert next_steps(result(MET, done=True)) == ["have the task judged: agentgates run T1"]
    assert next_steps(result(MET)) == ["the others: agentgates criteria T1"]


def test_the_facts_of_a_failure() -> None:
    facts = result_facts(result(MET, FAILED))
    assert facts["criteria"] == {"total": 3, "completed": 2, "failed": 1, "remaining": 1}
    assert facts["completed_criteria"] == [{"number": 1, "text": "Builds", "commands": ["make"]}]
    assert facts["remaining_criteria"] == [
        {"number": 2, "text": "Runs", "commands": ["make run"], "state": "failed", "reason": "make ended"}
    ]
    assert facts["changes"] == {
        "files_modified": [],
        "files_staged": [],
        "commit": None,
        "commands_executed": ["make", "make run", "make run"],
    }
    assert facts["error"] == "command_failed"
    assert facts["message"] == "criterion 2, Runs: make ended"
    assert facts["details"] == [
        {"number": 2, "error": "command_failed", "command": "make run", "reason": "make ended", "output": "no"}
    ]
    assert facts["completed_before_failure"] == [1]
    assert facts["recovery_suggestions"] == ["mend it"]
    assert facts["next_steps"] == ["mend it", "then: agentgates criteria T1"]


def test_a_dry_run_says_what_would_run() -> None:
    found = result(MET, waiting(ProofState.BLOCKED), dry_run=True)
    facts = result_facts(found)
    assert (found.status, facts["completed_criteria"], facts["completed_before_failure"]) == ("dry_run", [], [])
    assert states(found) == ["ready", "blocked"]
    assert next_steps(found) == ["run them: agentgates criteria T1"]
    assert next_steps(result(waiting(ProofState.BLOCKED), dry_run=True)) == ["let that be met first"]


def test_what_was_not_chosen_is_told_apart() -> None:
    assert states(result(MET)) == ["not_selected"]


def test_a_mistake_has_the_keys_of_a_failure_alone() -> None:
    assert mistake_facts("usage", "no task", ["name one"]) == {
        "success": False,
        "error": "usage",
        "message": "no task",
        "details": [],
        "completed_before_failure": [],
        "recovery_suggestions": ["name one"],
    }
