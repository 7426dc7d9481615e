"""What a query gives: the columns of its rows, and what holds for each row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_agentgates.tenant_sql.equalities import TRUE, All, Any, Equal, Formula, Node
from pytest_agentgates.tenant_sql.resolve import Catalogue, resolve, resolve_name
from pytest_agentgates.tenant_sql.scope import Query, Recursion, Scope, Source, certain, extend, leaves
from pytest_agentgates.tenant_sql.values import Names, values_of

if TYPE_CHECKING:
    from sqlglot import exp

_ONE_OF_ALL = frozenset({"Min", "Max", "AnyValue", "First"})
_CLOSING = ("limit", "offset", "fetch", "qualify")


def closes(select: exp.Expr) -> bool:
    """Whether its rows depend on rows that a condition around it would leave out."""
    distinct = select.args.get("distinct")
    if any(select.args.get(name) for name in _CLOSING):
        return True
    if distinct is not None and hasattr(distinct, "args") and distinct.args.get("on"):
        return True
    return any(type(node).__name__ == "Window" for output in select.expressions for node in output.walk())


def key_columns(select: exp.Expr) -> frozenset[str] | None:
    """The names of the columns that it groups by, None where it does not group."""
    group = select.args.get("group")
    if group is None:
        return None
    keys = [*group.expressions]
    for name in ("grouping_sets", "cube", "rollup"):
        keys += [node for part in group.args.get(name) or () if hasattr(part, "walk") for node in part.walk()]
    return frozenset(name for key in keys if (name := _key_name(key, select.expressions)))


def _key_name(key: exp.Expr, outputs: list[exp.Expr]) -> str:
    kind = type(key).__name__
    if kind == "Literal" and key.name.isdigit() and 0 < int(key.name) <= len(outputs):
        return outputs[int(key.name) - 1].unalias().name.lower()
    if kind != "Column":
        return ""
    for output in outputs:
        if type(output).__name__ == "Alias" and output.alias.lower() == key.name.lower() and not key.args.get("table"):
            return str(output.unalias().name.lower())
    return str(key.name.lower())


def is_single_row(select: exp.Expr) -> bool:
    """Whether it gives one row even of nothing."""
    from sqlglot import exp

    if select.args.get("group") is not None:
        return False
    return any(
        isinstance(node, exp.AggFunc) and not isinstance(node.parent, exp.Window)
        for output in select.expressions
        for node in output.walk(prune=lambda inner: isinstance(inner, exp.Query))
    )


def output_node(output: exp.Expr, scope: Scope, catalogue: Catalogue) -> Node | None:
    """The column or value that an output expression gives; None for what is made of several."""
    inner = output.unalias()
    if type(inner).__name__ in _ONE_OF_ALL:
        inner = inner.this
    if type(inner).__name__ in {"Star", "Null"} or inner.is_star:
        return None
    found = values_of(inner, Names(lambda column: resolve(column, scope, catalogue), lambda _: (TRUE, ())))
    return found[0] if len(found) == 1 else None


def formula_of_query(query: Query, catalogue: Catalogue, source: Source | None = None) -> Formula:
    """What holds for each of its rows, and how the columns of the source that reads it come about."""
    if isinstance(query, Scope):
        return All((*_held(query, catalogue), *edges(source, query, catalogue, only_open=False)))
    left = formula_of_query(query.left, catalogue, source)
    if query.operator == "Except":
        return left
    right = formula_of_query(query.right, catalogue, source)
    return All((left, right)) if query.operator == "Intersect" else Any((left, right))


def _held(scope: Scope, catalogue: Catalogue) -> list[Formula]:
    if scope.is_single_row:
        return []
    present = certain(scope.tree)
    held = [*scope.where, *extend(scope.tree, present)]
    return held + [
        formula for leaf in leaves(scope.tree) if leaf.number in present for formula in _inner(leaf, catalogue)
    ]


def _inner(source: Source, catalogue: Catalogue) -> list[Formula]:
    if source.query is None or isinstance(source.query, Recursion):
        return []
    return [formula_of_query(source.query, catalogue, source)]


def edges(source: Source | None, scope: Scope, catalogue: Catalogue, only_open: bool) -> list[Formula]:
    """The columns of a source as those of the query it reads; `only_open` leaves out what hides rows of others."""
    if source is None or (only_open and scope.is_closed):
        return []
    found: list[Formula] = []
    for column in sorted(source.requested):
        output = _output(column, source, scope)
        if output is not None and output.is_star:
            node = _through_star(column, scope, catalogue)
        elif output is None or scope.is_single_row or (only_open and not _passes(output, scope)):
            node = None
        else:
            node = output_node(output, scope, catalogue)
        if node is not None:
            found.append(Equal((source.number, column), node, strict=False))
    return found


def _passes(output: exp.Expr, scope: Scope) -> bool:
    """Whether a condition on the output is one on the rows that it was made of."""
    inner = output.unalias()
    if type(inner).__name__ in _ONE_OF_ALL:
        return False
    return scope.keys is None or inner.name.lower() in scope.keys


def _output(column: str, source: Source, scope: Scope) -> exp.Expr | None:
    outputs: list[exp.Expr] = scope.outputs
    position = -1
    if column.startswith("\0") and column[1:].isdigit():
        position = int(column[1:])
    elif source.columns:
        position = source.columns.index(column) if column in source.columns else len(outputs)
    if position < 0:
        named = [output for output in outputs if output.alias_or_name.lower() == column]
        stars = [output for output in outputs if output.is_star]
        return next(iter(named or stars), None)
    if any(output.is_star for output in outputs[: position + 1]) or position >= len(outputs):
        return None
    return outputs[position]


def _through_star(column: str, scope: Scope, catalogue: Catalogue) -> Node | None:
    stars = [output for output in scope.outputs if output.is_star]
    tables = [star.table.lower() if type(star).__name__ == "Column" else "" for star in stars]
    if scope.keys is not None or len(tables) != 1:
        return None
    inside = Scope(None, None, scope.sources, scope.tree)
    return resolve_name(column, tables[0], inside, catalogue)
