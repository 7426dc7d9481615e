"""What a call gives: builders of queries, methods of queries, helpers of the project, and what executes a query."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from pytest_agentgates.gates.tenant_filter import constructs, entity_calls, managers, query_calls
from pytest_agentgates.gates.tenant_filter.arguments import Arguments
from pytest_agentgates.gates.tenant_filter.combine import choices, either, flat
from pytest_agentgates.gates.tenant_filter.documents import document_call, joined_documents
from pytest_agentgates.gates.tenant_filter.frame import Frame, queries_in
from pytest_agentgates.gates.tenant_filter.helpers import inline
from pytest_agentgates.gates.tenant_filter.row_calls import column_call, list_call, plain_call, row_call, value_call
from pytest_agentgates.gates.tenant_filter.sql_text import formatted, is_statement, text_joined_by
from pytest_agentgates.gates.tenant_filter.values import (
    EXPRESSION,
    PLAIN,
    UNKNOWN,
    Callee,
    Choice,
    Collection,
    Column,
    Entity,
    Items,
    Module,
    Plain,
    Predicate,
    Query,
    Row,
    Source,
    Sql,
    Subquery,
    Thing,
)

Evaluate = Callable[[Frame, ast.expr], Thing]


_OPERATORS = frozenset({"in_", "notin_", "not_in", "like", "ilike", "is_", "is_not", "isnot", "between", "icontains"})
_NO_SQL = frozenset(
    {"print", "debug", "info", "warning", "error", "exception", "join", "format", "append", "Exception"}
)


def call(frame: Frame, node: ast.Call, evaluate: Evaluate) -> Thing:
    """What a call gives."""
    if isinstance(node.func, ast.Attribute):
        base = evaluate(frame, node.func.value)
        given = read_arguments(frame, node, evaluate)
        note_statements(frame, node, given)
        found = [_method(frame, one, node.func, way, evaluate) for one in choices(base) for way in _ways(given)]
        return either(*found)
    function = evaluate(frame, node.func)
    given = read_arguments(frame, node, evaluate)
    note_statements(frame, node, given)
    return either(*(_function(frame, one, node, way, evaluate) for one in choices(function) for way in _ways(given)))


def _ways(given: Arguments) -> list[Arguments]:
    """One call for each of the queries, subqueries or entities that its arguments may be."""
    if given.spreads:
        pairs = ((one, dict(zip(one.keys, one.values, strict=False))) for one in given.spreads)
        each = [
            replace(given, named={**given.named, **named}, is_open=given.is_open or one.is_open, spreads=())
            for one, named in pairs
        ]
        return [way for one in each for way in _ways(one)]
    for index, value in enumerate(given.values):
        if isinstance(value, Choice) and any(isinstance(one, (Query, Subquery, Entity)) for one in value.values):
            before, after = given.values[:index], given.values[index + 1 :]
            return [replace(given, values=(*before, one, *after)) for one in value.values]
    return [given]


def note_statements(frame: Frame, node: ast.Call, given: Arguments) -> None:
    """Note the SQL that a call is given, with the names of the values beside it where they are a literal dict."""
    if frame.depth or _written(node.func) in _NO_SQL:
        return
    for index, one in enumerate(given.every):
        for way in choices(one):
            if isinstance(way, Sql) and is_statement(way.text):
                rest = given.every[index + 1 :]
                held = next((two for two in rest if isinstance(two, Items) and two.keys), None)
                names = frozenset(held.keys) if held is not None and not held.is_open else None
                frame.statements.append((way, names))


def read_arguments(frame: Frame, node: ast.Call, evaluate: Evaluate) -> Arguments:
    """Evaluate the arguments in their order."""
    values: list[Thing] = []
    named: dict[str, Thing] = {}
    spreads: tuple[Items, ...] = ()
    is_open = False
    for one in node.args:
        value = evaluate(frame, one.value if isinstance(one, ast.Starred) else one)
        if not isinstance(one, ast.Starred):
            values.append(value)
            continue
        held = [item for item in choices(value) if isinstance(item, Items)]
        if len(held) > 1 or (held and isinstance(value, Items) is False):
            values.append(value)
        elif held:
            values.extend(held[0].values)
        is_open = is_open or not held or any(item.is_open for item in held)
    for keyword in node.keywords:
        value = evaluate(frame, keyword.value)
        if keyword.arg is not None:
            named[keyword.arg] = value
        elif isinstance(value, Items) and value.keys:
            named.update(zip(value.keys, value.values, strict=False))
            is_open = is_open or value.is_open
        else:
            dicts = tuple(one for one in choices(value) if isinstance(one, Items))
            spreads = dicts if not spreads and len(dicts) == len(choices(value)) else spreads
            is_open = is_open or not spreads
    return Arguments(node, tuple(values), named, is_open, spreads)


def _method(frame: Frame, base: Thing, func: ast.Attribute, given: Arguments, evaluate: Evaluate) -> Thing:  # noqa: PLR0911 - one way out for each kind of method
    if isinstance(base, Query):
        return _query_method(frame, base, func.attr, given, evaluate)
    if isinstance(base, Entity):
        found = entity_calls.entity_call(frame, base, func.attr, given)
        return found if found is not None else _own_method(frame, Callee(base.key), func, given, evaluate)
    if isinstance(base, Callee):
        return _own_method(frame, base, func, given, evaluate)
    if isinstance(base, (Plain, Row)):
        asked = entity_calls.session_call(frame, func.attr, given)
        if asked is not None:
            return asked
    handler = _HANDLERS.get(type(base))
    found = handler(frame, base, func.attr, given) if handler is not None else None
    if found is not None:
        return found
    if isinstance(base, Module):
        return _function(frame, frame.world.named(f"{base.name}.{func.attr}"), given.node, given, evaluate)
    return _outside(frame, func, given)


def _query_method(frame: Frame, base: Query, name: str, given: Arguments, evaluate: Evaluate) -> Thing:
    own = managers.method_of(frame, base, name) if base.style in ("django", "related") else None
    if own is None:
        return query_calls.query_call(frame, base, name, given)
    return inline(frame, own, given, Callee(own.owner, is_instance=True, receiver=base), evaluate)


def _outside(frame: Frame, func: ast.Attribute, given: Arguments) -> Thing:
    """A method of something unknown: a session, a related manager, or something that takes a query."""
    found = entity_calls.session_call(frame, func.attr, given)
    if found is None:
        found = query_calls.related_call(frame, func, given)
    if found is not None:
        return found
    if func.attr in _OPERATORS:
        return Predicate()
    return _collection(frame, func.attr, given) or passed(frame, given, func.attr)


def _collection(frame: Frame, name: str, given: Arguments) -> Thing | None:
    """A collection by its name; of one that nobody owns, what its pipeline joins."""
    first = given.values[0] if given.values else None
    if name == "get_collection" and isinstance(first, Sql):
        return frame.world.collection(first.text)
    if name == "aggregate" and first is not None:
        joined_documents(frame, first, given.line)
    return None


def passed(frame: Frame, given: Arguments, name: str) -> Thing:
    """What a call of something unknown gives: it executes the queries it is given."""
    for one in given.every:
        for query in queries_in(one):
            frame.execute(query)
    if name in _NEUTRAL and given.values:
        return given.values[0]
    columns = {one.ref: one for value in given.every for one in flat(value) if isinstance(one, Column) and one.key}
    if columns:
        made = tuple(Column(one.ref, EXPRESSION, one.key) for one in columns.values())
        return made[0] if len(made) == 1 else Items(made)
    first = given.values[0] if given.values else UNKNOWN
    return frame.execute(first) if queries_in(first) and not isinstance(first, Items) else UNKNOWN


_NEUTRAL = frozenset({"str", "UUID", "int", "list", "set", "tuple", "sorted", "reversed", "cast", "frozenset", "iter"})


def _function(frame: Frame, function: Thing, node: ast.Call, given: Arguments, evaluate: Evaluate) -> Thing:
    if isinstance(function, Callee):
        return _called(frame, function, given, evaluate)
    name = function.name.rpartition(".")[2] if isinstance(function, Module) else _written(node.func)
    if name == "super" and frame.owner:
        held = frame.env.get("self")
        return held if isinstance(held, Query) else Callee(frame.owner, is_instance=True, above=frame.home.owner)
    found = constructs.construct(frame, name, given)
    if found is not None:
        return found
    if isinstance(function, Entity):
        return Row(function.key, Source.ROW)
    return value_call(frame, name, given) or _collection(frame, name, given) or passed(frame, given, name)


def _written(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _called(frame: Frame, callee: Callee, given: Arguments, evaluate: Evaluate) -> Thing:
    found = frame.world.find(callee.name)
    if found is None:
        return passed(frame, given, "")
    if isinstance(found.node, ast.ClassDef):
        passed(frame, given, "")
        return Callee(callee.name, is_instance=True)
    return inline(frame, found, given, Callee(found.owner), evaluate)


def _own_method(frame: Frame, base: Callee, func: ast.Attribute, given: Arguments, evaluate: Evaluate) -> Thing:
    method = frame.world.method(base.name, func.attr, base.above)
    wrapped = entity_calls.wrapped_call(frame, base, given, method, evaluate)
    if wrapped is not None:
        return wrapped
    if method is None:
        found = entity_calls.session_call(frame, func.attr, given)
        if found is None and func.attr == "get_queryset":
            found = managers.default_queryset(frame, base.name, given.line, evaluate)
        if found is not None:
            return found
        if func.attr.startswith("from_") and not base.is_instance:
            return Callee(base.name, is_instance=True)
        return passed(frame, given, "")
    return inline(frame, method, given, base, evaluate)


def _subquery_call(_frame: Frame, base: Thing, name: str, _given: Arguments) -> Thing | None:
    return base if name in ("alias", "lateral", "cte", "subquery", "union_all", "union") else None


def _sql_call(_frame: Frame, base: Thing, name: str, given: Arguments) -> Thing | None:
    if not isinstance(base, Sql):
        return None
    if name == "join" and given.values:
        return text_joined_by(base, given.values[0])
    if name == "format":
        return formatted(base, given)
    return PLAIN if name in ("lower", "upper") else base


_HANDLERS: dict[type, Callable[[Frame, Thing, str, Arguments], Thing | None]] = {
    Column: column_call,
    Row: row_call,
    Items: list_call,
    Plain: plain_call,
    Sql: _sql_call,
    Subquery: _subquery_call,
    Collection: document_call,
}
