"""Turns a condition of SQL into what it says about equality."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING
from typing import Any as Anything

from pytest_agentgates.tenant_sql.equalities import (
    FALSE,
    LITERAL,
    TRUE,
    All,
    Any,
    Equal,
    Formula,
    Node,
    Present,
)
from pytest_agentgates.tenant_sql.values import Names, choices_of, constant_of, values_of

if TYPE_CHECKING:
    from sqlglot import exp

_COMPARISONS = ("GT", "GTE", "LT", "LTE", "Like", "ILike", "Between")


def formula_of(condition: exp.Expr, names: Names, holds: bool = True) -> Formula:
    """What follows where the condition is true, or where it is false if not `holds`."""
    kind = type(condition).__name__
    if kind in {"And", "Or"}:
        parts = tuple(formula_of(part, names, holds) for part in _flat(condition, kind))
        return All(parts) if (kind == "And") == holds else Any(parts)
    if kind == "Not":
        return formula_of(condition.this, names, not holds)
    if kind == "Paren":
        return formula_of(condition.this, names, holds)
    if kind == "Boolean":
        return TRUE if bool(condition.this) == holds else FALSE
    make = _MAKERS.get(kind)
    if make is None:
        return TRUE
    return make(condition, names, holds)


def _flat(condition: exp.Expr, kind: str) -> Iterator[exp.Expr]:
    """The operands of a chain of the same connector, however long."""
    waiting = [condition]
    while waiting:
        current = waiting.pop()
        if type(current).__name__ == kind:
            waiting += [current.args["expression"], current.this]
        else:
            yield current


def _equality(condition: exp.Expr, names: Names, holds: bool) -> Formula:
    return _equal(condition.this, condition.args["expression"], names) if holds else _difference(condition, names)


def _inequality(condition: exp.Expr, names: Names, holds: bool) -> Formula:
    if holds:
        return _difference(condition, names)
    return _equal(condition.this, condition.args["expression"], names)


def _null_safe(condition: exp.Expr, names: Names, holds: bool) -> Formula:
    if (type(condition).__name__ == "NullSafeEQ") != holds:
        return TRUE
    return _not_strict(_equal(condition.this, condition.args["expression"], names))


def _not_strict(formula: Formula) -> Formula:
    match formula:
        case Equal(left, right):
            return Equal(left, right, strict=False)
        case All(parts):
            return All(tuple(_not_strict(part) for part in parts))
        case Any(parts):
            return Any(tuple(_not_strict(part) for part in parts))
        case Present():
            return TRUE
        case _:
            return formula


def _equal(left: exp.Expr, right: exp.Expr, names: Names) -> Formula:
    left, right = _bare(left), _bare(right)
    left_kind, right_kind = type(left).__name__, type(right).__name__
    if left_kind in {"Tuple", "Struct"} and right_kind == left_kind:
        pairs = zip(left.expressions, right.expressions, strict=False)
        return All(tuple(_equal(one, other, names) for one, other in pairs))
    if right_kind in {"Any", "Subquery", "Select"}:
        return _equal_to_some(left, right, names)
    if left_kind in {"Subquery", "Select"}:
        return _equal_to_some(right, left, names)
    if "Boolean" in {left_kind, right_kind}:
        condition, truth = (right, left) if left_kind == "Boolean" else (left, right)
        if type(condition).__name__ in _MAKERS or type(condition).__name__ in {"And", "Or", "Not"}:
            return formula_of(condition, names, bool(truth.this))
    return _any_pair(values_of(left, names), values_of(right, names))


def _any_pair(left: Sequence[Node | None], right: Sequence[Node | None]) -> Formula:
    """Each value of one side with each of the other; two constants that differ are never equal."""
    pairs = [_pair(one, other) for one in left for other in right]
    return pairs[0] if len(pairs) == 1 else Any(tuple(pairs))


def _pair(one: Node | None, other: Node | None) -> Formula:
    if one is None or other is None:
        known = tuple(node[0] for node in (one, other) if node and node[0] > 0)
        return Present(known) if known else TRUE
    if one == other:
        return Present((one[0],)) if one[0] > 0 else TRUE
    return FALSE if one[0] == other[0] == LITERAL else Equal(one, other)


def _difference(condition: exp.Expr, names: Names) -> Formula:
    left, right = (values_of(_bare(side), names) for side in (condition.this, condition.args["expression"]))
    if len(left) == len(right) == 1 and left == right and left[0] is not None and left[0][0] == LITERAL:
        return FALSE
    return Present(tuple(nodes[0][0] for nodes in (left, right) if len(nodes) == 1 and nodes[0] and nodes[0][0] > 0))


def _equal_to_some(left: exp.Expr, some: exp.Expr, names: Names) -> Formula:
    """`x = ANY(...)`, `x IN (SELECT ...)`, `x = (SELECT ...)`."""
    inner = _bare(some.this) if type(some).__name__ == "Any" else some
    if type(inner).__name__ in {"Array", "ArrayFunc"} and len(inner.expressions) == 1:
        inner = _bare(inner.expressions[0]) if _is_query(_bare(inner.expressions[0])) else inner
    if _is_query(inner):
        return _equal_to_row(left, inner, names)
    if type(inner).__name__ == "Array":
        return Any(tuple(_equal(left, element, names) for element in inner.expressions))
    return _any_pair(values_of(left, names), values_of(inner, names) if constant_of(inner) else [None])


def _equal_to_row(left: exp.Expr, query: exp.Expr, names: Names) -> Formula:
    formula, outputs = names.query(query)
    elements = left.expressions if type(left).__name__ == "Tuple" else [left]
    pairs = zip(elements, outputs, strict=False)
    return All((formula, *(_any_pair(values_of(element, names), [output]) for element, output in pairs)))


def _is_query(expression: exp.Expr) -> bool:
    return type(expression).__name__ in {"Select", "Subquery", "Union", "Intersect", "Except"}


def _bare(expression: exp.Expr) -> exp.Expr:
    current = expression
    while type(current).__name__ == "Paren":
        current = current.this
    return current


def _membership(condition: exp.Expr, names: Names, holds: bool) -> Formula:
    if not holds:
        return TRUE
    left = _bare(condition.this)
    if query := condition.args.get("query"):
        return _equal_to_row(left, query, names)
    single = condition.args.get("field") or condition.args.get("unnest")
    elements = [single] if single else condition.expressions
    if len(elements) == 1 and _is_query(_bare(elements[0])):
        return _equal_to_row(left, _bare(elements[0]), names)
    return Any(tuple(_element(left, element, names) for element in elements))


def _element(left: exp.Expr, element: exp.Expr, names: Names) -> Formula:
    """A list that comes from outside may hold tuples as well."""
    if type(left).__name__ == "Tuple" and type(element).__name__ != "Tuple" and constant_of(element):
        return All(tuple(_any_pair(values_of(part, names), [constant_of(element)]) for part in left.expressions))
    return _equal(left, element, names)


def _between(condition: exp.Expr, names: Names, holds: bool) -> Formula:
    low, high = (values_of(condition.args[side], names) for side in ("low", "high"))
    if holds and low == high and None not in low:
        return _any_pair(values_of(condition.this, names), low)
    return _present(condition, names, holds)


def _existence(condition: exp.Expr, names: Names, holds: bool) -> Formula:
    return names.query(condition.this)[0] if holds else TRUE


def _is(condition: exp.Expr, names: Names, holds: bool) -> Formula:
    truth = condition.args["expression"]
    if type(truth).__name__ == "Boolean":
        return formula_of(condition.this, names, bool(truth.this)) if holds else TRUE
    if type(truth).__name__ == "Null":
        return TRUE if holds else _present(condition, names, holds)
    return _null_safe_is(condition, names) if holds else TRUE


def _null_safe_is(condition: exp.Expr, names: Names) -> Formula:
    """`x IS ?`, which SQLite allows."""
    return _not_strict(_equal(condition.this, condition.args["expression"], names))


def _present(condition: exp.Expr, names: Names, holds: bool) -> Formula:  # noqa: ARG001 - same when it is false
    sides = (condition.this, condition.args.get("expression"))
    nodes = [values_of(side, names) for side in sides if side is not None and not _is_query(_bare(side))]
    return Present(tuple(found[0][0] for found in nodes if len(found) == 1 and found[0] and found[0][0] > 0))


def _choice(condition: exp.Expr, names: Names, holds: bool) -> Formula:
    """CASE and COALESCE as a condition: the branch that was taken gave the truth."""
    return Any(tuple(formula_of(part, names, holds) for part in choices_of(condition, type(condition).__name__)))


_MAKERS: dict[str, Callable[[Anything, Names, bool], Formula]] = {
    "EQ": _equality,
    "NEQ": _inequality,
    "NullSafeEQ": _null_safe,
    "NullSafeNEQ": _null_safe,
    "In": _membership,
    "Between": _between,
    "Exists": _existence,
    "Is": _is,
    "Case": _choice,
    "If": _choice,
    "Coalesce": _choice,
    **dict.fromkeys((name for name in _COMPARISONS if name != "Between"), _present),
}
