"""The stages of a pipeline that bring in documents of other collections: `$lookup`, `$unionWith`, `$graphLookup`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_agentgates.gates.tenant_filter.document_filters import holds, value_of
from pytest_agentgates.gates.tenant_filter.values import Items, Sql, Thing

_ID = "_id"


def unbound_in(pipeline: Thing, columns: Mapping[str, str]) -> Iterator[str]:
    """The owned collections that a pipeline joins by another key than the id and without the tenant."""
    for stage in pipeline.values if isinstance(pipeline, Items) else ():
        for name, value in zip(stage.keys, stage.values, strict=False) if isinstance(stage, Items) else ():
            if name in ("$lookup", "$graphLookup", "$unionWith"):
                yield from _joined(name, value, columns)
            elif name == "$facet" and isinstance(value, Items):
                for part in value.values:
                    yield from unbound_in(part, columns)


def _joined(name: str, stage: Thing, columns: Mapping[str, str]) -> Iterator[str]:
    inner = value_of(stage, "pipeline")
    if inner is not None:
        yield from unbound_in(inner, columns)
    other = stage if isinstance(stage, Sql) else value_of(stage, "from") or value_of(stage, "coll")
    if isinstance(other, Sql) and other.text in columns and _is_unbound(name, stage, columns[other.text]):
        yield other.text


def _is_unbound(name: str, stage: Thing, column: str) -> bool:
    if isinstance(stage, Items) and stage.is_open:
        return False
    inner = value_of(stage, "pipeline")
    if inner is not None and holds(inner, column, is_pipeline=True) is not False:
        return False
    if name == "$graphLookup":
        narrowed = value_of(stage, "restrictSearchWithMatch")
        if narrowed is not None and holds(narrowed, column, is_pipeline=False) is not False:
            return False
    keys = [value_of(stage, key) for key in ("localField", "foreignField", "connectToField", "connectFromField")]
    return not any(isinstance(one, Sql) and one.text in (_ID, column) for one in keys)
