"""Gate results, and how they become a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.errors import CANNOT_JUDGE, FAILED, INTERRUPTED, PASSED


class GateStatus(StrEnum):
    """What a gate says; `error` means it could not judge and is never a pass."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    SKIP = "skip"
    ERROR = "error"


@dataclass(frozen=True)
class Tool:
    """An outside tool and the version that ran."""

    name: str
    version: str


@dataclass(frozen=True)
class GateResult:
    """What one gate found; `duration_ms` in milliseconds, `tasks` empty where it holds for all tasks."""

    name: str
    status: GateStatus
    message: str = ""
    findings: tuple[Finding, ...] = ()
    blocking: bool = True
    duration_ms: int = 0
    command: tuple[str, ...] = ()
    exit_code: int | None = None
    tool: Tool | None = None
    actual: float | None = None
    threshold: float | None = None
    comparator: str = ""
    cached: bool = False
    tasks: tuple[str, ...] = ()
    facts: dict[str, object] = field(default_factory=dict)


class VerdictStatus(StrEnum):
    """The outcome of a whole run."""

    PASS = "pass"
    FAIL = "fail"
    INCOMPLETE = "incomplete"
    ERROR = "error"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Verdict:
    """The outcome of a run for one task, and every reason why it is not a pass."""

    status: VerdictStatus
    reasons: tuple[str, ...] = ()
    complete: bool = True

    @property
    def exit_code(self) -> int:
        """The exit status of pytest and of `agentgates`."""
        match self.status:
            case VerdictStatus.PASS:
                return PASSED
            case VerdictStatus.FAIL | VerdictStatus.INCOMPLETE:
                return FAILED
            case VerdictStatus.ERROR:
                return CANNOT_JUDGE
            case VerdictStatus.INTERRUPTED:
                return INTERRUPTED
            case _:
                assert_never(self.status)


def result_of(name: str, findings: Sequence[Finding], message: str) -> GateResult:
    """Fail where a finding counts, else pass."""
    failed = any(finding.counts for finding in findings)
    status = GateStatus.FAIL if failed else GateStatus.PASS
    return GateResult(name, status, message, tuple(findings))


def could_not_judge(name: str, message: str) -> GateResult:
    """Report that a gate could not judge, and why."""
    return GateResult(name, GateStatus.ERROR, message)


def settle(result: GateResult, blocking: bool) -> GateResult:
    """Give a result the weight its configuration says; an advisory failure is a warning."""
    status = result.status
    if status is GateStatus.FAIL and not blocking:
        status = GateStatus.WARN
    if status is GateStatus.SKIP and not result.message:
        status = GateStatus.ERROR
    return replace(result, status=status, blocking=blocking)


def judge(
    results: Iterable[GateResult],
    required: frozenset[str],
    incomplete: Sequence[str] = (),
    interrupted: bool = False,
) -> Verdict:
    """Turn gate results into a verdict; a required gate that gave no pass can never lead to one.

    A proven failure outweighs a gate that could not judge, and both outweigh an incomplete run.
    """
    blocking = [result for result in results if result.blocking]
    failed = [_reason(result) for result in blocking if result.status is GateStatus.FAIL]
    unjudged = [_reason(result) for result in blocking if result.status is GateStatus.ERROR]
    present = {result.name for result in blocking if result.status is not GateStatus.SKIP}
    unjudged += [f"{name}: was not run" for name in sorted(required - present)]
    reasons = (*incomplete, *failed, *unjudged)
    complete = not incomplete and not interrupted
    if interrupted:
        return Verdict(VerdictStatus.INTERRUPTED, ("interrupted", *reasons), complete=False)
    if failed and not incomplete:
        return Verdict(VerdictStatus.FAIL, reasons)
    if unjudged:
        return Verdict(VerdictStatus.ERROR, reasons, complete)
    if incomplete:
        return Verdict(VerdictStatus.INCOMPLETE, reasons, complete)
    return Verdict(VerdictStatus.PASS)


def worst(statuses: Iterable[VerdictStatus]) -> VerdictStatus:
    """The status that decides the exit code of a run for several tasks."""
    order = list(_WORST_FIRST)
    found = sorted(statuses, key=order.index)
    return found[0] if found else VerdictStatus.ERROR


_WORST_FIRST = (
    VerdictStatus.INTERRUPTED,
    VerdictStatus.FAIL,
    VerdictStatus.ERROR,
    VerdictStatus.INCOMPLETE,
    VerdictStatus.PASS,
)


def _reason(result: GateResult) -> str:
    count = sum(finding.counts for finding in result.findings)
    detail = result.message or f"{count} findings"
    return f"{result.name}: {detail}"
