"""What docs/gates.md says of a rule: the page ships with the package, a source tree has it among its docs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pytest_agentgates.errors import AgentGatesError

_HEADING = re.compile(r"^#{1,3} (\S+)")


def section_of(code: str) -> str:
    """The section of a rule with its heading; empty where the page has none.

    Raises AgentGatesError where the page itself is missing.
    """
    kept: list[str] = []
    for heading, line in _lines(_page()):
        if heading == code:
            kept.append(line)
    return "\n".join(kept).strip()


def _page() -> str:
    package = Path(__file__).parent
    for path in (package / "gates.md", package.parent / "docs" / "gates.md"):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise AgentGatesError("the page of the gates is missing", str(package / "gates.md"), "install the package again")


def _lines(page: str) -> Iterator[tuple[str, str]]:
    """Each line with the first word of the heading it stands under; what looks like one in a block of code is none."""
    heading, is_code = "", False
    for line in page.splitlines():
        is_code ^= line.startswith("```")
        if not is_code and (found := _HEADING.match(line)):
            heading = found[1]
        yield heading, line
