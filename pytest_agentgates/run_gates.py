"""Runs gates on a workspace and gives each result its weight, waivers and fingerprints."""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from pytest_agentgates.core.baseline import Identity, excuse
from pytest_agentgates.core.finding import Finding, Waiver, waive
from pytest_agentgates.core.ports import Gate, Stage
from pytest_agentgates.core.verdict import GateResult, GateStatus, could_not_judge, settle
from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.kept_results import check_or_recall
from pytest_agentgates.run_tool import terminate_all
from pytest_agentgates.source.globs import matches

NOT_WAIVABLE = frozenset({"ready", "tests_pass", "config"})
Report = Callable[[GateResult], None]


@dataclass(frozen=True)
class ConfiguredGate:
    """A gate with what the configuration says of it; `layers` empty means tasks of every layer.

    `accepted` are the findings that the baseline records.
    """

    gate: Gate
    blocking: bool = True
    layers: tuple[str, ...] = ()
    accepted: Mapping[Identity, int] = field(default_factory=dict)

    def is_on_for(self, layer: str) -> bool:
        """Whether tasks of this layer are judged by it; without a task it always is."""
        return not layer or not self.layers or layer in self.layers


def run_beside(gates: Sequence[ConfiguredGate], workspace: Workspace, report: Report) -> tuple[GateResult, ...]:
    """Run gates that need no other's result at the same time; report each as it ends, return them in order."""

    def run(configured: ConfiguredGate) -> GateResult:
        result = run_gate(configured, workspace)
        report(result)
        return result

    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        try:
            return tuple(pool.map(run, gates))
        except KeyboardInterrupt:
            terminate_all()  # the pool waits for its threads, and they for their tools
            raise


def run_gate(configured: ConfiguredGate, workspace: Workspace) -> GateResult:
    """Run one gate; a bug in it becomes an `error`, never a pass."""
    gate = configured.gate
    start = time.monotonic()
    try:
        result = check_or_recall(gate, workspace)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a gate raises, the run must say so and go on
        result = could_not_judge(gate.name, f"bug in the gate: {type(error).__name__}: {error}")
    duration = round((time.monotonic() - start) * 1000)
    findings = _with_fingerprints(result.findings)
    if gate.name not in NOT_WAIVABLE:
        findings = waive(findings, _waivers_by_path(findings, workspace.waivers))
        findings = excuse(gate.name, findings, configured.accepted)
    result = replace(result, findings=findings, duration_ms=duration)
    return settle(_without_waived_failure(result), configured.blocking)


def skipped(configured: ConfiguredGate, reason: str) -> GateResult:
    """A gate that was not run, and why."""
    return GateResult(configured.gate.name, GateStatus.SKIP, reason, blocking=configured.blocking)


def of_stage(gates: Sequence[ConfiguredGate], stage: Stage) -> tuple[ConfiguredGate, ...]:
    """The gates of one stage, in order."""
    return tuple(configured for configured in gates if configured.gate.stage is stage)


def _with_fingerprints(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Number findings that look alike, so that each fingerprint is unique within a gate."""
    seen: Counter[str] = Counter()
    named = []
    for finding in findings:
        text = "\0".join((finding.rule, finding.path, finding.snippet or finding.message))
        seen[text] += 1
        digest = hashlib.sha256(f"{text}\0{seen[text]}".encode()).hexdigest()
        named.append(replace(finding, fingerprint=digest[:32]))
    return tuple(named)


def _waivers_by_path(findings: Sequence[Finding], waivers: Sequence[Waiver]) -> dict[str, tuple[Waiver, ...]]:
    paths = {finding.path for finding in findings}
    return {path: tuple(waiver for waiver in waivers if matches(path, waiver.path)) for path in paths}


def _without_waived_failure(result: GateResult) -> GateResult:
    """A gate that failed only by findings which are waived has passed."""
    waived = sum(bool(finding.waived) for finding in result.findings)
    if result.status is not GateStatus.FAIL or not waived or any(finding.counts for finding in result.findings):
        return result
    return replace(result, status=GateStatus.PASS, message=f"{result.message}, {waived} waived")
