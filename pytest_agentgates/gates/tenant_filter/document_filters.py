"""Whether a filter or a pipeline of MongoDB holds the documents to one tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pytest_agentgates.gates.tenant_filter.values import Choice, Items, Plain, Source, Sql, Thing

_JOINED: dict[str, Callable[[Iterable[bool]], bool]] = {"$and": any, "$or": all}


def holds(thing: Thing, column: str, is_pipeline: bool) -> bool | None:
    """Whether a filter, or the first stage of a pipeline, binds the column; None where it cannot be told."""
    if not isinstance(thing, Items):
        return None
    return _first_stage(thing, column) if is_pipeline else _filter(thing, column)


def value_of(thing: Thing, key: str) -> Thing | None:
    """What a dict holds under a key."""
    is_there = isinstance(thing, Items) and key in thing.keys
    return thing.values[thing.keys.index(key)] if isinstance(thing, Items) and is_there else None


def _first_stage(thing: Items, column: str) -> bool | None:
    first = thing.values[0] if thing.values else None
    if not isinstance(first, Items):
        return None if thing.values or thing.is_open else False
    inner = value_of(first, "$match")
    return holds(inner, column, is_pipeline=False) if inner is not None else False


def _filter(thing: Items, column: str) -> bool | None:
    for key, value in zip(thing.keys, thing.values, strict=False):
        if key == column and not (isinstance(value, Plain) and value.source is Source.NONE):
            return _equals(value)
        if key == "$expr" and _compares(value, f"${column}"):
            return True
        joined = _JOINED.get(key) if isinstance(value, Items) and value.values else None
        if joined is not None and joined(bool(one) for one in _each(value, column)):
            return True
    return None if thing.is_open else False


def _each(value: Thing, column: str) -> list[bool | None]:
    return [holds(one, column, is_pipeline=False) for one in (value.values if isinstance(value, Items) else ())]


def _equals(value: Thing) -> bool:
    """Whether a condition is an equality: `{"$ne": t}` or `{"$exists": True}` is none."""
    if isinstance(value, Items) and value.keys:
        return bool({"$eq", "$in"} & set(value.keys))
    return not isinstance(value, Choice)


def _compares(value: Thing, name: str) -> bool:
    """`{"$expr": {"$eq": ["$tenant_id", "$$tenant"]}}`, alone or in an `$and`."""
    sides = value_of(value, "$eq")
    if isinstance(sides, Items) and any(isinstance(one, Sql) and one.text == name for one in sides.values):
        return True
    parts = value_of(value, "$and")
    return isinstance(parts, Items) and any(_compares(one, name) for one in parts.values)
