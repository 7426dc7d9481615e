"""Reads which statements the tests' processes executed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pytest_agentgates.core.outcomes import ArrivedRow, ExecutedStatement, WatchedStatements


def read_statements(paths: Iterable[Path]) -> WatchedStatements:
    """All that was written; what cannot be read is said in `problem`."""
    statements: list[ExecutedStatement] = []
    rows: list[ArrivedRow] = []
    try:
        for path in sorted(paths):
            for line in path.read_bytes().splitlines():
                facts = json.loads(line)
                kind = facts.pop("kind")
                if kind == "row":
                    rows.append(ArrivedRow(**{**facts, "active": tuple(facts["active"])}))
                elif kind == "statement":
                    statements.append(ExecutedStatement(**facts))
                else:
                    return WatchedStatements(problem=_problem(kind, facts))
    except (OSError, ValueError, LookupError, TypeError) as error:
        return WatchedStatements(problem=f"the record of statements cannot be read ({error})")
    return WatchedStatements(tuple(statements), tuple(rows))


def _problem(kind: str, facts: dict[str, Any]) -> str:
    if kind == "failed":
        return f"what the tests execute through {facts['library']} cannot be watched ({facts['error']})"
    return f"a statement of {facts['test']} could not be written down"
