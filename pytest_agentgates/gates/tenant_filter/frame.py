"""The state while one function is read: its variables, and the queries that it executed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pytest_agentgates.gates.tenant_filter.binding import Judged, judge
from pytest_agentgates.gates.tenant_filter.combine import choices, variable_of
from pytest_agentgates.gates.tenant_filter.values import (
    Choice,
    DocumentQuery,
    Fixed,
    Items,
    Plain,
    Query,
    Row,
    Source,
    Sql,
    Thing,
)
from pytest_agentgates.gates.tenant_filter.world import Defined, World

DEEPEST = 2


@dataclass(frozen=True, slots=True)
class Executed:
    """One way in which a query was executed; `statement` is the line of the statement around it."""

    query: Query
    judged: Judged
    statement: int
    is_nested: bool = False


@dataclass(slots=True)
class Frame:
    """Reads one function; `depth` counts the calls that led here from the function that is judged."""

    world: World
    home: Defined
    env: dict[str, Thing]
    owner: str
    depth: int = 0
    statement: int = 0
    is_instance: bool = True
    doubts: int = 0
    executed: list[Executed] = field(default_factory=list)
    escaped: list[Query] = field(default_factory=list)
    returned: list[Thing] = field(default_factory=list)
    loose: list[tuple[int, str]] = field(default_factory=list)
    documents: list[DocumentQuery] = field(default_factory=list)
    statements: list[tuple[Sql, frozenset[str] | None]] = field(default_factory=list)

    def execute(self, thing: Thing) -> Thing:
        """Note that a query is executed, and say what it gives."""
        found = [self._execute_one(one) for one in choices(thing)]
        keys = {one.key for one in found}
        if not found:
            return Row("", Source.UNKNOWN)
        sources = {one.source for one in found}
        source = Source.ROW if sources == {Source.ROW} else Source.UNKNOWN
        proves = frozenset.intersection(*(one.proves for one in found))
        return Row(keys.pop() if len(keys) == 1 else "", source, proves)

    def demand(self, thing: Thing) -> Thing:
        """Execute a query that raises where no row is found: what is left of the function has one."""
        found = self.execute(thing)
        self.trust(found.proves if isinstance(found, Row) else frozenset())
        return found

    def trust(self, variables: frozenset[str]) -> None:
        """Take ids for those of the tenant's rows from here on, except where a part may be left out."""
        for name, held in self.env.items() if variables and not self.doubts else ():
            variable = variable_of(held)
            if variable in variables:
                self.env[name] = Plain(Source.ROW, variable=variable)

    def dereference(self, row: Row, name: str) -> None:
        """Note that an attribute of a row is read or set: what is left of the function has the row."""
        table = self.world.entities.table(row.key)
        if table is not None and table.field(name) is not None:
            self.trust(row.proves)

    @contextmanager
    def perhaps(self) -> Iterator[None]:
        """Evaluate a part that may be left out: it proves nothing."""
        self.doubts += 1
        yield
        self.doubts -= 1

    def judge(self, query: Query, outer: frozenset[str] = frozenset()) -> Judged:
        """Judge a query, its inner ones included."""
        return judge(query, self.world.entities, outer)

    def nest(self, thing: Thing) -> None:
        """Note a query that stands inside another: what it compares with other entities leads outwards."""
        for one in choices(thing):
            if isinstance(one, Query):
                own = {use.ref for use in one.uses}
                self.executed.append(
                    Executed(one, self.judge(one, _foreign(one) - own), self.statement, is_nested=True)
                )

    def _execute_one(self, thing: Thing) -> Row:
        if isinstance(thing, Row):
            return thing
        if not isinstance(thing, Query):
            return Row("", Source.UNKNOWN)
        judged = self.judge(thing)
        self.executed.append(Executed(thing, judged, self.statement))
        key = thing.uses[0].key if thing.uses else ""
        is_row = judged.is_bound and (not key or self.world.entities.is_owned(key))
        if not is_row or thing.is_open:
            return Row(key, Source.UNKNOWN)
        return Row(key, Source.ROW, frozenset(self._proven(thing)) if judged.owned else frozenset())

    def _proven(self, query: Query) -> Iterator[str]:
        """The variables that hold the primary key of an owned row that the query asks for."""
        for predicate in query.predicates:
            for atom in predicate.atoms:
                if isinstance(atom, Fixed) and atom.variable:
                    key = atom.column.key
                    if self.world.entities.is_owned(key) and self.world.entities.is_primary(key, atom.column.name):
                        yield atom.variable


def _foreign(query: Query) -> frozenset[str]:
    """The entities that a query's predicates name, whether it reads them or not."""
    found: set[str] = set()
    pending: list[object] = [*query.predicates]
    while pending:
        one = pending.pop()
        for name in ("atoms", "choices"):
            pending.extend(getattr(one, name, ()))
        for side in ("left", "right"):
            if hasattr(one, side):
                found.add(getattr(one, side).ref)
    return frozenset(found)


def queries_in(thing: Thing) -> list[Query]:
    """The queries that a value may be, or that a list holds."""
    if isinstance(thing, (Choice, Items)):
        return [query for one in thing.values for query in queries_in(one)]
    return [thing] if isinstance(thing, Query) else []
