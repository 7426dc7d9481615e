"""Reads INSERT, UPDATE, DELETE and MERGE."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

from pytest_agentgates.tenant_sql.equalities import TRUE, All, Any, Equal, Formula, Later
from pytest_agentgates.tenant_sql.outputs import formula_of_query
from pytest_agentgates.tenant_sql.read_from import read_from, read_item
from pytest_agentgates.tenant_sql.scope import Join, Kind, Scope, Source, leaves

if TYPE_CHECKING:
    from sqlglot import exp

    from pytest_agentgates.tenant_sql.named_queries import Ctes
    from pytest_agentgates.tenant_sql.read_statement import Reader

Read: TypeAlias = "Callable[[Reader, exp.Expr, Ctes, Scope | None], Scope]"


def read_insert(reader: Reader, tree: exp.Expr, ctes: Ctes, parent: Scope | None) -> Scope:
    """The target's columns are what is put into them."""
    scope = Scope(parent, outputs=_returned(tree))
    target = _target(reader, tree, scope)
    columns = _columns(tree)
    body = tree.args.get("expression")
    if body is not None:
        carrier = reader.source(target.name)
        carrier.query = reader.statement(body, ctes, Scope(parent), carrier)
        carrier.columns = columns
        known = reader.known_columns(target)
        carrier.requested |= known & set(columns)
        equal = [_same(target, carrier, column) for column in sorted(carrier.requested)]
        scope.where.append(All((*equal, Later(lambda: formula_of_query(_query(carrier), reader, carrier)))))
    scope.sources.setdefault("excluded", reader.source("excluded"))
    reader.rest(tree, scope, ctes, ("this", "expression", "with_"))
    return scope


def read_update(reader: Reader, tree: exp.Expr, ctes: Ctes, parent: Scope | None) -> Scope:
    """The target is joined with what stands in FROM."""
    start = tree.args.get("from_")
    return _change(reader, tree, ctes, parent, [start.this] if start else [])


def read_delete(reader: Reader, tree: exp.Expr, ctes: Ctes, parent: Scope | None) -> Scope:
    """The target is joined with what stands in USING."""
    return _change(reader, tree, ctes, parent, list(tree.args.get("using") or ()))


def read_merge(reader: Reader, tree: exp.Expr, ctes: Ctes, parent: Scope | None) -> Scope:
    """The target's rows are those that match; what is inserted is judged by itself."""
    scope = Scope(parent, outputs=_returned(tree))
    target = read_item(reader, tree.this, scope, ctes)
    source = read_item(reader, tree.args["using"], scope, ctes)
    whens = list(tree.args["whens"].expressions)
    join = Join(Kind.LEFT, source, target)
    scope.tree = join
    matched = [_condition(reader, when, scope, ctes) for when in whens if when.args.get("matched")]
    join.on = All((reader.formula(tree.args["on"], scope, ctes), Any(tuple(matched)) if matched else TRUE))
    for when in whens:
        if not when.args.get("matched"):
            _unmatched(reader, when, scope, ctes, tree)
    reader.rest(tree, scope, ctes, ("this", "using", "with_"))
    return scope


def _unmatched(reader: Reader, when: exp.Expr, scope: Scope, ctes: Ctes, tree: exp.Expr) -> None:
    """Rows of the target without a partner, or rows of the source that become rows of the target."""
    alone = Scope(scope.parent)
    if when.args.get("source"):
        alone.tree = read_item(reader, tree.this, alone, ctes)
        alone.where.append(_condition(reader, when, alone, ctes))
        return
    then = when.args["then"]
    if type(then).__name__ != "Insert":
        return
    join = scope.tree
    alone.tree = join.left if isinstance(join, Join) else None
    for leaf in leaves(alone.tree):
        alone.sources[leaf.name] = leaf
    alone.where.append(_condition(reader, when, alone, ctes))
    target = reader.target(tree.this, alone)
    columns = [column.name.lower() for column in getattr(then.this, "expressions", ())]
    values = getattr(then.args.get("expression"), "expressions", ())
    for column, value in zip(columns, values, strict=False):
        alone.where.append(reader.assigned(target, column, value, alone))
    alone.sources.pop(target.name, None)


def _condition(reader: Reader, when: exp.Expr, scope: Scope, ctes: Ctes) -> Formula:
    condition = when.args.get("condition")
    return reader.formula(condition, scope, ctes) if condition is not None else TRUE


def _change(reader: Reader, tree: exp.Expr, ctes: Ctes, parent: Scope | None, others: Iterable[exp.Expr]) -> Scope:
    scope = Scope(parent, outputs=_returned(tree))
    others = list(others)
    for named in tree.args.get("tables") or ():
        reader.seen.add(id(named))
    target = tree.this
    if _names_one_of(target, others):
        reader.seen.add(id(target))
        read_from(reader, scope, others, (), ctes)
    else:
        read_from(reader, scope, [target, *others], (), ctes)
    reader.read_where(scope, tree.args.get("where"), ctes)
    reader.rest(tree, scope, ctes, ("this", "from_", "using", "where", "with_"))
    return scope


def _names_one_of(target: exp.Expr, others: Iterable[exp.Expr]) -> bool:
    """Whether the target is the alias of what stands further on, as T-SQL and MySQL write it."""
    if target.args.get("alias") is not None:
        return False
    items = [inner for other in others for inner in (other, *(join.this for join in other.args.get("joins") or ()))]
    return any(item.alias_or_name.lower() == target.name.lower() for item in items)


def _target(reader: Reader, tree: exp.Expr, scope: Scope) -> Source:
    table = tree.this.this if type(tree.this).__name__ == "Schema" else tree.this
    target = reader.target(table, scope)
    scope.tree = target
    return target


def _columns(tree: exp.Expr) -> tuple[str, ...]:
    if type(tree.this).__name__ != "Schema":
        return ("\0none",)
    return tuple(column.name.lower() for column in tree.this.expressions)


def _returned(tree: exp.Expr) -> list[exp.Expr]:
    returning = tree.args.get("returning")
    return list(returning.expressions) if returning else []


def _same(target: Source, carrier: Source, column: str) -> Formula:
    return Equal(target.node(column), carrier.node(column), strict=False)


def _query(carrier: Source) -> Scope:
    return carrier.query  # type: ignore[return-value] # it was just read


READERS: dict[str, Read] = {
    "Insert": read_insert,
    "Update": read_update,
    "Delete": read_delete,
    "Merge": read_merge,
}
