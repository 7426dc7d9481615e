"""The gate `config`: the checks check themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from pytest_agentgates.core.finding import Finding, Rule, Waiver
from pytest_agentgates.core.ports import Stage, Workspace
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.verdict import GateResult, GateStatus, result_of
from pytest_agentgates.source.globs import matches

WAIVER, GLOB = (
    Rule("AGT001", "a waiver without reason, with an unknown code, expired, or with nothing to waive"),
    Rule("AGT002", "a glob of the configuration matches nothing"),
)
OWN_PREFIXES = ("AGT", "BND", "CMD", "COV", "CRT", "CTR", "HEX", "IMP", "LAY", "AUT", "RUN", "TEN", "TMP", "TSK")
NEVER_WAIVED = ("AGT", "RUN", "TSK")


@dataclass(frozen=True)
class ConfigHolds:
    """Holds when each waiver has a reason and something to waive, and each glob a file."""

    known: Callable[[], frozenset[str]] = frozenset
    today: str = ""

    name: ClassVar[str] = "config"
    stage: ClassVar[Stage] = Stage.AFTER
    rules: ClassVar[tuple[Rule, ...]] = (
        WAIVER,
        GLOB,
        Rule("AGT003", "a configured gate that no one offers"),
        Rule("AGT004", "an unknown key"),
    )

    def check(self, workspace: Workspace) -> GateResult:
        """Judge the waivers and globs of the workspace; runs last, when all findings are known."""
        findings = [*self._waivers(workspace), *_globs(workspace)]
        message = f"{counted(len(workspace.waivers), 'waiver')}, {counted(len(workspace.globs), 'glob')}"
        return result_of(self.name, findings, message)

    def _waivers(self, workspace: Workspace) -> Iterator[Finding]:
        used = _used(workspace)
        for waiver in workspace.waivers:
            problem = self._problem(waiver)
            if not problem and waiver not in used and _was_judged(waiver, workspace):
                problem = "has nothing to waive"
            if problem:
                path, _, line = waiver.where.rpartition(":")
                message = f"the waiver of {waiver.rule or 'no rule'} {problem}"
                place = (path, int(line)) if line.isdigit() else (waiver.where, 0)
                yield Finding(WAIVER.code, message, *place, fix="mend the waiver or remove it", snippet=message)

    def _problem(self, waiver: Waiver) -> str:
        if waiver.rule.startswith(NEVER_WAIVED):
            return "is not possible: this rule cannot be waived"
        if waiver.rule.startswith(OWN_PREFIXES) and waiver.rule[3:].isdigit() and waiver.rule not in self.known():
            return "names a code that no gate knows"
        if not waiver.rule:
            return "names no rule"
        if not waiver.reason.strip():
            return "gives no reason"
        if waiver.expires and waiver.expires < self.today:
            return f"expired on {waiver.expires}"
        return ""


def _used(workspace: Workspace) -> set[Waiver]:
    waived = [finding for result in workspace.results for finding in result.findings if finding.waived]
    return {
        waiver
        for waiver in workspace.waivers
        for finding in waived
        if waiver.covers(finding) and matches(finding.path, waiver.path)
    }


def _was_judged(waiver: Waiver, workspace: Workspace) -> bool:
    """Whether every gate ran that could have needed the waiver, over the whole project."""
    if workspace.paths:
        return False
    judged = {result.name for result in workspace.results if result.status not in (GateStatus.SKIP, GateStatus.ERROR)}
    return all(name in judged for name, codes in workspace.rules_by_gate.items() if not codes or waiver.rule in codes)


def _globs(workspace: Workspace) -> Iterator[Finding]:
    for key, pattern in workspace.globs.items():
        if not any(matches(path, pattern) for path in workspace.files):
            message = f"{key}: {pattern!r} matches no file"
            yield Finding(GLOB.code, message, fix="correct the glob or remove it", snippet=message)
