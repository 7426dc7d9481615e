"""Every form in which the completion report can be written."""

from __future__ import annotations

from collections.abc import Callable

from pytest_agentgates.core.completion import CompletionReport, completion_facts
from pytest_agentgates.render_json import render_json
from pytest_agentgates.reports.html_report import render_html
from pytest_agentgates.reports.markdown_report import render_markdown

REPORTS: dict[str, Callable[[CompletionReport], str]] = {
    "markdown": render_markdown,
    "json": lambda report: render_json(completion_facts(report)),
    "html": render_html,
}
