"""The completion report as one HTML file that asks nothing of the network."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence

from pytest_agentgates.core.completion import CompletionReport, summary_lines
from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.printable import printable
from pytest_agentgates.reports.report_tables import NOTE_HEAD, PROOF_HEAD, TASK_HEAD, note_rows, proof_rows, task_rows

_STYLE = """
:root { color-scheme: light dark; --text: #1b1b1b; --ground: #ffffff; --line: #c4c4c4; --bad: #a40000; --good: #0b6623 }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8e8e8; --ground: #161616; --line: #505050; --bad: #ff8a80; --good: #7ddc8f }
}
body { color: var(--text); background: var(--ground); font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto;
  max-width: 76rem; padding: 0 1rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top;
  overflow-wrap: anywhere }
th { overflow-wrap: normal }
.bad { color: var(--bad); font-weight: bold }
.good { color: var(--good) }
"""
# Whatever stands in the records, the page can load nothing and run nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_MARKS = {"NOT PROVED": ' class="bad"', "DOES NOT HOLD": ' class="bad"', "proved": ' class="good"'}


def render_html(report: CompletionReport) -> str:
    """The whole page; text of others is escaped."""
    return "\n".join((*_head(), *_body(report), "</body>", "</html>")) + "\n"


def _head() -> Iterator[str]:
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield "<title>Completion report</title>"
    yield f"<style>{_STYLE}</style>"
    yield "</head>"
    yield "<body>"


def _body(report: CompletionReport) -> Iterator[str]:
    commit = f", commit {report.commit[:12]}" if report.commit else ""
    yield "<h1>Completion report</h1>"
    yield f"<p>{_safe(f'{report.store}, {rfc3339(report.at)}{commit}.')}</p>"
    yield f'<h2>Summary</h2>\n<ul id="summary" class="{"good" if report.holds else "bad"}">'
    yield from (f"<li>{_safe(line)}</li>" for line in summary_lines(report))
    yield "</ul>"
    yield from _section("Tasks", TASK_HEAD, task_rows(report))
    yield from _section("Notes", NOTE_HEAD, note_rows(report))
    yield from _section("Evidence", PROOF_HEAD, proof_rows(report))
    step = report.next_step
    command = f": <code>{_safe(step.command)}</code>" if step.command else "."
    yield f'<h2>Next step</h2>\n<p id="next">{_safe(step.text)}{command}</p>'


def _section(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    lines = ["".join(map(_cell, cells)) for cells in rows]
    yield f"<h2>{title}</h2>"
    if not lines:
        yield "<p>None.</p>"
        return
    yield f'<div class="wide"><table id="{title.lower()}">'
    names = "".join(f'<th scope="col">{name}</th>' for name in head)
    yield f"<thead><tr>{names}</tr></thead>"
    yield "<tbody>"
    yield from (f"<tr>{line}</tr>" for line in lines)
    yield "</tbody></table></div>"


def _cell(text: str) -> str:
    return f"<td{_MARKS.get(text, '')}>{_safe(text)}</td>"


def _safe(text: str) -> str:
    return html.escape(printable(text))
