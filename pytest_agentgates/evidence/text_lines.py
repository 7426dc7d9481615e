"""The findings as lines that editors and terminals make clickable, then one line per gate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.printable import one_line, printable
from pytest_agentgates.core.record import RunRecord
from pytest_agentgates.core.verdict import GateResult, GateStatus, VerdictStatus

_INDENT = "    "


@dataclass(frozen=True)
class TextLines:
    """Writes `path:line:column: CODE message` and the fix below it, then gates and verdict; waived ones are counted."""

    file_name: ClassVar[str] = "quality_gates_run.txt"

    def render(self, record: RunRecord) -> str:
        """The whole text."""
        findings = [finding for result in record.gates for finding in result.findings]
        lines = [line for finding in findings if not finding.waived for line in _finding(finding)]
        lines += [_gate(result) for result in record.gates]
        lines.append(_verdict(record, sum(bool(finding.waived) for finding in findings)))
        return "\n".join(lines) + "\n"


def _finding(finding: Finding) -> Iterator[str]:
    place = printable(finding.place).replace("\n", "\\n")
    first, *rest = printable(finding.message).split("\n")
    yield f"{place}{': ' if place else ''}{one_line(finding.rule)} {first}".rstrip()
    # Never at the start of a line: a message must not be able to look like another finding.
    yield from (f"{_INDENT}{line}" for line in rest)
    if finding.fix:
        yield from (f"{_INDENT}{line}" for line in f"fix: {printable(finding.fix)}".split("\n"))


def _gate(result: GateResult) -> str:
    tasks = f" ({', '.join(result.tasks)})" if result.tasks else ""
    message = f": {result.message}" if result.message else ""
    return f"{result.status.value.upper():<5} {one_line(result.name + tasks + message)}"


def _verdict(record: RunRecord, waived: int) -> str:
    counts = [f"{sum(result.status is status for result in record.gates)} {status.value}" for status in GateStatus]
    left_out = not record.complete and record.status is not VerdictStatus.INCOMPLETE
    incomplete = ", incomplete" if left_out else ""
    return f"verdict: {record.status.value}{incomplete} ({', '.join(counts)}, {waived} waived)"
