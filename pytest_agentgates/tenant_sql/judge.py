"""Judges the references that a statement's reader collected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pytest_agentgates.tenant_sql.equalities import ANCHORS, GIVEN, Facts, Formula, Property, settle
from pytest_agentgates.tenant_sql.outputs import edges, formula_of_query
from pytest_agentgates.tenant_sql.scope import Recursion, Scope, Source, certain, extend, leaves, scopes_of
from pytest_agentgates.tenant_sql.verdict import TenantTables, Unbound


@dataclass
class Judge:
    """Draws the conclusions for one statement; `sources` are all that it reads, by number."""

    tables: TenantTables
    sources: dict[int, Source]
    known: dict[tuple[int, frozenset[int]], Facts] = field(default_factory=dict)

    def unbound(self, references: Iterable[tuple[Scope, Source]]) -> list[Unbound]:
        """The references that nothing binds."""
        found = []
        for scope, source in references:
            facts = self.around(scope, {source.number})
            if not self._is_bound(facts, source):
                column = self.tables.columns[source.owned]
                found.append(Unbound(source.owned, source.name.strip("\0"), column, _reason(column)))
        return found

    def around(self, scope: Scope, present: set[int]) -> Facts:
        """What holds wherever these sources of a scope give a row."""
        chain = _chain(scope)
        ways = {current.via.number for current in chain if current.via}
        present = present | ways
        for current in chain:
            present |= certain(current.tree)
        key = (id(scope), frozenset(present))
        if key not in self.known:
            self.known[key] = self._settled(chain, ways, present)
        return self.known[key]

    def _settled(self, chain: list[Scope], ways: set[int], present: set[int]) -> Facts:
        while True:
            facts = Facts()
            for formula in self._formulas(chain, ways, present):
                facts.add(formula)
            settle(facts, self.derive)
            if facts.present <= present:
                return facts
            present |= facts.present

    def _formulas(self, chain: list[Scope], ways: set[int], present: set[int]) -> list[Formula]:
        found: list[Formula] = []
        size = -1
        held: list[Formula] = []
        while size != len(present):
            size = len(present)
            held = [formula for scope in chain for formula in extend(scope.tree, present)]
        for scope in chain:
            found += scope.where
            found += edges(scope.via, scope, self, only_open=True)
            for leaf in leaves(scope.tree):
                if leaf.number in present - ways and leaf.query is not None and not isinstance(leaf.query, Recursion):
                    found.append(formula_of_query(leaf.query, self, leaf))
        return found + held

    def derive(self, facts: Facts) -> None:
        """Rows that are bound, rows that are looked up by a value from outside, rows of a recursion."""
        for source in self.sources.values():
            for column in source.requested:
                facts.give((source.number, column), self._properties(facts, source, column))

    def _properties(self, facts: Facts, source: Source, column: str) -> Iterable[Property]:
        if source.owned:
            return [("key", source.owned, column)] if self._is_bound(facts, source) else []
        if isinstance(source.query, Recursion):
            return self._known(source.query).get(column, frozenset())
        return [GIVEN] if source.reads_table and self._is_looked_up(facts, source) else []

    def _is_bound(self, facts: Facts, source: Source) -> bool:
        column = self.tables.columns[source.owned]
        if facts.impossible or (column and facts.of((source.number, column)) & ANCHORS):
            return True
        keys = self.tables.keys.get(source.owned, ())
        return any(("key", key.parent, key.parent_column) in facts.of((source.number, key.column)) for key in keys)

    def _is_looked_up(self, facts: Facts, source: Source) -> bool:
        if "\0given" in source.requested:
            return True
        return any(GIVEN in facts.of((source.number, column)) for column in source.requested)

    def _known(self, recursion: Recursion) -> dict[str, frozenset[Property]]:
        """The properties of its columns: those of the first rows that each step keeps."""
        if recursion.known is None and recursion.anchor and recursion.step:
            recursion.known = {}
            wanted = {column for reader in recursion.readers for column in reader.requested}
            known = {column: self._given_by(recursion, recursion.anchor, column) for column in wanted}
            before = None
            recursion.known = known
            while before != recursion.known:
                before = recursion.known
                self.known.clear()
                step = recursion.step
                recursion.known = {c: before[c] & self._given_by(recursion, step, c) for c in wanted}
            self.known.clear()
        return recursion.known or {}

    def _given_by(self, recursion: Recursion, query: object, column: str) -> frozenset[Property]:
        carrier = Source(-2, "", columns=recursion.columns)
        found = []
        for scope in scopes_of(query):  # type: ignore[arg-type] # both parts are there by now
            facts = self.around(scope, set())
            carrier.requested = {column}
            linked = edges(carrier, scope, self, only_open=False)
            found.append(facts.of(linked[0].right) if linked else frozenset())  # type: ignore[union-attr] # edges are equalities
        return frozenset.intersection(*found)


def _reason(column: str | None) -> str:
    if column is None:
        return "it is owned through a foreign key, and no bound row is reached by it"
    return f"no predicate binds {column} to the tenant in every row"


def _chain(scope: Scope) -> list[Scope]:
    chain = [scope]
    while chain[-1].parent is not None:
        chain.append(chain[-1].parent)
    return chain
