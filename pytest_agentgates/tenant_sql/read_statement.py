"""Reads a parsed statement into scopes, sources and conditions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pytest_agentgates.tenant_sql.equalities import TRUE, Equal, Formula, Later, Node
from pytest_agentgates.tenant_sql.named_queries import Ctes, named_queries, read_unused
from pytest_agentgates.tenant_sql.outputs import formula_of_query, output_node
from pytest_agentgates.tenant_sql.predicates import formula_of
from pytest_agentgates.tenant_sql.read_select import read_compound, read_select, read_values
from pytest_agentgates.tenant_sql.read_writes import READERS
from pytest_agentgates.tenant_sql.resolve import known_columns, resolve
from pytest_agentgates.tenant_sql.scope import Query, Scope, Source, scopes_of
from pytest_agentgates.tenant_sql.trees import COMPOUNDS, QUERIES, WRITES, table_name, unwrapped
from pytest_agentgates.tenant_sql.values import Names
from pytest_agentgates.tenant_sql.verdict import NotUnderstoodError, TenantTables

if TYPE_CHECKING:
    from sqlglot import exp

MOST_SCOPES = 1_000


class Reader:
    """Collects every reference of one statement; `references` are judged when all is read."""

    def __init__(self, tables: TenantTables) -> None:
        self.tables = tables
        self.references: list[tuple[Scope, Source]] = []
        self.seen: set[int] = set()
        self.entered: set[int] = set()
        self.count = 0
        self.all_sources: dict[int, Source] = {}
        self.scopes = 0

    def source(self, name: str, owned: str = "") -> Source:
        """A new source with a number of its own."""
        self.count += 1
        source = Source(self.count, name.lower(), owned)
        self.all_sources[self.count] = source
        return source

    def statement(self, tree: exp.Expr, ctes: Ctes, parent: Scope | None, via: Source | None = None) -> Query:
        """Read a query or a writing statement."""
        tree = unwrapped(tree)
        self.entered.add(id(tree))
        self.scopes += 1
        if self.scopes > MOST_SCOPES:
            raise NotUnderstoodError("it refers to its named queries too often")
        kind = type(tree).__name__
        ctes, own = named_queries(self, tree, ctes, parent)
        if kind in COMPOUNDS:
            query: Query = read_compound(self, tree, ctes, parent, via)
        elif kind == "Select":
            query = read_select(self, tree, ctes, parent, via)
        elif kind == "Values":
            query = read_values(self, tree, ctes, parent, via)
        elif kind in WRITES:
            query = READERS[kind](self, tree, ctes, parent)
        else:
            raise NotUnderstoodError(f"{kind} statements are not understood")
        read_unused(self, own, parent)
        return query

    def known_columns(self, source: Source) -> set[str]:
        """The columns that a source is known to have."""
        return known_columns(source, self)

    def read_where(self, scope: Scope, clause: exp.Expr | None, ctes: Ctes) -> None:
        """Read a WHERE clause."""
        if clause is not None:
            scope.where.append(formula_of(clause.this, self.names(scope, ctes)))
            self.rest(clause, scope, ctes, ())

    def names(self, scope: Scope, ctes: Ctes, only: frozenset[str] | None = None) -> Names:
        """How a condition in a scope reaches columns and queries; of columns only some, if `only` names them."""

        def column(node: exp.Expr) -> Node | None:
            if only is not None and node.name.lower() not in only:
                return None
            return resolve(node, scope, self)

        def query(tree: exp.Expr) -> tuple[Formula, tuple[Node | None, ...]]:
            inner = self.statement(tree, ctes, scope)
            return self._inner(inner)

        return Names(column, query)

    def _inner(self, query: Query) -> tuple[Formula, tuple[Node | None, ...]]:
        """What a subquery in a condition says, and its columns."""
        if isinstance(query, Scope):
            outputs = tuple(output_node(output, query, self) for output in query.outputs)
            return Later(lambda: formula_of_query(query, self)), outputs
        carrier = self.source(f"\0{self.count}")
        carrier.query = query
        width = len(next(scopes_of(query)).outputs)
        outputs = tuple(carrier.node(f"\0{position}") for position in range(width))
        return Later(lambda: formula_of_query(query, self, carrier)), outputs

    def rest(self, tree: exp.Expr, scope: Scope, ctes: Ctes, without: Iterable[str]) -> None:
        """Read the queries that stand anywhere else in a statement."""
        waiting = [tree]
        while waiting:
            current = waiting.pop()
            if type(current).__name__ in QUERIES:
                if id(current) in self.entered:
                    if current is not tree:
                        continue
                elif current is not tree:
                    self.statement(current, ctes, scope)
                    continue
            left_out = without if current is tree else ()
            for name, value in current.args.items():
                if name not in left_out:
                    waiting += [
                        part for part in (value if isinstance(value, list) else [value]) if hasattr(part, "args")
                    ]

    def target(self, table: exp.Expr, scope: Scope) -> Source:
        """The table that rows are put into."""
        self.seen.add(id(table))
        parts = table_name(table)
        source = self.source(table.alias or parts[-1], self.tables.owned_name(parts))
        source.is_table = True
        scope.add(source)
        if source.owned:
            self.references.append((scope, source))
        return source

    def assigned(self, target: Source, column: str, value: exp.Expr, scope: Scope) -> Formula:
        """A column of the target becomes a value."""
        node = output_node(value, scope, self)
        return Equal(target.node(column), node, strict=False) if node is not None else TRUE

    def formula(self, condition: exp.Expr, scope: Scope, ctes: Ctes) -> Formula:
        """What a condition says in a scope."""
        return formula_of(condition, self.names(scope, ctes))
