"""The run as a Markdown page: a report, or the summary of a CI job."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.core.markdown_cells import escaped, row
from pytest_agentgates.core.outcomes import Outcome
from pytest_agentgates.core.record import RunRecord
from pytest_agentgates.core.task_tests import failures, never_ran, task_ids
from pytest_agentgates.core.verdict import GateResult

# A job summary may have 1 MiB; a longer page would be dropped whole.
_MOST_ROWS = 100


@dataclass(frozen=True)
class MarkdownPage:
    """Writes verdict, gates, findings and tests; text of others is escaped, long lists are cut and counted."""

    file_name: ClassVar[str] = "quality_gates_run.md"

    def render(self, record: RunRecord) -> str:
        """The whole page."""
        parts = (_head(record), _gates(record.gates), _findings(record.gates), _tests(record))
        return "\n\n".join("\n".join(part) for part in map(list, parts) if part) + "\n"


def _head(record: RunRecord) -> Iterator[str]:
    tasks = ", ".join(map(escaped, task_ids(record)))
    yield f"# Quality gates: {record.status.value}{f' for {tasks}' if tasks else ''}"
    yield ""
    commit = f", commit {escaped(record.git.commit[:12])}" if record.git.commit else ""
    yield f"Run {escaped(record.run_id)}, {record.duration_ms} ms{commit}, {escaped(record.assurance)}."
    reasons = [reason for outcome in record.outcomes for reason in outcome.verdict.reasons]
    if reasons:
        yield ""
        yield from _cut([f"- {escaped(reason)}" for reason in reasons], "- ")


def _gates(results: Sequence[GateResult]) -> Iterator[str]:
    yield "## Gates"
    yield ""
    rows = [
        (_gate_name(result), _status(result), escaped(result.message), _figure(result), f"{result.duration_ms}")
        for result in results
    ]
    yield from _table(("Gate", "Status", "Message", "Actual", "ms"), rows)


def _findings(results: Sequence[GateResult]) -> Iterator[str]:
    rows = [_finding(result, finding) for result in results for finding in result.findings if not finding.waived]
    waived = sum(bool(finding.waived) for result in results for finding in result.findings)
    yield "## Findings"
    yield ""
    if rows:
        yield from _table(("Place", "Rule", "Finding", "Fix", "Weight"), rows)
    else:
        yield "None."
    if waived:
        yield ""
        yield f"Waived: {waived}."


def _tests(record: RunRecord) -> Iterator[str]:
    claim = record.claim
    yield "## Tests"
    yield ""
    if claim is None:
        yield "No test was run."
        return
    count = Counter(test.outcome for test in claim.records)
    missing = never_ran(record)
    counted = [f"{count[outcome]} {outcome.value}" for outcome in Outcome if count[outcome]]
    counted += [f"{len(missing)} never ran"] if missing else []
    yield f"{', '.join(counted) or 'None'}."
    rows = [(escaped(test.nodeid), test.outcome.value, escaped(why.message)) for test, why in failures(record)]
    rows += [(escaped(error.path), "collection error", escaped(error.message)) for error in claim.collection_errors]
    rows += [(escaped(nodeid), "never ran", "") for nodeid in missing]
    if rows:
        yield ""
        yield from _table(("Test", "Outcome", "Message"), rows)


def _gate_name(result: GateResult) -> str:
    return escaped(f"{result.name} ({', '.join(result.tasks)})" if result.tasks else result.name)


def _status(result: GateResult) -> str:
    return result.status.value if result.blocking else f"{result.status.value} (advisory)"


def _figure(result: GateResult) -> str:
    if result.actual is None:
        return ""
    floor = f" ({result.comparator} {result.threshold:g})" if result.threshold is not None else ""
    return html.escape(f"{result.actual:g}{floor}")


def _finding(result: GateResult, finding: Finding) -> tuple[str, ...]:
    grave = result.blocking and finding.severity is Severity.ERROR
    weight = "blocks" if grave else "advice"
    return (escaped(finding.place), escaped(finding.rule), escaped(finding.message), escaped(finding.fix), weight)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield row(head)
    yield row(["---"] * len(head))
    yield from _cut([row(cells) for cells in rows], "\n")


def _cut(lines: Sequence[str], before_rest: str) -> Iterator[str]:
    yield from lines[:_MOST_ROWS]
    if len(lines) > _MOST_ROWS:
        yield f"{before_rest}{len(lines) - _MOST_ROWS} more are in quality_gates_run.json."
