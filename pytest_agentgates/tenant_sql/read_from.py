"""Reads a FROM clause: tables, derived tables, functions, and how they are joined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pytest_agentgates.tenant_sql.equalities import TRUE, All, Equal, Formula
from pytest_agentgates.tenant_sql.named_queries import Ctes, read_cte
from pytest_agentgates.tenant_sql.predicates import formula_of
from pytest_agentgates.tenant_sql.resolve import having
from pytest_agentgates.tenant_sql.scope import Join, Kind, Scope, Source, Tree, leaves
from pytest_agentgates.tenant_sql.trees import QUERIES, column_names, table_name, unwrapped

if TYPE_CHECKING:
    from sqlglot import exp

    from pytest_agentgates.tenant_sql.read_statement import Reader

_JOINS = {"LEFT": Kind.LEFT, "RIGHT": Kind.RIGHT, "FULL": Kind.FULL}


def read_from(reader: Reader, scope: Scope, items: Iterable[exp.Expr], joins: Iterable[exp.Expr], ctes: Ctes) -> None:
    """Read a FROM clause and the joins after it."""
    tree = scope.tree
    for item in items:
        tree = put_together(tree, read_item(reader, item, scope, ctes), Kind.INNER, TRUE)
    scope.tree = tree
    for join in joins:
        scope.tree = _joined(reader, scope.tree, join, scope, ctes)


def read_item(reader: Reader, item: exp.Expr, scope: Scope, ctes: Ctes) -> Tree:
    """One entry of a FROM clause, with the joins that hang on it."""
    reader.entered.add(id(item))
    kind = type(item).__name__
    alias = item.args.get("alias")
    name = alias.name if alias is not None and alias.name else ""
    if kind == "Table" and type(item.this).__name__ == "Identifier":
        tree: Tree = _table(reader, item, name, scope, ctes)
    elif kind == "Subquery" and type(unwrapped(item)).__name__ in {"Table", "Lateral"}:
        tree = read_item(reader, item.this, scope, ctes)
    elif kind in {"Subquery", "Lateral", "Values"} | QUERIES:
        tree = _derived(reader, item, name, scope, ctes)
    else:
        tree = _function(reader, item, name, scope, ctes)
    for join in item.args.get("joins") or ():
        tree = _joined(reader, tree, join, scope, ctes)
    for lateral in item.args.get("laterals") or ():
        tree = put_together(tree, read_item(reader, lateral, scope, ctes), Kind.INNER, TRUE)
    return tree


def put_together(left: Tree, right: Tree, kind: Kind, on: Formula) -> Tree:
    """Join two sides, of which one may be missing."""
    if left is None or right is None:
        return right if left is None else left
    return Join(kind, left, right, on)


def _joined(reader: Reader, tree: Tree, join: exp.Expr, scope: Scope, ctes: Ctes) -> Tree:
    right = read_item(reader, join.this, scope, ctes)
    reader.entered.add(id(join))
    kind = _JOINS.get(str(join.args.get("side") or "").upper(), Kind.INNER)
    if str(join.args.get("kind") or "").upper() in {"SEMI", "ANTI"}:
        kind = Kind.LEFT
    together = put_together(tree, right, kind, TRUE)
    if not isinstance(together, Join):
        return together
    conditions: list[Formula] = []
    if on := join.args.get("on"):
        conditions.append(formula_of(on, reader.names(scope, ctes)))
        reader.rest(on, scope, ctes, ())
    using = [word.name.lower() for word in join.args.get("using") or ()]
    if str(join.args.get("method") or "").upper() == "NATURAL":
        using = _common(reader, tree, right)
    conditions += _merge(reader, together, using)
    together.on = All(tuple(conditions))
    return together


def _common(reader: Reader, left: Tree, right: Tree) -> list[str]:
    sides = [{column for leaf in leaves(side) for column in reader.known_columns(leaf)} for side in (left, right)]
    return sorted(sides[0] & sides[1])


def _merge(reader: Reader, join: Join, columns: Iterable[str]) -> Iterator[Formula]:
    for column in columns:
        left = having(join.left, column, reader)
        right = having(join.right, column, reader)
        join.merged[column] = (*left, *right)
        if left and right:
            yield from (Equal(left[0].node(column), other.node(column)) for other in right)


def _table(reader: Reader, item: exp.Expr, alias: str, scope: Scope, ctes: Ctes) -> Source:
    reader.seen.add(id(item))
    parts = table_name(item)
    cte = ctes.get(parts[0].lower()) if len(parts) == 1 else None
    source = reader.source(alias or parts[-1], "" if cte else reader.tables.owned_name(parts))
    scope.add(source)
    if cte is not None:
        read_cte(reader, source, parts[0].lower(), cte, scope)
    else:
        source.is_table = True
        source.columns = () if source.owned else column_names(item.args.get("alias"))
    if source.owned:
        reader.references.append((scope, source))
    return source


def _derived(reader: Reader, item: exp.Expr, name: str, scope: Scope, ctes: Ctes) -> Source:
    source = reader.source(name or f"\0{reader.count}")
    source.columns = column_names(item.args.get("alias"))
    inner = unwrapped(item)
    if type(inner).__name__ not in {"Values", *QUERIES}:
        return _function_source(reader, source, item, scope, ctes)
    source.query = reader.statement(inner, ctes, scope, source)
    scope.add(source)
    return source


def _function(reader: Reader, item: exp.Expr, name: str, scope: Scope, ctes: Ctes) -> Source:
    alias = item.args.get("alias")
    source = reader.source(name or f"\0{reader.count}")
    source.columns = column_names(alias)
    return _function_source(reader, source, item, scope, ctes)


def _function_source(reader: Reader, source: Source, item: exp.Expr, scope: Scope, ctes: Ctes) -> Source:
    """A table that a function makes; from values alone it has nothing of anybody's rows."""
    reader.rest(item, scope, ctes, ("joins", "laterals", "alias"))
    inner = {type(node).__name__ for node in item.walk()}
    has_input = bool(inner & {"Placeholder", "Parameter"})
    if has_input and not inner & {"Column", "Select", "Table"} - (
        {"Table"} if type(item).__name__ == "Table" else set()
    ):
        source.is_table = True
        source.name = source.name or "\0"
        scope.add(source)
        source.requested.add("\0given")
        return source
    scope.add(source)
    return source
