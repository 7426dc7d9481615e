"""Judges acceptance criteria by their commands, in order, each at most twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pytest_agentgates.command_fence import Fence
from pytest_agentgates.core.command_words import read_command
from pytest_agentgates.core.criteria import Criterion
from pytest_agentgates.core.criterion_proof import Proof, ProofState
from pytest_agentgates.errors import UsageError
from pytest_agentgates.piped_command import Ending, run_command

_TRIES = 2


def prove_criteria(selected: Sequence[Criterion], everything: Sequence[Criterion], fence: Fence) -> Iterator[Proof]:
    """Each selected criterion in its order; one that needs another which does not hold is not tried."""
    known = {criterion.number for criterion in everything}
    unmet = {criterion.number for criterion in everything if not criterion.done}
    judged = {criterion.number for criterion in selected}
    for criterion in selected:
        waits = [number for number in criterion.needs if number in unmet or number not in known]
        proof = _waiting(criterion, waits, known) if waits else prove_criterion(criterion, fence)
        if proof.state is ProofState.MET:
            unmet.discard(criterion.number)
        elif criterion.number in judged:
            unmet.add(criterion.number)
        yield proof


def prove_criterion(criterion: Criterion, fence: Fence) -> Proof:
    """Judge one criterion: all its commands must hold; none runs where one of them may not."""
    if not criterion.commands:
        fix = "give it a command in backticks or a code block, or let a person tick it"
        return Proof(criterion, ProofState.NO_COMMAND, "no_command", "it has no command that could judge it", fix)
    for command in criterion.commands:
        if found := fence.obstacle(command):
            return Proof(criterion, ProofState.BLOCKED, found.code, found.what, found.fix, command)
    executed: list[str] = []
    for command in criterion.commands:
        if found := fence.obstacle(command):  # an earlier command may have written what this one would start
            return Proof(criterion, ProofState.BLOCKED, found.code, found.what, found.fix, command, "", tuple(executed))
        ending, runs = _run(command, fence)
        executed += [command] * runs
        if ending.failure:
            return _failed(criterion, ending, command, tuple(executed))
    return Proof(criterion, ProofState.MET, executed=tuple(executed))


def _waiting(criterion: Criterion, waits: Sequence[int], known: Collection[int]) -> Proof:
    numbers = ", ".join(map(str, waits))
    if missing := [number for number in waits if number not in known]:
        what = f"it waits for {numbers}, and there is no criterion {missing[0]}"
        return Proof(criterion, ProofState.WAITING, "waits", what, "name one that is there")
    return Proof(criterion, ProofState.WAITING, "waits", f"it waits for {numbers}", "let that be met first")


def _run(command: str, fence: Fence) -> tuple[Ending, int]:
    """How a command ended, and how often it ran: once more where it failed and may do better."""
    for run in range(1, _TRIES + 1):
        try:
            ending = run_command(read_command(command), fence.place)
        except UsageError as error:  # a folder that an earlier command took away
            return Ending(error.mistakes[0].what), run
        if not ending.failure or ending.unable:
            return ending, run
    return ending, _TRIES


def _failed(criterion: Criterion, ending: Ending, command: str, executed: tuple[str, ...]) -> Proof:
    if ending.unable:
        fix = "install what it needs" if ending.unable == "missing_tool" else "give the permission it needs"
        state, code = ProofState.BLOCKED, ending.unable
    else:
        fix, state, code = f"run it yourself and mend what it says: {command}", ProofState.FAILED, "command_failed"
    return Proof(criterion, state, code, ending.failure, fix, command, ending.output, executed)
