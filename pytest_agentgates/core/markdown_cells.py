"""Text of others in Markdown: one line, and nothing of it is markup."""

from __future__ import annotations

import html
from collections.abc import Iterable

from pytest_agentgates.core.printable import one_line

_LONGEST = 300
_ESCAPED = "\\`*_{}[]|~#$"


def escaped(text: str) -> str:
    """One line without Markdown or HTML of its own, cut to a readable length."""
    line = one_line(text)
    short = line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
    marked = "".join(f"\\{sign}" if sign in _ESCAPED else sign for sign in short)
    return html.escape(marked, quote=False)


def row(cells: Iterable[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join(cells)} |"
