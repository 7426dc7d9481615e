"""The gate `config`: the checks check themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar

from pytest_agentgates.baseline_file import parse_baseline
from pytest_agentgates.core.baseline import Baseline, Identity, grown, unused
from pytest_agentgates.core.finding import Finding, Rule, Waiver
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.verdict import GateResult, GateStatus, result_of
from pytest_agentgates.core.workspace_port import BaseTree, Workspace
from pytest_agentgates.errors import UsageError
from pytest_agentgates.source.globs import matches
from pytest_agentgates.source.shadowing import ROOTS, shadows
from pytest_agentgates.source.sweep_marks import RULE as MARKED

WAIVER, GLOB, LESS = (
    Rule("AGT001", "a waiver without reason, with an unknown code, expired, or with nothing to waive"),
    Rule("AGT002", "a glob of the configuration matches nothing"),
    Rule("AGT006", "a gate was switched off, or a task asks for less, since the base"),
)
SHADOW = Rule("AGT007", "a module takes the place of what runs or judges the tests")
OWN_PREFIXES = ("AGT", "BND", "CMD", "COV", "CRT", "CTR", "HEX", "IMP", "LAY", "AUT", "RUN", "TEN", "TMP", "TSK")
NEVER_WAIVED = ("AGT", "RUN", "TSK")


@dataclass(frozen=True)
class ConfigHolds:
    """Holds when each waiver has a reason and something to waive, and each glob a file."""

    known: Callable[[], frozenset[str]] = frozenset
    today: str = ""
    baseline: Baseline = field(default_factory=Baseline)

    name: ClassVar[str] = "config"
    stage: ClassVar[Stage] = Stage.AFTER
    rules: ClassVar[tuple[Rule, ...]] = (
        WAIVER,
        GLOB,
        Rule("AGT003", "a configured gate that no one offers"),
        Rule("AGT004", "an unknown key"),
        LESS,
        SHADOW,
    )

    def check(self, workspace: Workspace) -> GateResult:
        """Judge the waivers and globs of the workspace; runs last, when all findings are known."""
        findings = [
            *self._waivers(workspace),
            *self._of_baseline(workspace),
            *_globs(workspace),
            *_asked_for_less(workspace),
            *_shadows(workspace),
        ]
        message = f"{counted(len(workspace.waivers), 'waiver')}, {counted(len(workspace.globs), 'glob')}"
        return replace(result_of(self.name, findings, message), facts=_counts(workspace.waivers))

    def _waivers(self, workspace: Workspace) -> Iterator[Finding]:
        used = _used(workspace)
        for waiver in workspace.waivers:
            problem = waiver.problem or self._problem(waiver)
            if not problem and waiver.rule != MARKED and waiver not in used and _was_judged(waiver, workspace):
                problem = "has nothing to waive"
            if problem:
                path, _, line = waiver.where.rpartition(":")
                message = f"the waiver of {waiver.rule or 'no rule'} {problem}"
                place = (path, int(line)) if line.isdigit() else (waiver.where, 0)
                yield Finding(WAIVER.code, message, *place, fix="mend the waiver or remove it", snippet=message)

    def _of_baseline(self, workspace: Workspace) -> Iterator[Finding]:
        """Entries without a finding, where everything was judged, and entries that the base does not have."""
        problems = [] if workspace.paths else list(unused(self.baseline, workspace.results, workspace.rules_by_gate))
        if workspace.base is not None:
            problems += grown(self.baseline, _counts_at(workspace.base, self.baseline.path))
        for identity, problem in problems:
            message = f"the baseline entry {identity} {problem}"
            fix = (
                "mend the code and take the entry out; what is to be added is reviewed and committed to the base first"
            )
            line = self.baseline.lines.get(identity, 0)
            yield Finding(WAIVER.code, message, self.baseline.path, line, fix=fix, snippet=message)

    def _problem(self, waiver: Waiver) -> str:
        if waiver.rule.startswith(NEVER_WAIVED):
            return "is not possible: this rule cannot be waived"
        if waiver.rule.startswith(OWN_PREFIXES) and waiver.rule[3:].isdigit() and waiver.rule not in self.known():
            return "names a code that no gate knows"
        if not waiver.rule:
            return "names no rule"
        if not waiver.reason.strip():
            return "gives no reason"
        return _expiry_problem(waiver.expires, self.today) if waiver.expires else ""


def _expiry_problem(expires: str, today: str) -> str:
    try:
        is_over = date.fromisoformat(expires).isoformat() < today
    except ValueError:
        return f"expires on {expires!r}, which is no date such as 2030-01-31"
    return f"expired on {expires}" if is_over else ""


def _counts(waivers: Sequence[Waiver]) -> dict[str, object]:
    kinds = Counter(_kind(waiver) for waiver in waivers)
    beyond = sum(bool(waiver.problem) for waiver in waivers)
    return {"waivers": {kind: kinds[kind] for kind in ("comment", "configured", MARKED)}, "not_in_base": beyond}


def _kind(waiver: Waiver) -> str:
    if waiver.rule == MARKED:
        return MARKED
    return "comment" if waiver.line else "configured"


def _counts_at(base: BaseTree, path: str) -> Mapping[Identity, int]:
    """What the base records; a copy that cannot be read records nothing."""
    try:
        return parse_baseline(base.read(path) or b"[]", path).counts
    except UsageError:
        return {}


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


def _asked_for_less(workspace: Workspace) -> Iterator[Finding]:
    judged = {"", *(task.id for task in workspace.tasks)}
    for loss in workspace.less_than_base:
        if loss.task_id in judged:
            fix = "put it back as it was at the base"
            yield Finding(LESS.code, loss.message, loss.path, fix=fix, snippet=loss.message)


def _shadows(workspace: Workspace) -> Iterator[Finding]:
    roots = (*ROOTS, *workspace.scope.roots)
    for path, what in shadows(workspace.files, roots, _reviewed(workspace, "pyproject.toml")):
        message = f"Python imports it in the place of {what}"
        yield Finding(SHADOW.code, message, path, fix="give it another name, or take it out", snippet=message)


def _reviewed(workspace: Workspace, path: str) -> str:
    """The text of a file as the base has it; without a base as it is on disk."""
    if workspace.base is not None:
        return (workspace.base.read(path) or b"").decode("utf-8", "replace")
    try:
        return (workspace.root / path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
