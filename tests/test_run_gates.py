from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pytest_agentgates.core.finding import Finding, Rule, Waiver
from pytest_agentgates.core.ports import Gate, Stage
from pytest_agentgates.core.verdict import GateResult, GateStatus, result_of
from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.run_gates import ConfiguredGate, run_beside, run_gate
from tests.fakes import FakeWorkspace


@dataclass(frozen=True)
class Finds:
    """Finds what it is told to."""

    findings: tuple[Finding, ...] = ()
    name: ClassVar[str] = "finds"
    stage: ClassVar[Stage] = Stage.BESIDE
    rules: ClassVar[tuple[Rule, ...]] = ()

    def check(self, workspace: Workspace) -> GateResult:
        return result_of(self.name, self.findings, f"{len(self.findings)} findings")


@dataclass(frozen=True)
class Breaks:
    """Has a bug."""

    name: ClassVar[str] = "breaks"
    stage: ClassVar[Stage] = Stage.BESIDE
    rules: ClassVar[tuple[Rule, ...]] = ()

    def check(self, workspace: Workspace) -> GateResult:
        raise KeyError(workspace.agent)


FOUND = Finding("X1", "bad", "a.py", 3, snippet="x = 1")


def run(gate: Gate, *waivers: Waiver, blocking: bool = True) -> GateResult:
    return run_gate(ConfiguredGate(gate, blocking), FakeWorkspace(waivers=waivers))


def test_a_bug_in_a_gate_is_an_error() -> None:
    result = run(Breaks())
    assert result.status is GateStatus.ERROR
    assert result.message == "bug in the gate: KeyError: ''"


def test_fingerprints_are_unique_and_survive_line_moves() -> None:
    first = run(Finds((FOUND, FOUND))).findings
    moved = run(Finds((Finding("X1", "bad", "a.py", 99, snippet="x = 1"),))).findings
    assert len({finding.fingerprint for finding in first}) == 2
    assert moved[0].fingerprint == first[0].fingerprint


def test_a_gate_whose_findings_are_all_waived_passes() -> None:
    waiver = Waiver("X1", "a.py", "known", "a.py:3", line=3)
    assert run(Finds((FOUND,)), waiver).status is GateStatus.PASS
    assert run(Finds((FOUND, Finding("X2", "other", "a.py", 3))), waiver).status is GateStatus.FAIL


def test_gates_are_reported_as_they_end_and_returned_in_order() -> None:
    seen: list[str] = []
    gates = [ConfiguredGate(Finds()), ConfiguredGate(Breaks())]
    results = run_beside(gates, FakeWorkspace(), lambda result: seen.append(result.name))
    assert [result.name for result in results] == ["finds", "breaks"]
    assert sorted(seen) == ["breaks", "finds"]
