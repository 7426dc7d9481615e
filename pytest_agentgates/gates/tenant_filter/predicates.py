"""Comparisons and their combinations, as predicates."""

from __future__ import annotations

import ast
from dataclasses import replace

from pytest_agentgates.gates.tenant_filter.combine import choices, conjunction, either, source_of, variable_of
from pytest_agentgates.gates.tenant_filter.frame import Frame
from pytest_agentgates.gates.tenant_filter.owned_entities import OwnedEntities
from pytest_agentgates.gates.tenant_filter.values import (
    PLAIN,
    AnyOf,
    Column,
    Fixed,
    Items,
    Predicate,
    Query,
    Same,
    Source,
    Subquery,
    Thing,
)


def compare(frame: Frame, left: Thing, operator: ast.cmpop, right: Thing) -> Thing:
    """What a comparison says; only equality binds."""
    for one in (left, right):
        if isinstance(one, Query) and one.style == "peewee":
            return one
    if not any(isinstance(one, (Column, Items)) for thing in (left, right) for one in choices(thing)):
        return PLAIN
    if isinstance(operator, (ast.Eq, ast.LShift)):
        return equal(frame, left, right)
    return Predicate()


def equal(frame: Frame, left: Thing, right: Thing) -> Thing:
    """Two things are equal, one of them a column."""
    if not isinstance(left, Column) and isinstance(right, Column):
        left, right = right, left
    if not isinstance(left, Column):
        return Predicate()
    if isinstance(right, Column):
        return Predicate((Same(left, right),))
    return Predicate((Fixed(left, value_source(frame, right), variable_of(right)),))


def member(frame: Frame, left: Column, right: Thing) -> Thing:
    """A column is one of several values: a row that is found proves none of the others."""
    found = equal(frame, left, right)
    return held_by("", found) if isinstance(found, Predicate) else found


def held_by(variable: str, predicate: Predicate) -> Predicate:
    """A predicate whose values this variable holds."""
    atoms = (replace(one, variable=variable) if isinstance(one, Fixed) else one for one in predicate.atoms)
    return replace(predicate, atoms=tuple(atoms))


def value_source(frame: Frame, thing: Thing) -> Source:
    """Where a compared value comes from; a query gives rows of its own."""
    found = [_source(frame, one) for one in choices(thing)]
    order = (Source.CLIENT, Source.PLAIN, Source.UNKNOWN, Source.ROW, Source.NONE)
    return min(found, key=order.index, default=Source.UNKNOWN)


def _source(frame: Frame, thing: Thing) -> Source:
    query = thing.query if isinstance(thing, Subquery) else thing
    if isinstance(query, Query):
        judged = frame.judge(query)
        frame.nest(query)
        if judged.is_bound and judged.owned:
            return Source.ROW
        return Source.UNKNOWN if judged.unsure or not judged.owned else Source.PLAIN
    return source_of(thing)


def fixes_tenant(entities: OwnedEntities, thing: Thing) -> bool:
    """Whether a predicate compares a tenant column with anything."""
    atoms = [*thing.atoms] if isinstance(thing, Predicate) else []
    while atoms:
        atom = atoms.pop()
        if isinstance(atom, AnyOf):
            atoms.extend(inner for choice in atom.choices for inner in choice.atoms)
        else:
            sides = (atom.column,) if isinstance(atom, Fixed) else (atom.left, atom.right)
            if any(entities.is_tenant(one.key, one.name) for one in sides):
                return True
    return False


def kept_apart(predicate: Predicate, ref: str) -> Predicate:
    """A predicate as the condition of an outer join, where the rows of `ref` may be missing."""
    atoms: list[Same | Fixed | AnyOf] = []
    for atom in predicate.atoms:
        if isinstance(atom, AnyOf):
            atoms.append(AnyOf(tuple(kept_apart(one, ref) for one in atom.choices)))
        else:
            atoms.append(replace(atom, on=ref))
    return replace(predicate, atoms=tuple(atoms))


def one_of(things: list[Thing]) -> Predicate:
    """One of these holds: what binds must bind in each of them."""
    return Predicate((AnyOf(tuple(conjunction([one]) for one in things)),))


def negated(frame: Frame, thing: Thing) -> Thing:
    """The opposite, which binds nothing."""
    if isinstance(thing, Query):
        frame.nest(thing)
        return Predicate()
    return either(*(Predicate() if isinstance(one, (Predicate, Column, Items)) else one for one in choices(thing)))
