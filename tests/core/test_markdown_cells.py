"""Text of others in Markdown is one line, and nothing of it is markup."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from pytest_agentgates.core.markdown_cells import escaped, row


@pytest.mark.parametrize("text", ["a | b", "<b>x</b>", "*x*", "`x`", "[x](http://y)", "# x", "a\nb", "\\|", "$x$"])
def test_no_sign_of_it_is_markup(text: str) -> None:
    page = f"{row(['A', 'B'])}\n{row(['---', '---'])}\n{row([escaped(text), 'last'])}\n"
    html = MarkdownIt("commonmark").enable("table").render(page)
    assert html.count("<td>") == 2
    for tag in ("<b>", "<em>", "<code>", "<a ", "<h1>"):
        assert tag not in html


@pytest.mark.parametrize("text", ["in_progress", "__init__", "_x_", "a __b__ c", "a_ _b", "_", "a_b_c", "x._y_.z"])
def test_underscores_are_shown_as_they_are(text: str) -> None:
    assert MarkdownIt("commonmark").render(escaped(text)) == f"<p>{text}</p>\n"


def test_names_stay_readable() -> None:
    assert escaped("quality_gates_run.json") == "quality_gates_run.json"


def test_a_long_text_is_cut() -> None:
    assert escaped("x" * 301) == "x" * 300 + "..."
    assert escaped("x" * 300) == "x" * 300
