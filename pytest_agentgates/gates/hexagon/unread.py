"""HEX010: files that cannot be read as Python; the rest is judged all the same."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.hexagon.view import HexagonView

_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def judge_unread(view: HexagonView) -> Iterator[Finding]:
    """Every file under the roots that does not parse, mapped or not: it may be a link of a chain."""
    for path, problem in view.facts.problems:
        message = f"it does not parse: {problem.message}"
        fix = f"mend it; where it needs a newer Python than {_VERSION}, run agentgates with the one of the project"
        yield Finding("HEX010", message, path, problem.line, problem.column, fix, snippet=problem.message)
