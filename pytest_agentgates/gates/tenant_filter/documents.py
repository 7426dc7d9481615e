"""Queries of MongoDB: filters are dicts, a pipeline begins with `$match`."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentgates.gates.tenant_filter.arguments import Arguments
from pytest_agentgates.gates.tenant_filter.combine import choices
from pytest_agentgates.gates.tenant_filter.document_filters import holds
from pytest_agentgates.gates.tenant_filter.document_stages import unbound_in
from pytest_agentgates.gates.tenant_filter.frame import Frame
from pytest_agentgates.gates.tenant_filter.values import UNKNOWN, Collection, DocumentQuery, Items, Row, Source, Thing

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
        "estimated_document_count",
        "bulk_write",
    }
)
_PIPELINES = frozenset({"aggregate", "aggregate_raw_batches"})
_OPERATIONS = ("operation", "filter")


def document_call(frame: Frame, base: Thing, name: str, given: Arguments) -> Thing | None:
    """A method of a collection; what it reads or writes is noted."""
    if not isinstance(base, Collection) or name not in _FILTERED:
        return UNKNOWN
    column = frame.world.entities.tenant.columns.get(base.name) or ""
    found = _given(name, given)
    ways = [way for one in choices(found) for way in _ways(one, column, name)]
    bound = True if all(way is True for way in ways) else (False if False in ways else None)
    frame.documents.append(DocumentQuery(base.name, given.line, bound, name))
    if name in _PIPELINES:
        joined_documents(frame, found, given.line)
    return Row("", Source.ROW if bound else Source.UNKNOWN)


def joined_documents(frame: Frame, pipeline: Thing, line: int) -> None:
    """Note the owned collections that the stages of a pipeline bring in without the tenant."""
    columns = frame.world.entities.tenant.columns
    for one in choices(pipeline):
        for name in unbound_in(one, {name: column or "" for name, column in columns.items()}):
            if frame.world.collection(name) is not None:
                frame.documents.append(DocumentQuery(name, line, bound=False, verb="$lookup"))


def operation(given: Arguments) -> Items:
    """`UpdateOne(filter, ...)`, one of those that `bulk_write` is given."""
    found = given.named.get("filter", given.values[0] if given.values else Items((), ("",)))
    return Items((UNKNOWN, found), _OPERATIONS)


def _given(name: str, given: Arguments) -> Thing:
    at = 1 if name == "distinct" else 0
    named = given.named.get("filter", given.named.get("pipeline", given.named.get("requests")))
    return named or (given.values[at] if len(given.values) > at else Items((), ("",)))


def _ways(thing: Thing, column: str, name: str) -> Iterator[bool | None]:
    if name != "bulk_write":
        yield holds(thing, column, name in _PIPELINES)
        return
    held = thing.values if isinstance(thing, Items) else ()
    written = [one for one in held if isinstance(one, Items) and one.keys == _OPERATIONS]
    yield from (holds(one.values[1], column, is_pipeline=False) for one in written)
    if not isinstance(thing, Items) or thing.is_open:
        yield None
