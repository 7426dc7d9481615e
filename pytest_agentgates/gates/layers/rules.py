"""The rules of `layers`."""

from __future__ import annotations

import ast

from pytest_agentgates.core.finding import Finding, Rule
from pytest_agentgates.source.syntax import FileSyntax

CROSSED = Rule("LAY001", "a layer is skipped or reversed")
ROUTE = Rule("LAY002", "business logic or persistence in a route")
BOTH = Rule("LAY003", "a class is both command and query, or a query writes")
REPOSITORY = Rule("LAY004", "authorization inside a repository")
SERVICE = Rule("LAY005", "persistence inside a domain service")

RULES = (CROSSED, ROUTE, BOTH, REPOSITORY, SERVICE)


def finding_at(rule: Rule, message: str, file: FileSyntax, node: ast.expr | ast.stmt, fix: str) -> Finding:
    """A finding at a node of a file."""
    column = file.text.column(node)
    return Finding(rule.code, message, file.path, node.lineno, column, fix, snippet=file.code(node.lineno))
