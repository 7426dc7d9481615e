"""Methods of columns, rows, lists and plain values."""

from __future__ import annotations

import ast
from dataclasses import replace

from pytest_agentgates.gates.tenant_filter.arguments import Arguments
from pytest_agentgates.gates.tenant_filter.combine import choices, conjunction, either, variable_of
from pytest_agentgates.gates.tenant_filter.constructs import LOADERS
from pytest_agentgates.gates.tenant_filter.frame import Frame, queries_in
from pytest_agentgates.gates.tenant_filter.lookups import lookups
from pytest_agentgates.gates.tenant_filter.predicates import equal, member, value_source
from pytest_agentgates.gates.tenant_filter.relations import relation_join
from pytest_agentgates.gates.tenant_filter.values import (
    CLIENT,
    PLAIN,
    UNKNOWN,
    Column,
    Fixed,
    Items,
    Plain,
    Predicate,
    Query,
    Row,
    Same,
    Source,
    Thing,
    Use,
)

_EQUAL = frozenset({"in_", "__eq__", "any_", "is_"})
OF_TYPE = ("relation", "of_type")
RAISES = frozenset({"one", "scalar_one", "get_one"})
_MEMBER = frozenset({"in_", "any_"})
_SAME_COLUMN = frozenset({"label", "cast", "distinct", "collate", "op", "asc", "desc", "self_group", "as_", "alias"})
_SAME_VALUE = frozenset({"strip", "lower", "upper", "hex", "encode", "decode", "replace", "title", "split"})
_OF_DICTS = frozenset({"get", "pop", "items", "keys", "values"})
_GROWS = frozenset({"append", "add", "extend", "insert", "update"})


def column_call(frame: Frame, base: Thing, name: str, given: Arguments) -> Thing | None:
    """Operators of a column; all but equality and membership bind nothing."""
    if not isinstance(base, Column):
        return None
    if name in _EQUAL and given.values:
        return (member if name in _MEMBER else equal)(frame, base, given.values[0])
    if name in ("has", "any"):
        return _relation_holds(frame, base, given)
    for one in given.every:
        for query in queries_in(one):
            frame.nest(query)
    if name == "of_type" and given.values:
        return Items((base, given.values[0]), OF_TYPE)
    return base if name in _SAME_COLUMN else Predicate()


def _relation_holds(frame: Frame, base: Column, given: Arguments) -> Predicate:
    """`Item.order.has(Order.tenant_id == t)`: the other end is joined by its foreign key."""
    target = frame.world.entities.leads_to(base.key, base.name)
    if not target:
        return Predicate(is_open=True)
    inner = Query((Use(target, target, given.line),), (), given.line, "sqlalchemy", selected=target)
    judged = frame.judge(inner.where(lookups(frame, inner, given)))
    if judged.unbound or not judged.owned:
        return Predicate()
    source = Source.UNKNOWN if judged.unsure else Source.ROW
    join = relation_join(frame, base, target)
    sides = [side for one in join.atoms if isinstance(one, Same) for side in (one.left, one.right)]
    own = [replace(one, key=base.key) for one in sides if one.ref == base.ref]
    return Predicate(tuple(Fixed(one, source) for one in own), is_open=not own)


def row_call(frame: Frame, base: Thing, name: str, _given: Arguments) -> Thing | None:
    """Methods of results and rows: they give rows of the same origin; some raise where there is none."""
    if name in RAISES and isinstance(base, Row):
        frame.trust(base.proves)
    return base


def list_call(frame: Frame, base: Thing, name: str, given: Arguments) -> Thing | None:
    """Methods of lists and dicts; those that grow a list change the variable it is in."""
    if not isinstance(base, Items):
        return None
    if name in _GROWS:
        _grow(frame, base, name, given)
        return PLAIN
    if name == "in_" and given.values:
        return _rows_in(frame, base, given.values[0])
    if name == "get" and base.keys:
        key = given.node.args[0] if given.node.args else None
        text = key.value if isinstance(key, ast.Constant) else None
        return base.values[base.keys.index(str(text))] if text in base.keys else UNKNOWN
    return base if name in ("copy", "keys", "values", "items") else either(*base.values) if base.values else UNKNOWN


def _rows_in(frame: Frame, columns: Items, rows: Thing) -> Predicate:
    """`tuple_(Order.tenant_id, Order.number).in_([(t, n)])`: each column is one of the values at its place."""
    held = [one.values for one in rows.values if isinstance(one, Items)] if isinstance(rows, Items) else []
    width = len(columns.values)
    is_known = held and all(len(row) == width for row in held)
    found: list[Thing] = []
    for place, column in enumerate(columns.values):
        value = either(*(row[place] for row in held)) if is_known else UNKNOWN
        found.append(member(frame, column, value) if isinstance(column, Column) else Predicate())
    return conjunction(found)


def _grow(frame: Frame, base: Items, name: str, given: Arguments) -> None:
    added = given.values[-1] if given.values else UNKNOWN
    target = given.node.func.value if isinstance(given.node.func, ast.Attribute) else None
    if name in ("extend", "update"):
        values = added.values if isinstance(added, Items) else ()
        keys = added.keys if isinstance(added, Items) else ()
        grown = Items((*base.values, *values), (*base.keys, *keys), base.is_open or not isinstance(added, Items))
    else:
        grown = Items((*base.values, added), base.keys, base.is_open)
    if isinstance(target, ast.Name):
        held = frame.env.get(target.id, base)
        frame.env[target.id] = either(*(grown if one == base else one for one in choices(held)))


def plain_call(_frame: Frame, base: Thing, name: str, _given: Arguments) -> Thing | None:
    """Methods of plain values: what is read from the client's input is the client's."""
    if not isinstance(base, Plain):
        return None
    if base.source is Source.CLIENT:
        return CLIENT
    if base.text == "request" and name in ("json", "form", "body", "get_json"):
        return CLIENT
    if (
        name in LOADERS
        or name in _SAME_VALUE
        or (base.source is Source.PLAIN and name in ("get", "pop", "items", "keys", "values"))
    ):
        return base
    return None


def value_call(frame: Frame, name: str, given: Arguments) -> Thing | None:
    """Functions that give what they are given: `str(order.id)`, `list(query)`."""
    if name == "dict" and given.named and not given.values:
        return Items(tuple(given.named.values()), tuple(given.named), given.is_open)
    if name in ("list", "set", "tuple", "sorted", "dict", "len", "bool", "any", "all", "frozenset") and given.values:
        first = given.values[0]
        if any(isinstance(one, Query) for one in choices(first)):
            return frame.execute(first)
        return first
    if name in ("str", "UUID", "int", "ObjectId", "bool", "uuid_from_str") and given.values:
        first = given.values[0]
        is_value = all(isinstance(one, (Plain, Row)) for one in choices(first))
        return Plain(value_source(frame, first), variable=variable_of(first)) if is_value else UNKNOWN
    if name in ("list", "set", "dict", "tuple"):
        return Items((), is_open=False)
    return None
