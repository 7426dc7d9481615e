"""Values put together: one of several, all of several, what a list holds, where a value came from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from pytest_agentgates.gates.tenant_filter.values import (
    AnyOf,
    Choice,
    Column,
    Fixed,
    Items,
    Plain,
    Predicate,
    Row,
    Same,
    Source,
    Sql,
    Thing,
)

MOST_CHOICES = 12


def choices(thing: Thing) -> tuple[Thing, ...]:
    """The alternatives of a value, itself where there is only one."""
    return thing.values if isinstance(thing, Choice) else (thing,)


def either(*things: Thing) -> Thing:
    """One of these, each once; too many are cut to the first ones."""
    first = things[0] if things else None
    if first is not None and all(one is first for one in things):
        return first
    flat = tuple(dict.fromkeys(one for thing in things for one in choices(thing)))
    return flat[0] if len(flat) == 1 else Choice(flat[:MOST_CHOICES])


def flat(thing: Thing) -> Iterator[Thing]:
    """What a list holds, inner lists included; the value itself where it is none."""
    if isinstance(thing, Items):
        for one in thing.values:
            yield from flat(one)
    else:
        yield thing


def source_of(thing: Thing) -> Source:
    """Where a value compared with a column came from; of several the worst."""
    if isinstance(thing, (Plain, Row)):
        return thing.source
    if isinstance(thing, (Items, Choice)):
        return worst([source_of(one) for one in thing.values])
    return Source.PLAIN if isinstance(thing, Sql) else Source.UNKNOWN


def worst(sources: list[Source]) -> Source:
    """The least trusted of several sources."""
    order = (Source.CLIENT, Source.PLAIN, Source.UNKNOWN, Source.ROW, Source.NONE)
    return min(sources, key=order.index, default=Source.PLAIN)


def conjunction(things: list[Thing]) -> Predicate:
    """All of these predicates; what is none leaves it open."""
    atoms: list[Same | Fixed | AnyOf] = []
    is_open = False
    for thing in (one for found in things for one in flat(found)):
        if isinstance(thing, Predicate):
            atoms.extend(thing.atoms)
            is_open = is_open or thing.is_open
        elif isinstance(thing, Choice):
            atoms.append(AnyOf(tuple(conjunction([one]) for one in thing.values)))
        elif not isinstance(thing, Column):
            is_open = is_open or source_of(thing) is Source.UNKNOWN
    is_open = is_open or any(isinstance(one, Items) and one.is_open for one in things)
    return Predicate(tuple(atoms), is_open)


def variable_of(thing: Thing) -> str:
    """The variable that first held a value, of several ways the one that they share; None is no id of a row."""
    if isinstance(thing, Choice):
        shared = {variable_of(one) for one in thing.values if source_of(one) is not Source.NONE}
        return shared.pop() or thing.variable if len(shared) == 1 else thing.variable
    return thing.variable if isinstance(thing, Plain) else ""


def held_in(thing: Thing, variable: str) -> Thing:
    """A plain value of several ways as that of the variable in which they met, where they share none."""
    if not isinstance(thing, Choice) or variable_of(thing):
        return thing
    return replace(thing, variable=variable) if all(isinstance(one, Plain) for one in thing.values) else thing


def literal(node: ast.expr | None) -> object:
    """The value of a constant, None for all else."""
    return node.value if isinstance(node, ast.Constant) else None
