"""Queries that begin at a class or a session: `Order.select()`, `session.get(Order, id)`, `Orders.query(id=...)`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from pytest_agentgates.gates.tenant_filter.arguments import Arguments
from pytest_agentgates.gates.tenant_filter.attributes import attribute
from pytest_agentgates.gates.tenant_filter.combine import conjunction, flat
from pytest_agentgates.gates.tenant_filter.constructs import select
from pytest_agentgates.gates.tenant_filter.frame import Frame, queries_in
from pytest_agentgates.gates.tenant_filter.lookups import lookups
from pytest_agentgates.gates.tenant_filter.predicates import equal
from pytest_agentgates.gates.tenant_filter.values import (
    Callee,
    Column,
    Entity,
    Items,
    Predicate,
    Query,
    Row,
    Source,
    Subquery,
    Thing,
    Use,
)
from pytest_agentgates.gates.tenant_filter.world import Defined

Evaluate = Callable[[Frame, ast.expr], Thing]
_UNTOUCHED = frozenset({"exclude", "annotate", "select_for_update"})
_BEGIN = frozenset({"select", "update", "delete", "filter", "all", "query", *_UNTOUCHED})
_GET = frozenset({"get", "get_or_none", "get_or_404"})
_SESSION_GETS = frozenset({"get", "get_one", "get_or_404"})
_BY_ID = frozenset({"get_by_id", "delete_by_id", "set_by_id", "find_by_id"})
_ONCE = frozenset({"first", "exists", "in_bulk", "get_or_create", "update_or_create"})
_MAKE = frozenset({"create", "insert", "insert_many", "bulk_create", "replace"})
_EXECUTORS = frozenset({"execute", "exec", "scalar", "scalars", "stream", "stream_scalars", "all", "one", "fetch_all"})


def entity_call(frame: Frame, entity: Entity, name: str, given: Arguments) -> Thing | None:
    """A method of a mapped class that begins a query, None where the class defines it itself."""
    defined = frame.world.method(entity.key, name)
    query = Query((Use(entity.ref, entity.key, given.line),), (), given.line, _style(name), selected=entity.ref)
    if defined is not None:
        return (
            None
            if name not in _BEGIN or not _is_by_keyword(frame, entity.key, given)
            else frame.execute(query.where(lookups(frame, query, given)))
        )
    if name in _MAKE:
        return Row(entity.key, Source.ROW)
    if name in _BY_ID and given.values:
        return entity_by_key(frame, entity, given.values[0], given.line)
    if name in _GET:
        found = query.where(lookups(frame, query, given))
        return frame.execute(found) if name == "get_or_none" else frame.demand(found)
    if name in _ONCE or name in _BEGIN:
        return _begun(frame, query, name, given)
    return Entity(entity.key, f"{entity.key}@{given.line}:{given.node.col_offset}") if name == "alias" else None


def _begun(frame: Frame, query: Query, name: str, given: Arguments) -> Thing:
    if name in ("select", "update", "delete"):
        return replace(query, verb=name)
    if name in _UNTOUCHED:
        return query
    found = query.where(lookups(frame, query, given))
    return frame.execute(found) if name in _ONCE else found


def entity_by_key(frame: Frame, entity: Entity, value: Thing, line: int) -> Thing:
    """`Order.get_by_id(i)` and `Order[i]`: the row with a primary key."""
    query = Query((Use(entity.ref, entity.key, line),), (), line, "peewee", selected=entity.ref, loads_by_key=True)
    key = equal(frame, Column(entity.ref, "pk", entity.key), value)
    return frame.execute(query.where(key) if isinstance(key, Predicate) else query)


def _style(name: str) -> str:
    return "peewee" if name in ("select", "update", "delete") else "tortoise"


def session_call(frame: Frame, name: str, given: Arguments) -> Thing | None:
    """A method of a session or connection: told by what it is given."""
    first = given.values[0] if given.values else None
    if name == "query" and any(isinstance(one, (Entity, Column, Subquery)) for one in given.values):
        return select(frame, given)
    if name == "select" and any(isinstance(one, (Entity, Column, Subquery)) for one in given.values):
        return select(frame, given)
    if name in _SESSION_GETS and isinstance(first, Entity) and len(given.values) > 1:
        return _session_get(frame, first, given)
    if name in _EXECUTORS and first is not None and queries_in(first):
        return frame.execute(first)
    return None


def _session_get(frame: Frame, entity: Entity, given: Arguments) -> Thing:
    query = Query((Use(entity.ref, entity.key, given.line),), (), given.line, "sqlalchemy", loads_by_key=True)
    value = given.values[1]
    if isinstance(value, Items) and value.keys:
        pairs = Arguments(given.node, (), dict(zip(value.keys, value.values, strict=False)), is_open=value.is_open)
        return frame.execute(query.where(lookups(frame, query, pairs)))
    if isinstance(value, Items):
        value = value.values[0] if len(value.values) == 1 else value
    found = equal(frame, Column(entity.ref, "pk", entity.key), value)
    return frame.execute(query.where(found) if isinstance(found, Predicate) else query)


def wrapped_call(
    frame: Frame, base: Callee, given: Arguments, method: Defined | None, evaluate: Evaluate
) -> Thing | None:
    """A query through a class that holds its model: `OrderService.query(id=...)`, `service.delete([Order.id == i])`."""
    entity = _model_of(frame, base, evaluate)
    if entity is None or method is None or not _is_generic(frame, base, method):
        return None
    query = Query((Use(entity.ref, entity.key, given.line),), (), given.line, "sqlalchemy", selected=entity.ref)
    conditions = [one for value in given.every for one in flat(value) if isinstance(one, Predicate)]
    if conditions:
        return frame.execute(query.where(conjunction(list(conditions))))
    if _writes_new(method.node.name):
        return None
    if _is_by_keyword(frame, entity.key, given) and _takes_any_keyword(method):
        return frame.execute(query.where(lookups(frame, query, replace(given, values=()))))
    return None


def _writes_new(name: str) -> bool:
    return name.startswith(("save", "insert", "create", "add"))


def _model_of(frame: Frame, base: Callee, evaluate: Evaluate) -> Entity | None:
    node = ast.Attribute(ast.Name("cls", ast.Load()), "model", ast.Load(), lineno=0, col_offset=0)
    found = attribute(frame, base, node, evaluate)
    return found if isinstance(found, Entity) else None


def _is_generic(frame: Frame, base: Callee, method: Defined) -> bool:
    """Whether the method stands in an ancestor that serves any model."""
    return method.owner != base.name or frame.world.class_value(base.name, "model") is not None


def _takes_any_keyword(method: Defined) -> bool:
    return not isinstance(method.node, ast.ClassDef) and method.node.args.kwarg is not None


def _is_by_keyword(frame: Frame, key: str, given: Arguments) -> bool:
    table = frame.world.entities.table(key)
    return table is not None and any(table.field(name) is not None for name in given.named)
