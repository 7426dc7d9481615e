"""What is known of a criterion once its commands were run, and of a task's criteria together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pytest_agentgates.core.criteria import Criterion
from pytest_agentgates.core.task import Task
from pytest_agentgates.errors import CANNOT_JUDGE, FAILED, PASSED


class ProofState(StrEnum):
    """What is known of a criterion: only `met` is proved."""

    MET = "met"
    FAILED = "failed"
    BLOCKED = "blocked"
    NO_COMMAND = "no_command"
    WAITING = "waiting"


@dataclass(frozen=True)
class Proof:
    """How one criterion was judged: `command` is the one that decided, `executed` all that ran, again ones twice."""

    criterion: Criterion
    state: ProofState
    code: str = ""
    reason: str = ""
    fix: str = ""
    command: str = ""
    output: str = ""
    executed: tuple[str, ...] = ()


@dataclass(frozen=True)
class CriteriaResult:
    """What came of judging the unchecked criteria of a task; `criteria` are all of them as they stand afterwards.

    `entry` is the line of the progress log, empty where nothing was proved; `commit` is what was committed.
    """

    task: Task
    kind: str
    criteria: tuple[Criterion, ...]
    proofs: tuple[Proof, ...]
    dry_run: bool = False
    entry: str = ""
    files_modified: tuple[str, ...] = ()
    staged: tuple[str, ...] = ()
    commit: str = ""

    @property
    def unmet(self) -> tuple[Proof, ...]:
        """What was looked at and is not proved."""
        return tuple(proof for proof in self.proofs if proof.state is not ProofState.MET)

    @property
    def met(self) -> tuple[Proof, ...]:
        """What was proved, or in a dry run would be tried."""
        return tuple(proof for proof in self.proofs if proof.state is ProofState.MET)

    @property
    def deciding(self) -> Proof | None:
        """The first that is not proved, a failure before what could not be judged."""
        return next(iter(sorted(self.unmet, key=lambda proof: _WORST_FIRST.index(proof.state))), None)

    @property
    def exit_code(self) -> int:
        """0 where all that was looked at is proved, 1 where a command failed, else 3."""
        if self.deciding is None:
            return PASSED
        return FAILED if self.deciding.state is ProofState.FAILED else CANNOT_JUDGE

    @property
    def status(self) -> str:
        """How the criteria of the task stand, in one word."""
        if self.dry_run:
            return "dry_run"
        if self.deciding is None:
            return "complete" if all(criterion.done for criterion in self.criteria) else "partial"
        return "failed" if self.exit_code == FAILED else "blocked"


def result_facts(result: CriteriaResult) -> dict[str, object]:
    """The result as `--json` shows it."""
    done = [criterion for criterion in result.criteria if criterion.done]
    failed = [proof for proof in result.unmet if proof.state is ProofState.FAILED]
    facts: dict[str, object] = {
        "success": result.deciding is None,
        "task_id": result.task.id,
        "task_title": result.task.title,
        "task_type": result.kind,
        "criteria": {
            "total": len(result.criteria),
            "completed": len(done),
            "failed": len(failed),
            "remaining": len(result.criteria) - len(done),
        },
        "completed_criteria": [_met_facts(proof) for proof in ([] if result.dry_run else result.met)],
        "remaining_criteria": _remaining(result),
        "changes": {
            "files_modified": list(result.files_modified),
            "files_staged": list(result.staged),
            "commit": result.commit or None,
            "commands_executed": [command for proof in result.proofs for command in proof.executed],
        },
        "progress_log_entry": result.entry or None,
        "status": result.status,
        "next_steps": next_steps(result),
    }
    return facts if result.deciding is None else {**facts, **_failure_facts(result, result.deciding)}


def mistake_facts(error: str, message: str, fixes: Sequence[str]) -> dict[str, object]:
    """What `--json` shows where nothing could begin."""
    return {
        "success": False,
        "error": error,
        "message": message,
        "details": [],
        "completed_before_failure": [],
        "recovery_suggestions": list(fixes),
    }


def next_steps(result: CriteriaResult) -> list[str]:
    """What to do now."""
    again = f"agentgates criteria {result.task.id}"
    if result.dry_run:
        return [f"run them: {again}"] if result.met else list(dict.fromkeys(proof.fix for proof in result.unmet))
    fixes = list(dict.fromkeys(proof.fix for proof in result.unmet))
    if fixes:
        return [*fixes, f"then: {again}"]
    if result.status == "partial":
        return [f"the others: {again}"]
    return [f"have the task judged: agentgates run {result.task.id}"]


def _met_facts(proof: Proof) -> dict[str, object]:
    criterion = proof.criterion
    return {"number": criterion.number, "text": criterion.text, "commands": list(criterion.commands)}


def _remaining(result: CriteriaResult) -> list[dict[str, object]]:
    judged = {proof.criterion.number: proof for proof in result.proofs}
    return [
        {**_unmet_facts(criterion), **_why(judged.get(criterion.number), result.dry_run)}
        for criterion in result.criteria
        if not criterion.done
    ]


def _unmet_facts(criterion: Criterion) -> dict[str, object]:
    return {"number": criterion.number, "text": criterion.text, "commands": list(criterion.commands)}


def _why(proof: Proof | None, dry_run: bool) -> dict[str, object]:
    if proof is None:
        return {"state": "not_selected", "reason": "it was not chosen"}
    if proof.state is ProofState.MET:
        return {"state": "ready", "reason": "nothing speaks against running it"} if dry_run else {"state": "met"}
    return {"state": proof.state.value, "reason": proof.reason}


def _failure_facts(result: CriteriaResult, deciding: Proof) -> dict[str, object]:
    number, text = deciding.criterion.number, deciding.criterion.text
    details = [
        {"number": one.criterion.number, "error": one.code, "command": one.command or None, "reason": one.reason}
        | ({"output": one.output} if one.output else {})
        for one in result.unmet
    ]
    return {
        "error": deciding.code,
        "message": f"criterion {number}, {text}: {deciding.reason}",
        "details": details,
        "completed_before_failure": [] if result.dry_run else [one.criterion.number for one in result.met],
        "recovery_suggestions": list(dict.fromkeys(one.fix for one in result.unmet)),
    }


_WORST_FIRST = (ProofState.FAILED, ProofState.BLOCKED, ProofState.NO_COMMAND, ProofState.WAITING, ProofState.MET)
