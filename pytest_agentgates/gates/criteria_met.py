"""The gate `criteria_met`: the acceptance criteria of the task hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from pytest_agentgates.command_fence import FenceOptions, open_fence
from pytest_agentgates.core.command_safety import safety_rules
from pytest_agentgates.core.criteria import PROVED, criteria_of
from pytest_agentgates.core.criterion_proof import Proof, ProofState
from pytest_agentgates.core.finding import Finding, Rule, Severity
from pytest_agentgates.core.options import option
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import one_line
from pytest_agentgates.core.refused_commands import PROTECTED
from pytest_agentgates.core.task import Task
from pytest_agentgates.core.verdict import GateResult, GateStatus, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.prove_criteria import prove_criteria

FAILED, UNTRUE, NO_COMMAND = (
    Rule("CRT001", "the command of a criterion failed"),
    Rule("CRT002", "a ticked criterion does not hold"),
    Rule("CRT003", "nothing can check a criterion", Severity.WARNING),
)


@dataclass(frozen=True)
class CriteriaMet:
    """Holds when the command of every acceptance criterion of the task does, whether it is ticked or not."""

    seconds: int = option(600, "Time limit of each command.")
    cwd: str = option(".", "The folder to run them in, relative to the project's; a task may name its own.")
    branches: tuple[str, ...] = option((), "Globs of the branches on which they may run; a task may name its own.")
    contexts: tuple[str, ...] = option((), "Globs of the cluster contexts that they may use.")
    env: tuple[str, ...] = option((), "Names and globs of further environment variables that they get.")
    refuse: tuple[str, ...] = option((), "Patterns of commands to refuse beside the built-in ones.")
    permit: tuple[str, ...] = option((), "Built-in patterns that are not refused.")
    protected: tuple[str, ...] = option(PROTECTED, "Words in names of databases and clusters that mean production.")
    allow_empty: bool = option(False, "Whether it is well when a task has no criterion with a command.")

    name: ClassVar[str] = "criteria_met"
    stage: ClassVar[Stage] = Stage.BESIDE
    rules: ClassVar[tuple[Rule, ...]] = (FAILED, UNTRUE, NO_COMMAND)

    @property
    def fence_options(self) -> FenceOptions:
        """The options as a fence takes them; raises UsageError for a pattern that is not there."""
        rules = safety_rules(self.refuse, self.permit, self.protected)
        return FenceOptions(self.seconds, self.cwd, self.branches, self.contexts, self.env, rules)

    def check(self, workspace: Workspace) -> GateResult:
        """Run the commands of the workspace's tasks; nothing is ticked here."""
        if not workspace.tasks:
            return GateResult(self.name, GateStatus.SKIP, "no task is judged; see: agentgates criteria ID")
        try:
            proofs = [(task, proof) for task in workspace.tasks for proof in self._prove(workspace, task)]
        except AgentGatesError as error:
            return could_not_judge(self.name, str(error))
        return self._judged(workspace.tasks, proofs)

    def _prove(self, workspace: Workspace, task: Task) -> Iterator[Proof]:
        criteria = criteria_of(task)
        untold = [replace(criterion, done=False) for criterion in criteria]
        for proof in prove_criteria(untold, untold, open_fence(workspace.root, task, self.fence_options)):
            yield replace(proof, criterion=criteria[proof.criterion.number - 1])

    def _judged(self, tasks: Sequence[Task], proofs: Sequence[tuple[Task, Proof]]) -> GateResult:
        findings = tuple(_finding(task, proof) for task, proof in proofs if proof.state is not ProofState.MET)
        met = [proof for _, proof in proofs if proof.state is ProofState.MET]
        looked_at = {task.id for task, proof in proofs if proof.state is not ProofState.NO_COMMAND}
        empty = [task.id for task in tasks if task.id not in looked_at]
        message = f"{len(met)} of {len(proofs)} criteria met"
        result = replace(result_of(self.name, findings, message), facts={PROVED: _proved(proofs)})
        if any(proof.state is ProofState.FAILED for _, proof in proofs):
            return result
        blocked = [proof for _, proof in proofs if proof.state in {ProofState.BLOCKED, ProofState.WAITING}]
        if blocked:
            return replace(could_not_judge(self.name, f"{message}; {blocked[0].reason}"), findings=findings)
        if empty and not self.allow_empty:
            what = f"no criterion of {', '.join(empty)} has a command"
            return replace(could_not_judge(self.name, what), findings=findings)
        return result


def _proved(proofs: Sequence[tuple[Task, Proof]]) -> dict[str, list[object]]:
    """The boxes of each task that were proved and are not ticked yet."""
    found: dict[str, list[object]] = {}
    for task, proof in proofs:
        if proof.state is ProofState.MET and proof.criterion.line and not proof.criterion.done:
            found.setdefault(task.id, []).append(proof.criterion.identity)
    return found


def _finding(task: Task, proof: Proof) -> Finding:
    criterion = proof.criterion
    path, _, line = task.where.rpartition(":")
    said = f":\n{proof.output}" if proof.output else ""
    rule, about = _rule_of(proof)
    message = f"{about} {criterion.number} of {task.id}, {one_line(criterion.text)}: {proof.reason}{said}"
    return Finding(
        rule=rule.code,
        message=message,
        path=path if line.isdigit() else "",
        line=criterion.line,
        fix=proof.fix,
        severity=rule.severity,
        snippet=criterion.text,
    )


def _rule_of(proof: Proof) -> tuple[Rule, str]:
    if proof.state is ProofState.NO_COMMAND:
        return NO_COMMAND, "criterion"
    return (UNTRUE, "the ticked criterion") if proof.criterion.done else (FAILED, "criterion")
