"""What an expression of SQL may be worth: a column, or a value from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_agentgates.tenant_sql.equalities import LITERAL, PARAMETER, Formula, Node

if TYPE_CHECKING:
    from sqlglot import exp

_TRANSPARENT = ("Paren", "Cast", "TryCast", "Collate", "Lower", "Upper")


@dataclass(frozen=True)
class Names:
    """How a condition reaches what lies around it: columns, and queries within it."""

    column: Callable[[exp.Expr], Node | None]
    query: Callable[[exp.Expr], tuple[Formula, tuple[Node | None, ...]]]


def values_of(expression: exp.Expr, names: Names) -> list[Node | None]:
    """Every value that an expression may have; None for one that is neither a column nor comes from outside."""
    current = expression
    while type(current).__name__ in _TRANSPARENT:
        current = current.this
    kind = type(current).__name__
    if kind == "Column":
        return [names.column(current)]
    if kind in {"Subquery", "Select", "Union"}:
        return [None]
    if constant := constant_of(current):
        return [constant]
    return [node for part in choices_of(current, kind) for node in values_of(part, names)] or [None]


def choices_of(expression: exp.Expr, kind: str) -> list[exp.Expr]:
    """The expressions of which a choosing expression gives one."""
    if kind == "Coalesce":
        return [expression.this, *expression.expressions]
    if kind == "Case":
        otherwise = expression.args.get("default")
        return [*(branch.args["true"] for branch in expression.args["ifs"]), *([otherwise] if otherwise else [])]
    if kind == "If":
        return [expression.args[name] for name in ("true", "false") if expression.args.get(name)]
    return [expression.this] if kind == "Nullif" else []


def constant_of(expression: exp.Expr) -> Node | None:
    """The node of what depends on no row; the same text means the same value."""
    kind = type(expression).__name__
    if kind == "Literal":
        return (LITERAL, str(expression.this))
    if kind == "Boolean":
        return (LITERAL, str(expression.this).lower())
    if kind in {"Placeholder", "Parameter"}:
        return (PARAMETER, expression.name or str(id(expression)))
    return None if _is_all(expression, kind) else _computed(expression)


def _computed(expression: exp.Expr) -> Node | None:
    """The node of an expression over values from outside alone."""
    inner = {type(node).__name__ for node in expression.walk()}
    if inner & {"Column", "Select", "Star", "Table", "Null", "Default", "All"}:
        return None
    if inner <= {"Neg", "Literal", "Cast", "DataType", "Identifier", "Paren"}:
        return (LITERAL, expression.sql())
    return (PARAMETER, expression.sql())


def _is_all(expression: exp.Expr, kind: str) -> bool:
    """`= ALL(...)`, which an empty list makes true of everything."""
    return kind == "Anonymous" and expression.name.upper() == "ALL"
