"""The findings as workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.core.printable import printable
from pytest_agentgates.core.record import RunRecord
from pytest_agentgates.core.verdict import GateResult, GateStatus

LIMIT = 10
_ERROR, _WARNING = "error", "warning"


@dataclass(frozen=True)
class _Annotation:
    level: str
    rank: int
    gate: str
    finding: Finding


@dataclass(frozen=True)
class GithubAnnotations:
    """Writes at most 10 errors and 10 warnings, which is what GitHub shows of a step, and counts the rest."""

    file_name: ClassVar[str] = "annotations.txt"

    def render(self, record: RunRecord) -> str:
        """The whole text; empty where there is nothing to show."""
        found = [annotation for result in record.gates for annotation in _of_gate(result)]
        by_level = [_ranked(found, level) for level in (_ERROR, _WARNING)]
        lines = [_command(annotation) for ranked in by_level for annotation in ranked[:LIMIT]]
        left_out = [max(0, len(ranked) - LIMIT) for ranked in by_level]
        if any(left_out):
            lines.append(f"{left_out[0]} more errors and {left_out[1]} more warnings are not shown here")
        return "".join(f"{line}\n" for line in lines)


def _of_gate(result: GateResult) -> Iterator[_Annotation]:
    findings = [finding for finding in result.findings if not finding.waived]
    for finding in findings:
        grave = result.blocking and finding.severity is Severity.ERROR
        rank = 0 if finding.severity is Severity.ERROR else 1
        yield _Annotation(_ERROR if grave else _WARNING, rank, result.name, finding)
    speaks = result.status in (GateStatus.FAIL, GateStatus.WARN, GateStatus.ERROR)
    if speaks and (result.status is GateStatus.ERROR or not findings):
        level = _ERROR if result.blocking else _WARNING
        yield _Annotation(level, 0, result.name, Finding(result.status.value, result.message or "no reason given"))


def _ranked(annotations: Sequence[_Annotation], level: str) -> list[_Annotation]:
    return sorted((one for one in annotations if one.level == level), key=lambda one: one.rank)


def _command(annotation: _Annotation) -> str:
    finding = annotation.finding
    place = [("file", finding.path)] if finding.path else []
    if finding.path and finding.line:
        place += [("line", str(finding.line)), ("col", str(finding.column or 1))]
    title = ("title", f"{finding.rule} ({annotation.gate})")
    properties = ",".join(f"{key}={_property(value)}" for key, value in (*place, title))
    fix = f"\nfix: {finding.fix}" if finding.fix else ""
    return f"::{annotation.level} {properties}::{_data(printable(finding.message + fix))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")
