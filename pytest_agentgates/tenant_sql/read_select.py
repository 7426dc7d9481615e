"""Reads SELECT, VALUES and what UNION and its like put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_agentgates.tenant_sql.equalities import TRUE
from pytest_agentgates.tenant_sql.named_queries import Ctes, named_queries
from pytest_agentgates.tenant_sql.outputs import closes, is_single_row, key_columns
from pytest_agentgates.tenant_sql.predicates import formula_of
from pytest_agentgates.tenant_sql.read_from import put_together, read_from, read_item
from pytest_agentgates.tenant_sql.scope import Compound, Kind, Query, Scope, Source, scopes_of
from pytest_agentgates.tenant_sql.trees import COMPOUNDS, unwrapped
from pytest_agentgates.tenant_sql.verdict import NotUnderstoodError

if TYPE_CHECKING:
    from sqlglot import exp

    from pytest_agentgates.tenant_sql.read_statement import Reader


def read_compound(reader: Reader, tree: exp.Expr, ctes: Ctes, parent: Scope | None, via: Source | None) -> Query:
    """A chain of UNIONs is as deep as it is long: it is taken apart from the right."""
    rights = []
    current = tree
    while type(current).__name__ in COMPOUNDS:
        reader.entered.add(id(current))
        if current is not tree:
            ctes, _ = named_queries(reader, current, ctes, parent)
        rights.append(current)
        current = unwrapped(current.this)
    query = reader.statement(current, ctes, parent, via)
    for node in reversed(rights):
        query = Compound(type(node).__name__, query, reader.statement(node.expression, ctes, parent, via))
        if closes(node):
            for scope in scopes_of(query):
                scope.is_closed = True
        reader.rest(node, next(scopes_of(query)), ctes, ("this", "expression", "with_"))
    return query


def read_select(reader: Reader, tree: exp.Expr, ctes: Ctes, parent: Scope | None, via: Source | None) -> Scope:
    """Read a SELECT."""
    scope = Scope(parent, via, outputs=list(tree.expressions))
    scope.keys = key_columns(tree)
    if parent is not None or via is not None:
        scope.is_closed = closes(tree)
        scope.is_single_row = is_single_row(tree)
    start = tree.args.get("from_")
    items = [start.this] if start else []
    read_from(reader, scope, items, tree.args.get("joins") or (), ctes)
    for lateral in tree.args.get("laterals") or ():
        scope.tree = put_together(scope.tree, read_item(reader, lateral, scope, ctes), Kind.INNER, TRUE)
    reader.read_where(scope, tree.args.get("where"), ctes)
    if (having := tree.args.get("having")) and scope.keys is not None:
        names = reader.names(scope, ctes, scope.keys)
        scope.where.append(formula_of(having.this, names))
    reader.rest(tree, scope, ctes, ("with_", "from_", "where"))
    return scope


def read_values(reader: Reader, tree: exp.Expr, ctes: Ctes, parent: Scope | None, via: Source | None) -> Query:
    """Read VALUES: as many queries as it has rows."""
    query: Query | None = None
    for row in tree.expressions:
        cells = row.expressions if type(row).__name__ == "Tuple" else [row]
        scope = Scope(parent, via)
        scope.outputs = [_cell(reader, cell, scope, ctes) for cell in cells]
        reader.rest(row, scope, ctes, ())
        query = scope if query is None else Compound("Union", query, scope)
    if query is None:
        raise NotUnderstoodError("VALUES without a row")
    return query


def _cell(reader: Reader, cell: exp.Expr, scope: Scope, ctes: Ctes) -> exp.Expr:
    """A value; one that a query gives becomes the column of a source."""
    from sqlglot import exp

    if type(cell).__name__ != "Subquery":
        return cell
    source = reader.source(f"\0cell{reader.count}")
    source.query = reader.statement(cell, ctes, scope, source)
    scope.add(source)
    scope.tree = put_together(scope.tree, source, Kind.INNER, TRUE)
    return exp.column("\0" + "0", table=source.name)
