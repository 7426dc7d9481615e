"""Text of others in Markdown: one line, and nothing of it is markup."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from pytest_agentgates.core.printable import one_line

_LONGEST = 300
# Inside of a word an underscore is no markup, and names are full of them.
_MARKUP = re.compile(r"[\\`*{}\[\]|~#$]|(?<![^\W_])_|_(?![^\W_])")


def escaped(text: str) -> str:
    """One line without Markdown or HTML of its own, cut to a readable length."""
    line = one_line(text)
    short = line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
    return html.escape(_MARKUP.sub(r"\\\g<0>", short), quote=False)


def row(cells: Iterable[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join(cells)} |"
