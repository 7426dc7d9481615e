"""Reads what WITH names: each named query where it is used, recursive and writing ones once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_agentgates.tenant_sql.scope import Query, Recursion, Scope, Source, scopes_of
from pytest_agentgates.tenant_sql.trees import WRITES, column_names, unwrapped

if TYPE_CHECKING:
    from sqlglot import exp

    from pytest_agentgates.tenant_sql.read_statement import Reader


@dataclass(frozen=True)
class Cte:
    """A named query, with the named queries that it may use itself; `done` where it is read once only."""

    body: exp.Expr
    columns: tuple[str, ...]
    around: Mapping[str, Cte | Recursion]
    recursive: bool = False
    done: list[Query] = field(default_factory=list)
    used: list[bool] = field(default_factory=list)


Ctes = Mapping[str, "Cte | Recursion"]


def named_queries(reader: Reader, tree: exp.Expr, ctes: Ctes, parent: Scope | None) -> tuple[Ctes, list[Cte]]:
    """All named queries that a statement may use, and those that it names itself."""
    clause = tree.args.get("with_")
    if clause is None:
        return ctes, []
    known, own = dict(ctes), []
    for cte in clause.expressions:
        columns = column_names(cte.args.get("alias"))
        named = Cte(cte.this, columns, dict(known), bool(clause.args.get("recursive")))
        if type(unwrapped(cte.this)).__name__ in WRITES:
            named.done.append(reader.statement(cte.this, named.around, parent))
        known[cte.alias.lower()] = named
        own.append(named)
    return known, own


def read_unused(reader: Reader, ctes: Iterable[Cte], parent: Scope | None) -> None:
    """A named query that nothing reads is judged all the same."""
    for cte in ctes:
        if not cte.used and not cte.done:
            read_cte(reader, reader.source("unused"), "", cte, parent)


def read_cte(reader: Reader, source: Source, name: str, cte: Cte | Recursion, parent: Scope | None) -> None:
    """Read a named query as the content of a source."""
    if isinstance(cte, Recursion):
        cte.readers.append(source)
        source.query, source.columns = cte, cte.columns
        return
    cte.used.append(True)
    source.columns = cte.columns
    body = unwrapped(cte.body)
    if cte.done:
        source.query = cte.done[0]
    elif cte.recursive and type(body).__name__ == "Union" and _mentions(body, name):
        source.query = _recursion(reader, name, body, cte, parent)
        source.query.readers.append(source)
        source.columns = source.query.columns
    else:
        source.query = reader.statement(body, cte.around, parent, source)


def _recursion(reader: Reader, name: str, body: exp.Expr, cte: Cte, parent: Scope | None) -> Recursion:
    recursion = Recursion()
    anchor_ctes, _ = named_queries(reader, body, cte.around, parent)
    reader.entered.add(id(body))
    recursion.anchor = reader.statement(body.this, anchor_ctes, parent)
    first = next(scopes_of(recursion.anchor))
    recursion.columns = cte.columns or tuple(output.alias_or_name.lower() for output in first.outputs)
    if "*" in recursion.columns:
        recursion.columns = ()
    recursion.step = reader.statement(body.expression, {**anchor_ctes, name: recursion}, parent)
    return recursion


def _mentions(body: exp.Expr, name: str) -> bool:
    return any(type(node).__name__ == "Table" and node.name.lower() == name for node in body.expression.walk())
