"""Keyword look-ups: Django's `order__tenant=t`, `filter_by(id=...)`, and the same of peewee and Tortoise."""

from __future__ import annotations

import re

from pytest_agentgates.gates.tenant_filter.arguments import Arguments
from pytest_agentgates.gates.tenant_filter.combine import conjunction, variable_of
from pytest_agentgates.gates.tenant_filter.frame import Frame
from pytest_agentgates.gates.tenant_filter.predicates import held_by, one_of, value_source
from pytest_agentgates.gates.tenant_filter.values import (
    Choice,
    Column,
    Fixed,
    Items,
    Plain,
    Predicate,
    Query,
    Source,
    Sql,
    Thing,
)

_EQUALITY = re.compile(r"(\w+)\s*=\s*(?::\w+|\?|%\(\w+\)s|%s)")
_CHOICE = re.compile(r"\b(?:or|not|case)\b", re.IGNORECASE)
_IDS = ("id", "ids", "pk", "pks", "uuid", "slug", "key")
_EQUAL = frozenset({"exact", "in", "iexact"})
_OPERATORS = frozenset(
    {
        "exact",
        "iexact",
        "in",
        "contains",
        "icontains",
        "gt",
        "gte",
        "lt",
        "lte",
        "startswith",
        "istartswith",
        "endswith",
        "iendswith",
        "range",
        "date",
        "year",
        "month",
        "day",
        "week_day",
        "isnull",
        "regex",
        "iregex",
        "search",
        "hour",
        "not",
        "not_in",
        "ne",
        "eq",
        "ilike",
        "like",
    }
)


def lookups(frame: Frame, query: Query, given: Arguments, skip: int = 0) -> Predicate:
    """The predicate that the arguments of a filter make on the first entity of a query."""
    ref, key = _subject(query)
    parts: list[Thing] = [_positional(frame, one, ref, key) for one in given.values[skip:]]
    parts += [keyword(frame, ref, key, name, value) for name, value in given.named.items() if name != "defaults"]
    found = conjunction(parts)
    return Predicate(found.atoms, found.is_open or given.is_open)


def keyword(frame: Frame, ref: str, key: str, name: str, value: Thing) -> Predicate:
    """One look-up: the path is followed while each class on the way belongs to a tenant."""
    parts = name.split("__")
    operator = parts.pop() if len(parts) > 1 and parts[-1] in _OPERATORS else "exact"
    if operator not in _EQUAL or (isinstance(value, Column) and not value.ref):
        return Predicate()
    source = value_source(frame, value)
    text = value.text if isinstance(value, Plain) else None
    if text == "outer":
        source = Source.ROW
    elif text and source is Source.PLAIN and _takes_object(frame, key, parts[-1]) and not text.endswith(_IDS):
        source = Source.UNKNOWN
    found = _path(frame, ref, key, parts, source)
    return found if operator == "in" else held_by(variable_of(value), found)


def _takes_object(frame: Frame, key: str, name: str) -> bool:
    """Whether a look-up by a relation's own name compares with an object, not with an id."""
    table = frame.world.entities.table(key)
    found = table.field(name) if table is not None else None
    return found is not None and found.is_foreign_key and found.name == name and found.column != name


def _path(frame: Frame, ref: str, key: str, parts: list[str], source: Source) -> Predicate:
    entities = frame.world.entities
    here, atoms = key, []
    first = parts[0]
    for index, part in enumerate(parts):
        if entities.is_tenant(here, part):
            kept = source if index == len(parts) - 1 or source is Source.NONE else Source.UNKNOWN
            atoms.append(Fixed(_tenant_column(frame, ref, key, first), kept))
            return Predicate(tuple(atoms))
        if index == len(parts) - 1 or parts[index + 1 :] in (["id"], ["pk"]):
            break
        target = entities.leads_to(here, part) or entities.back_to(here, part)
        if not target or not (entities.is_owned(target) or entities.is_tenant_table(target)):
            return Predicate()
        here = target
    if here == key:
        atoms.append(Fixed(Column(ref, first, key), source))
    elif entities.is_key(here, parts[-1] if parts[-1] not in ("id", "pk") else "pk") and source is Source.ROW:
        atoms.append(Fixed(_tenant_column(frame, ref, key, first), source))
    elif source is Source.UNKNOWN and entities.is_key(here, parts[-1]):
        atoms.append(Fixed(Column(ref, "pk", key), source))
    return Predicate(tuple(atoms))


def _tenant_column(frame: Frame, ref: str, key: str, first: str) -> Column:
    """The column to call bound; an entity owned through a foreign key alone is bound by that key."""
    table = frame.world.entities.table(key)
    name = frame.world.entities.tenant.columns.get(table.table) if table is not None else None
    return Column(ref, name or first, key)


def text_condition(frame: Frame, query: Query, thing: Thing) -> Thing:
    """A condition that is written as text: it binds the one entity of a query, of several it cannot be told."""
    if not isinstance(thing, Sql):
        return thing
    named = frame.world.entities.tenant_names & frozenset(re.findall(r"\w+", thing.text))
    ref, key = _subject(query)
    if not named:
        return Predicate()
    equal = {name for name in _EQUALITY.findall(thing.text) if name in named}
    if len(query.uses) != 1 or not equal or _CHOICE.search(thing.text) or thing.is_open:
        return Predicate(is_open=True)
    return Predicate((Fixed(Column(ref, equal.pop(), key), Source.PLAIN),))


def _positional(frame: Frame, thing: Thing, ref: str, key: str) -> Thing:
    """A `Q(...)`, alone or combined; all else stays as it is."""
    if isinstance(thing, Items) and thing.keys == ("Q",):
        return conjunction([_positional(frame, one, ref, key) for one in thing.values])
    if isinstance(thing, Items) and thing.keys and not thing.is_open:
        pairs = zip(thing.keys, thing.values, strict=False)
        return conjunction([keyword(frame, ref, key, name, value) for name, value in pairs])
    if isinstance(thing, Choice):
        return one_of([_positional(frame, one, ref, key) for one in thing.values])
    return thing


def _subject(query: Query) -> tuple[str, str]:
    found = next((use for use in query.uses if use.ref == query.selected), None)
    found = found or (query.uses[0] if query.uses else None)
    return (found.ref, found.key) if found is not None else ("", "")
