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


def test_a_long_text_is_cut() -> None:
    assert escaped("x" * 301) == "x" * 300 + "..."
    assert escaped("x" * 300) == "x" * 300
