"""Methods of queries: those that narrow, join, nest, and those that execute."""

from __future__ import annotations

import ast
from dataclasses import replace

from pytest_agentgates.gates.tenant_filter.arguments import Arguments
from pytest_agentgates.gates.tenant_filter.combine import conjunction
from pytest_agentgates.gates.tenant_filter.constructs import uses_of
from pytest_agentgates.gates.tenant_filter.frame import Frame, queries_in
from pytest_agentgates.gates.tenant_filter.joins import joined
from pytest_agentgates.gates.tenant_filter.lookups import lookups, text_condition
from pytest_agentgates.gates.tenant_filter.predicates import equal
from pytest_agentgates.gates.tenant_filter.values import Column, Predicate, Query, Row, Source, Subquery, Thing, Use

_NARROW = frozenset({"where", "filter", "filter_by", "get_or_none"})
_JOIN = frozenset({"join", "outerjoin", "join_from", "outerjoin_from", "left_outer_join", "select_from"})
_MORE = frozenset({"add_columns", "add_column", "add_entity", "with_only_columns"})
_NESTED = frozenset({"subquery", "cte", "lateral", "alias", "tablesample"})
_UNIONS = frozenset({"union", "union_all", "intersect", "except_", "difference", "intersection", "except_all"})
_EXECUTE = frozenset(
    {
        "one",
        "one_or_none",
        "scalar",
        "scalar_one",
        "scalar_one_or_none",
        "scalars",
        "count",
        "execute",
        "fetchall",
        "fetchone",
        "first_or_404",
        "paginate",
        "iterator",
        "get_or_404",
        "one_or_404",
        "aggregate",
        "earliest",
        "latest",
        "last",
        "in_bulk",
        "stream",
        "tuples_all",
        "aget_or_create",
        "aupdate_or_create",
        "afirst",
        "acount",
        "aexists",
        "alast",
        "adelete",
        "aupdate",
        "get_or_create",
        "update_or_create",
        "contains",
        "fetch",
    }
)
_CREATE = frozenset(
    {
        "create",
        "bulk_create",
        "acreate",
        "abulk_create",
        "bulk_update",
        "abulk_update",
        "none",
        "insert",
        "add",
        "set",
        "remove",
        "clear",
    }
)
_OR_CREATE = frozenset({"get_or_create", "update_or_create", "aget_or_create", "aupdate_or_create"})
_WRITES = frozenset({"update", "delete"})


def query_call(frame: Frame, query: Query, name: str, given: Arguments) -> Thing:  # noqa: PLR0911 - one way out for each kind of method
    """What a method of a query gives."""
    if name in _CREATE and query.style in ("django", "related", "tortoise"):
        return Row(query.uses[0].key if query.uses else "", Source.ROW)
    if name in _NARROW:
        narrowed = _narrowed(frame, query, given)
        return frame.execute(narrowed) if name == "get_or_none" else narrowed
    if name in _JOIN:
        return joined(frame, query, name, given)
    if name in _MORE:
        return query.using(*uses_of(given.values, query.line))
    if name in _NESTED:
        return Subquery(f"{query.line}:{given.node.end_lineno}:{given.node.end_col_offset}", query)
    if name in _UNIONS:
        return Query(
            (), (), query.line, query.style, parts=(query, *(one for a in given.values for one in queries_in(a)))
        )
    found = _taken(frame, query, name, given)
    return found if found is not None else _ending(frame, query, name, given)


def _taken(frame: Frame, query: Query, name: str, given: Arguments) -> Thing | None:
    """A row by its key, what options add, and text in the place of the query."""
    if name == "options":
        return query.where(conjunction([one for one in given.values if isinstance(one, Predicate)]))
    if name in ("from_statement", "raw"):
        given_one = next((one for value in given.values for one in queries_in(value)), None)
        return given_one or Row("", Source.UNKNOWN)  # a text is judged by itself
    if name == "get_or_404" and query.style == "sqlalchemy":
        return frame.execute(_got(frame, query, given))
    if name in ("get", "aget") and query.style != "exists":
        found = _got(frame, query, given)
        return frame.execute(found) if query.style == "sqlalchemy" else frame.demand(found)
    return None


def _ending(frame: Frame, query: Query, name: str, given: Arguments) -> Thing:
    if name == "exists" and query.style in ("sqlalchemy", "exists"):
        frame.nest(query)
        return Predicate()
    if name in ("scalar_subquery", "as_scalar", "label"):
        return query
    if name in _WRITES and query.style in ("django", "related", "tortoise", "sqlalchemy"):
        return frame.execute(replace(query, verb=name))
    if name in ("all", "first"):
        is_lazy = name == "all" and query.style in ("django", "related", "tortoise")
        return query if is_lazy else frame.execute(query)
    if name in _EXECUTE or name == "exists":
        narrowed = _narrowed(frame, query, given) if name in _OR_CREATE else query
        return frame.demand(narrowed) if name in ("one", "get_or_404") else frame.execute(narrowed)
    return _other(frame, query, given)


def _other(frame: Frame, query: Query, given: Arguments) -> Thing:
    """Ordering, options, annotations leave the bindings as they are; a method of a custom manager may not."""
    for one in given.every:
        for inner in queries_in(one):
            frame.nest(inner)
    return query


def _got(frame: Frame, query: Query, given: Arguments) -> Query:
    if query.style in ("django", "related", "tortoise") or given.named:
        return query.where(lookups(frame, query, given))
    if query.style == "peewee":
        return query.where(conjunction(list(given.values)))
    use = query.uses[0] if query.uses else None
    if use is None or not given.values:
        return query
    key = Column(use.ref, "pk", use.key)
    found = equal(frame, key, given.values[0])
    query = replace(query, loads_by_key=True)
    return query.where(found) if isinstance(found, Predicate) else query


def _narrowed(frame: Frame, query: Query, given: Arguments) -> Query:
    if query.style in ("django", "related", "tortoise") or given.named:
        return query.where(lookups(frame, query, given))
    found = conjunction([_condition(frame, query, one) for one in given.values])
    implicit = uses_of(_columns(found), query.line) if not query.uses else []
    return query.where(replace(found, is_open=found.is_open or given.is_open)).using(*implicit[:1])


def _condition(frame: Frame, query: Query, thing: Thing) -> Thing:
    """A condition as a predicate: of `exists()` what it reads is judged by itself."""
    if isinstance(thing, Query) and thing.style == "exists":
        frame.nest(thing)
        return Predicate()
    return text_condition(frame, query, thing)


def _columns(predicate: Predicate) -> list[Column]:
    """The columns that a predicate names first; they make the FROM of a query that has none."""
    found: list[Column] = []
    for atom in predicate.atoms:
        column = getattr(atom, "column", None) or getattr(atom, "left", None)
        if isinstance(column, Column):
            found.append(column)
    return found


def related_call(frame: Frame, func: ast.Attribute, given: Arguments) -> Thing | None:
    """`something.items.filter(...)`: a query where one relation of the project alone has that name."""
    inner = func.value
    if func.attr not in _RELATED_METHODS or not isinstance(inner, ast.Attribute):
        return None
    found = frame.world.entities.mapped.related(inner.attr)
    targets = {end.key for holder, one in found if (end := frame.world.entities.mapped.target(one, holder)) is not None}
    holders = {holder.key for holder, _ in found}
    if len(targets) != 1 or len(holders) != 1:
        return None
    target, holder = targets.pop(), holders.pop()
    entities = frame.world.entities
    is_scoped = entities.is_owned(target) or entities.is_tenant_table(target)
    query = Query(
        (Use(holder, holder, func.value.lineno),), (), given.line, "related", selected=holder, is_scoped=is_scoped
    )
    return query_call(frame, query, func.attr, given)


_RELATED_METHODS = frozenset({"filter", "all", "exclude", "order_by", "get", "first", "count", "values", "values_list"})
