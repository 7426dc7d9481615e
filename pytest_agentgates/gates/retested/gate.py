"""Runs the tests again under other conditions: without the change, backwards, and with mutants of changed lines."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from pytest_agentgates.core.finding import Finding, Rule, Severity
from pytest_agentgates.core.node_ids import belongs
from pytest_agentgates.core.options import option
from pytest_agentgates.core.outcomes import Outcome, TestClaim, TestRecord
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.reruns import Rerun, Reruns
from pytest_agentgates.core.verdict import GateResult, GateStatus, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import BaseTree, Workspace
from pytest_agentgates.gates.retested.changed_code import ChangedCode, changed_code
from pytest_agentgates.gates.retested.mutants import Mutant, choose, mutants_of
from pytest_agentgates.gates.retested.new_tests import NewTests, new_tests

GREEN_WITHOUT = Rule("TMP012", "the agent's own new tests are green without its change", Severity.WARNING)
SURVIVED = Rule("TMP013", "a changed line survives mutation", Severity.WARNING)
UNSTEADY = Rule("TMP014", "a test is green once, and red when run again backwards", Severity.WARNING)
_LEAST = 5.0  # seconds that one run is given at least
_SLOWER = 3.0  # how much longer than the run before a mutant may take


@dataclass(frozen=True)
class Retested:
    """Passes when the tests ran again as they should; all it finds is advice unless it is asked to block."""

    name: ClassVar[str] = "retested"
    stage: ClassVar[Stage] = Stage.AFTER
    rules: ClassVar[tuple[Rule, ...]] = (GREEN_WITHOUT, SURVIVED, UNSTEADY)

    mutants: int = option(8, "How many mutants of changed lines to try; 0 for none.")
    reorder: bool = option(True, "Run the tests a second time, backwards.")
    own_tests: bool = option(True, "Run the agent's own new tests without its change.")
    seconds: int = option(60, "How long all further runs may take together.")
    block: tuple[str, ...] = option((), "Rules that fail the gate.")

    def check(self, workspace: Workspace) -> GateResult:
        """Run again what passed; what did not pass needs no second look."""
        claim, reruns, base = workspace.claim, workspace.reruns, workspace.base
        if claim is None:
            return could_not_judge(self.name, "no tests were run")
        if reruns is None or base is None:
            return GateResult(self.name, GateStatus.SKIP, "the tests ran in place: they run again only in a clean tree")
        arguments = tuple(text for task in workspace.tasks for text in workspace.expected[task.id].arguments)
        records = [one for one in claim.records if any(belongs(one.nodeid, argument) for argument in arguments)]
        if not records or any(record.outcome is not Outcome.PASSED for record in records):
            return GateResult(self.name, GateStatus.SKIP, "the tests have to pass first")
        session = _Session(self, workspace, base, reruns, arguments, tuple(records))
        findings = [self._weighed(finding) for finding in session.findings()]
        return result_of(self.name, findings, "; ".join(session.notes) or "nothing was run again")

    def _weighed(self, finding: Finding) -> Finding:
        severity = Severity.ERROR if finding.rule in self.block else Severity.WARNING
        return replace(finding, severity=severity)


@dataclass
class _Session:
    """All further runs for one task; `notes` tell what was done."""

    gate: Retested
    workspace: Workspace
    base: BaseTree
    reruns: Reruns
    arguments: tuple[str, ...]
    records: tuple[TestRecord, ...]
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.end = time.monotonic() + self.gate.seconds

    def findings(self) -> Iterator[Finding]:
        """Each kind of run in its turn, as long as there is time."""
        code = changed_code(self.workspace, self.base, self.reruns.from_disk)
        if self.gate.own_tests and code:
            yield from self._without_change(code)
        steady = 0.0
        if self.gate.reorder:
            second = self.reruns.again(Rerun(self.arguments, self._left(), backwards=True))
            unsteady = list(self._unsteady(second))
            yield from unsteady
            steady = 0.0 if unsteady or second.timed_out else second.duration_ms / 1000
        if self.gate.mutants and code and (steady or not self.gate.reorder):
            yield from self._mutated(code, steady)

    def _left(self) -> float:
        return max(0.0, self.end - time.monotonic())

    def _without_change(self, code: Sequence[ChangedCode]) -> Iterator[Finding]:
        """TMP012: the new tests on the product code of the base."""
        before = {changed.path: changed.before for changed in code}
        for tests in new_tests(self.workspace, self.base):
            rerun = Rerun(tests.nodeids, self._left(), before, in_own_tree=tests.in_own_tree)
            claim = self.reruns.again(rerun)
            self.notes.append(f"{counted(len(tests.nodeids), 'new test')} run without the change")
            if _all_passed(claim):
                yield _green(tests)

    def _unsteady(self, second: TestClaim) -> Iterator[Finding]:
        """TMP014: what the second run says of each test that passed."""
        if second.timed_out:
            self.notes.append("the second run did not end in time")
            return
        self.notes.append(f"{counted(len(second.records), 'test')} run again, backwards")
        again = {record.nodeid: record for record in second.records}
        for record in self.records:
            now = again.get(record.nodeid)
            if now is None or now.outcome is not Outcome.PASSED:
                yield _unsteady(record, now)

    def _mutated(self, code: Sequence[ChangedCode], steady: float) -> Iterator[Finding]:
        """TMP013: one small fault at a time; a test that takes much longer has noticed it too."""
        every = [mutant for changed in code for mutant in mutants_of(changed.path, changed.after, changed.lines)]
        tried = 0
        for mutant in choose(every, self.gate.mutants):
            limit = min(max(_LEAST, steady * _SLOWER), self._left())
            if limit < 1:
                break
            tried += 1
            rerun = Rerun(self.arguments, limit, {mutant.path: mutant.source}, to_first_failure=True)
            if _all_passed(self.reruns.again(rerun)):
                yield _survived(mutant)
        self.notes.append(f"{tried} of {counted(len(every), 'mutant')} tried")


def _all_passed(claim: TestClaim) -> bool:
    """Whether tests ran, and each passed."""
    sound = not (claim.unreadable or claim.timed_out or claim.collection_errors)
    return sound and bool(claim.records) and all(record.outcome is Outcome.PASSED for record in claim.records)


def _green(tests: NewTests) -> Finding:
    message = f"{counted(len(tests.nodeids), 'new test')} of the agent's own pass without its change"
    fix = "let them look at what the change does; a test that was green before says nothing of it"
    return Finding(GREEN_WITHOUT.code, message, tests.path, fix=fix, snippet=" ".join(tests.nodeids))


def _unsteady(record: TestRecord, now: TestRecord | None) -> Finding:
    what = now.outcome.value if now else "not run"
    message = f"{record.nodeid} passed, and {what} when the tests ran again backwards"
    fix = "let the test depend on nothing that another test or an earlier run leaves behind"
    return Finding(UNSTEADY.code, message, record.path, record.line, fix=fix, snippet=record.nodeid)


def _survived(mutant: Mutant) -> Finding:
    fix = "add a test that tells the two apart, or take out what makes no difference"
    message = f"every test still passes when {mutant.change}"
    return Finding(SURVIVED.code, message, mutant.path, mutant.line, fix=fix, snippet=mutant.change)
