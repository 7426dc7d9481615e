"""Reads `@cross_tenant(reason="...")`: marks of functions that look at the rows of all tenants on purpose."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentgates.core.finding import Waiver
from pytest_agentgates.source.globs import escape

MARK = "cross_tenant"
RULE = f"@{MARK}"


def marks_in(tree: ast.Module, path: str) -> Iterator[Waiver]:
    """Each mark of a file, as a waiver of `RULE`; one without a reason has the reason ""."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for one in node.decorator_list:
                reason = reason_of(one)
                if reason is not None:
                    where = f"{path}:{one.lineno}"
                    yield Waiver(RULE, escape(path), reason, where, one.lineno, node.end_lineno or node.lineno)


def reason_of(decorator: ast.expr) -> str | None:
    """The reason that a mark gives, "" where it gives none; None for any other decorator."""
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    if (function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")) != MARK:
        return None
    if not isinstance(decorator, ast.Call):
        return ""
    given = [one.value for one in decorator.keywords if one.arg == "reason"] or decorator.args[:1]
    texts = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return texts[0].strip() if texts else ""
