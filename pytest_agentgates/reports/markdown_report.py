"""The completion report as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pytest_agentgates.core.completion import CompletionReport, summary_lines
from pytest_agentgates.core.markdown_cells import escaped, row
from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.printable import one_line
from pytest_agentgates.reports.report_tables import NOTE_HEAD, PROOF_HEAD, TASK_HEAD, note_rows, proof_rows, task_rows


def render_markdown(report: CompletionReport) -> str:
    """The whole page; text of others is escaped."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: CompletionReport) -> Iterator[str]:
    commit = f", commit {escaped(report.commit[:12])}" if report.commit else ""
    yield "# Completion report"
    yield ""
    yield f"{escaped(report.store)}, {rfc3339(report.at)}{commit}."
    yield from ("", "## Summary", "")
    yield from (f"- {line}" for line in summary_lines(report))
    yield from ("", "## Tasks", "")
    yield from _table(TASK_HEAD, task_rows(report))
    yield from ("", "## Notes", "")
    yield from _table(NOTE_HEAD, note_rows(report))
    yield from ("", "## Evidence", "")
    yield from _table(PROOF_HEAD, proof_rows(report))
    yield from ("", "## Next step", "")
    command = one_line(report.next_step.command).replace("`", "")
    yield f"{escaped(report.next_step.text)}{f': `{command}`' if command else '.'}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    lines = [row(map(escaped, cells)) for cells in rows]
    yield from (row(head), row(["---"] * len(head)), *lines) if lines else ("None.",)
