"""Queries of MongoDB: filters are dicts, a pipeline begins with `$match`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pytest_agentgates.gates.tenant_filter.arguments import Arguments
from pytest_agentgates.gates.tenant_filter.frame import Frame
from pytest_agentgates.gates.tenant_filter.values import (
    UNKNOWN,
    Choice,
    Collection,
    DocumentQuery,
    Items,
    Plain,
    Row,
    Source,
    Thing,
    choices,
)

_FILTERED = frozenset(
    {
        "find",
        "find_one",
        "find_raw_batches",
        "count_documents",
        "update_one",
        "update_many",
        "delete_one",
        "delete_many",
        "replace_one",
        "distinct",
        "find_one_and_update",
        "find_one_and_delete",
        "find_one_and_replace",
        "aggregate",
        "aggregate_raw_batches",
    }
)


_JOINED: dict[str, Callable[[Iterable[bool]], bool]] = {"$and": any, "$or": all}


def document_call(frame: Frame, base: Thing, name: str, given: Arguments) -> Thing | None:
    """A method of a collection; what it reads or writes is noted."""
    if not isinstance(base, Collection) or name not in _FILTERED:
        return UNKNOWN
    at = 1 if name == "distinct" else 0
    given_filter = given.named.get("filter", given.named.get("pipeline"))
    found = given_filter or (given.values[at] if len(given.values) > at else Items((), ("",)))
    column = frame.world.entities.tenant.columns.get(base.name) or ""
    ways = [_holds(one, column, name.startswith("aggregate")) for one in choices(found)]
    bound = True if all(way is True for way in ways) else (False if False in ways else None)
    frame.documents.append(DocumentQuery(base.name, given.line, bound, name))
    return Row("", Source.ROW if bound else Source.UNKNOWN)


def _holds(thing: Thing, column: str, is_pipeline: bool) -> bool | None:
    if not isinstance(thing, Items):
        return None
    return _first_stage(thing, column) if is_pipeline else _filter(thing, column)


def _first_stage(thing: Items, column: str) -> bool | None:
    first = thing.values[0] if thing.values else None
    if not isinstance(first, Items):
        return None if thing.values or thing.is_open else False
    inner = first.values[first.keys.index("$match")] if "$match" in first.keys else None
    return _holds(inner, column, is_pipeline=False) if inner is not None else False


def _filter(thing: Items, column: str) -> bool | None:
    for key, value in zip(thing.keys, thing.values, strict=False):
        if key == column and not (isinstance(value, Plain) and value.source is Source.NONE):
            return _equals(value)
        joined = _JOINED.get(key) if isinstance(value, Items) and value.values else None
        if joined is not None and joined(bool(one) for one in _each(value, column)):
            return True
    return None if thing.is_open else False


def _each(value: Thing, column: str) -> list[bool | None]:
    return [_holds(one, column, is_pipeline=False) for one in (value.values if isinstance(value, Items) else ())]


def _equals(value: Thing) -> bool:
    """Whether a condition is an equality: `{"$ne": t}` or `{"$exists": True}` is none."""
    if isinstance(value, Items) and value.keys:
        return bool({"$eq", "$in"} & set(value.keys))
    return not isinstance(value, Choice)
