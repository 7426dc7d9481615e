"""Which entities of a query its predicates bind to the tenant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pytest_agentgates.gates.tenant_filter.owned_entities import OwnedEntities
from pytest_agentgates.gates.tenant_filter.values import (
    AnyOf,
    Column,
    Fixed,
    Predicate,
    Query,
    Same,
    Source,
    Use,
)

# A membership is looked up by who asks: neither a constant nor what the client sent.
_OF_OTHERS = (Source.UNKNOWN, Source.ROW)


@dataclass(frozen=True, slots=True)
class Judged:
    """The owned entities that nothing binds, and those of which it cannot be told.

    `clients` are the variables through which the client says whose rows are meant, empty for one without a variable;
    `has_identity` where a column is compared with what neither the client nor the source says.
    """

    unbound: tuple[Use, ...] = ()
    unsure: tuple[Use, ...] = ()
    owned: int = 0
    clients: frozenset[str] = frozenset()
    has_null_way: bool = False
    has_identity: bool = False

    @property
    def is_bound(self) -> bool:
        """Whether every owned entity is bound."""
        return not self.unbound and not self.unsure


def judge(query: Query, entities: OwnedEntities, outer: frozenset[str] = frozenset()) -> Judged:
    """Judge one way of building a query; `outer` are refs of the statement around it."""
    if query.parts:
        return _together([judge(part, entities, outer) for part in query.parts])
    graph = _Graph(query, entities, outer)
    bound = graph.bound(query.predicates)
    maybe = graph.maybe(query.predicates, bound)
    found = [_judge_use(use, bound, maybe, query, entities) for use in query.uses]
    every = _together(found)
    atoms = list(_atoms(query.predicates))
    return Judged(
        every.unbound,
        every.unsure,
        every.owned,
        frozenset(one.variable for one in atoms if graph.is_tenant(one.column) and one.source is Source.CLIENT),
        any(graph.is_tenant(one.column) and one.source is Source.NONE for one in atoms),
        any(not graph.is_tenant(one.column) and one.source in _OF_OTHERS for one in atoms),
    )


def _judge_use(use: Use, bound: frozenset[str], maybe: frozenset[str], query: Query, entities: OwnedEntities) -> Judged:
    if use.inner is not None:
        names = {column.partition(".")[2] for column in bound if column.startswith(f"{use.ref}.")}
        if names & entities.tenant_names:
            return Judged(owned=1)
        return judge(use.inner, entities)
    if not entities.is_owned(use.key):
        return Judged()
    if use.ref in bound or query.is_scoped:
        return Judged(owned=1)
    if use.ref in maybe or query.is_open or (query.is_implicit and use.ref == query.selected):
        return Judged(unsure=(use,), owned=1)
    return Judged((use,), owned=1)


def _together(found: Iterable[Judged]) -> Judged:
    held = list(found)
    return Judged(
        tuple(use for one in held for use in one.unbound),
        tuple(use for one in held for use in one.unsure),
        sum(one.owned for one in held),
        frozenset(name for one in held for name in one.clients),
        any(one.has_null_way for one in held),
        any(one.has_identity for one in held),
    )


def _atoms(predicates: Iterable[Predicate]) -> Iterable[Fixed]:
    for predicate in predicates:
        for atom in predicate.atoms:
            if isinstance(atom, Fixed):
                yield atom
            elif isinstance(atom, AnyOf):
                yield from _atoms(atom.choices)


class _Graph:
    """Refs and their columns; a bound ref stands by its name, a bound column of a subquery by `ref.name`."""

    def __init__(self, query: Query, entities: OwnedEntities, outer: frozenset[str]) -> None:
        self.entities = entities
        self.outer = outer
        self.keys = {use.ref: use.key for use in query.uses}
        self.inner = {use.ref: use.inner for use in query.uses if use.inner is not None}
        self.start = frozenset(self._bound_inside())
        self.required = frozenset(_required(query.predicates))

    def is_tenant(self, column: Column) -> bool:
        if column.ref in self.inner:
            return column.name in self.entities.tenant_names
        return self.entities.is_tenant(self._key(column), column.name)

    def bound(self, predicates: Iterable[Predicate], start: frozenset[str] | None = None) -> frozenset[str]:
        """The least set that the predicates make; an alternative counts where each of its ways binds."""
        atoms = [atom for predicate in predicates for atom in predicate.atoms]
        found = self.start | self.outer if start is None else start
        while True:
            more = found
            for atom in atoms:
                more |= self._bound_by(atom, more)
            if more == found:
                return found
            found = more

    def maybe(self, predicates: tuple[Predicate, ...], bound: frozenset[str]) -> frozenset[str]:
        """What would be bound if every value of unknown origin came from a bound row."""
        if any(one.is_open for one in predicates) or any(_has_open(one) for one in predicates):
            return frozenset(self.keys)
        unsure = frozenset(
            one.column.ref
            for one in _atoms(predicates)
            if one.source is Source.UNKNOWN and self._is_key(one.column) and one.column.ref not in bound
        )
        return self.bound(predicates, bound | unsure) if unsure else frozenset()

    def _bound_inside(self) -> Iterable[str]:
        for ref, query in self.inner.items():
            if judge(query, self.entities).is_bound:
                yield ref

    def _bound_by(self, atom: Same | Fixed | AnyOf, bound: frozenset[str]) -> frozenset[str]:
        if isinstance(atom, Fixed):
            return frozenset(self._fixed(atom)) if self._counts(atom.column, atom.on) else frozenset()
        if isinstance(atom, Same):
            sides = ((atom.left, atom.right), (atom.right, atom.left))
            return frozenset(
                ref for here, there in sides if self._counts(here, atom.on) for ref in self._same(here, there, bound)
            )
        ways = [self.bound((choice,), bound) for choice in atom.choices]
        return frozenset.intersection(*ways) if ways else frozenset()

    def _counts(self, column: Column, on: str) -> bool:
        """Whether a condition narrows the rows of a column: in an outer join only those that may be missing."""
        return not on or column.ref == on or on in self.required

    def _fixed(self, atom: Fixed) -> Iterable[str]:
        column = atom.column
        if atom.source is Source.NONE:
            return
        if self.is_tenant(column):
            yield f"{column.ref}.{column.name}" if column.ref in self.inner else column.ref
        elif atom.source is Source.ROW and self._is_key(column):
            yield column.ref

    def _same(self, here: Column, there: Column, bound: frozenset[str]) -> Iterable[str]:
        """What equality gives `here` where `there` is bound, or stands in the statement around."""
        is_bound = there.ref in bound or f"{there.ref}.{there.name}" in bound or there.ref not in self.keys
        if not is_bound:
            return
        if self.is_tenant(here) and (self.is_tenant(there) or there.ref in self.inner):
            yield f"{here.ref}.{here.name}" if here.ref in self.inner else here.ref
        elif self._joins(here, there):
            yield here.ref

    def _joins(self, here: Column, there: Column) -> bool:
        if here.ref in self.inner or there.ref in self.inner:
            return here.ref not in self.inner and self._is_key(here)
        left, right = self._key(here), self._key(there)
        if self.entities.is_primary(left, here.name):
            return True
        return self.entities.refers(left, here.name, right, there.name) or self.entities.refers(
            right, there.name, left, here.name
        )

    def _is_key(self, column: Column) -> bool:
        return self.entities.is_key(self._key(column), column.name)

    def _key(self, column: Column) -> str:
        return column.key or self.keys.get(column.ref, "")


def _required(predicates: Iterable[Predicate]) -> Iterable[str]:
    """The refs that a condition outside of outer joins asks for, whose rows cannot be missing therefore."""
    for atom in (one for predicate in predicates for one in predicate.atoms):
        if isinstance(atom, Fixed) and not atom.on and atom.source is not Source.NONE:
            yield atom.column.ref
        elif isinstance(atom, Same) and not atom.on:
            yield from (atom.left.ref, atom.right.ref)


def _has_open(predicate: Predicate) -> bool:
    return predicate.is_open or any(
        isinstance(atom, AnyOf) and any(_has_open(choice) for choice in atom.choices) for atom in predicate.atoms
    )
