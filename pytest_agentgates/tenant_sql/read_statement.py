"""Reads a parsed statement into scopes, sources and conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_agentgates.tenant_sql.equalities import TRUE, All, Equal, Formula, Later, Node
from pytest_agentgates.tenant_sql.outputs import closes, formula_of_query, is_single_row, key_columns, output_node
from pytest_agentgates.tenant_sql.predicates import Names, formula_of
from pytest_agentgates.tenant_sql.resolve import having, known_columns, resolve
from pytest_agentgates.tenant_sql.scope import (
    Compound,
    Join,
    Kind,
    Query,
    Recursion,
    Scope,
    Source,
    Tree,
    leaves,
    scopes_of,
)
from pytest_agentgates.tenant_sql.verdict import TenantTables

if TYPE_CHECKING:
    from sqlglot import exp

MOST_SCOPES = 1_000
_COMPOUNDS = frozenset({"Union", "Intersect", "Except"})
_QUERIES = frozenset({"Select", *_COMPOUNDS})
_WRITES = frozenset({"Insert", "Update", "Delete", "Merge"})
_JOINS = {"LEFT": Kind.LEFT, "RIGHT": Kind.RIGHT, "FULL": Kind.FULL}


class NotUnderstoodError(Exception):
    """The statement has a form that cannot be judged."""


@dataclass(frozen=True)
class Cte:
    """A named query, with the named queries that it may use itself; `done` where it is read once only."""

    body: exp.Expr
    columns: tuple[str, ...]
    around: Mapping[str, Cte | Recursion]
    recursive: bool = False
    done: list[Query] = field(default_factory=list)
    used: list[bool] = field(default_factory=list)


Ctes = Mapping[str, "Cte | Recursion"]


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
        tree = _unwrapped(tree)
        self.entered.add(id(tree))
        self.scopes += 1
        if self.scopes > MOST_SCOPES:
            raise NotUnderstoodError("it refers to its named queries too often")
        kind = type(tree).__name__
        ctes, own = self._named_queries(tree, ctes, parent)
        if kind in _COMPOUNDS:
            query: Query = self._compound(tree, ctes, parent, via)
        elif kind == "Select":
            query = self._select(tree, ctes, parent, via)
        elif kind == "Values":
            query = self._values(tree, ctes, parent, via)
        elif kind in _WRITES:
            query = self._write(tree, kind, ctes, parent)
        else:
            raise NotUnderstoodError(f"{kind} statements are not understood")
        self._unused(own, parent)
        return query

    # named queries

    def _named_queries(self, tree: exp.Expr, ctes: Ctes, parent: Scope | None) -> tuple[Ctes, list[Cte]]:
        clause = tree.args.get("with_")
        if clause is None:
            return ctes, []
        known, own = dict(ctes), []
        for cte in clause.expressions:
            columns = _column_names(cte.args.get("alias"))
            named = Cte(cte.this, columns, dict(known), bool(clause.args.get("recursive")))
            if type(_unwrapped(cte.this)).__name__ in _WRITES:
                named.done.append(self.statement(cte.this, named.around, parent))
            known[cte.alias.lower()] = named
            own.append(named)
        return known, own

    def _unused(self, ctes: Iterable[Cte], parent: Scope | None) -> None:
        """A named query that nothing reads is judged all the same."""
        for cte in ctes:
            if not cte.used and not cte.done:
                self._read_cte(self.source("unused"), "", cte, parent)

    def _read_cte(self, source: Source, name: str, cte: Cte | Recursion, parent: Scope | None) -> None:
        if isinstance(cte, Recursion):
            cte.readers.append(source)
            source.query, source.columns = cte, cte.columns
            return
        cte.used.append(True)
        source.columns = cte.columns
        body = _unwrapped(cte.body)
        if cte.done:
            source.query = cte.done[0]
        elif cte.recursive and type(body).__name__ == "Union" and _mentions(body, name):
            source.query = self._recursion(name, body, cte, parent)
            source.query.readers.append(source)
            source.columns = source.query.columns
        else:
            source.query = self.statement(body, cte.around, parent, source)

    def _recursion(self, name: str, body: exp.Expr, cte: Cte, parent: Scope | None) -> Recursion:
        recursion = Recursion()
        anchor_ctes, _ = self._named_queries(body, cte.around, parent)
        self.entered.add(id(body))
        recursion.anchor = self.statement(body.this, anchor_ctes, parent)
        first = next(scopes_of(recursion.anchor))
        recursion.columns = cte.columns or tuple(output.alias_or_name.lower() for output in first.outputs)
        if "*" in recursion.columns:
            recursion.columns = ()
        recursion.step = self.statement(body.expression, {**anchor_ctes, name: recursion}, parent)
        return recursion

    # reading

    def _compound(self, tree: exp.Expr, ctes: Ctes, parent: Scope | None, via: Source | None) -> Query:
        """A chain of UNIONs is as deep as it is long: it is taken apart from the right."""
        rights = []
        current = tree
        while type(current).__name__ in _COMPOUNDS:
            self.entered.add(id(current))
            if current is not tree:
                ctes, _ = self._named_queries(current, ctes, parent)
            rights.append(current)
            current = _unwrapped(current.this)
        query = self.statement(current, ctes, parent, via)
        for node in reversed(rights):
            query = Compound(type(node).__name__, query, self.statement(node.expression, ctes, parent, via))
            if closes(node):
                for scope in scopes_of(query):
                    scope.is_closed = True
            self.rest(node, next(scopes_of(query)), ctes, ("this", "expression", "with_"))
        return query

    def _select(self, tree: exp.Expr, ctes: Ctes, parent: Scope | None, via: Source | None) -> Scope:
        scope = Scope(parent, via, outputs=list(tree.expressions))
        scope.keys = key_columns(tree)
        if parent is not None or via is not None:
            scope.is_closed = closes(tree)
            scope.is_single_row = is_single_row(tree)
        start = tree.args.get("from_")
        items = [start.this] if start else []
        self.read_from(scope, items, tree.args.get("joins") or (), ctes)
        for lateral in tree.args.get("laterals") or ():
            scope.tree = self._put_together(scope.tree, self.item(lateral, scope, ctes), Kind.INNER, TRUE)
        self.read_where(scope, tree.args.get("where"), ctes)
        if (having := tree.args.get("having")) and scope.keys is not None:
            names = self._names(scope, ctes, scope.keys)
            scope.where.append(formula_of(having.this, names))
        self.rest(tree, scope, ctes, ("with_", "from_", "where"))
        return scope

    def _values(self, tree: exp.Expr, ctes: Ctes, parent: Scope | None, via: Source | None) -> Query:
        query: Query | None = None
        for row in tree.expressions:
            cells = row.expressions if type(row).__name__ == "Tuple" else [row]
            scope = Scope(parent, via)
            scope.outputs = [self._cell(cell, scope, ctes) for cell in cells]
            self.rest(row, scope, ctes, ())
            query = scope if query is None else Compound("Union", query, scope)
        if query is None:
            raise NotUnderstoodError("VALUES without a row")
        return query

    def _cell(self, cell: exp.Expr, scope: Scope, ctes: Ctes) -> exp.Expr:
        """A value; one that a query gives becomes the column of a source."""
        from sqlglot import exp

        if type(cell).__name__ != "Subquery":
            return cell
        source = self.source(f"\0cell{self.count}")
        source.query = self.statement(cell, ctes, scope, source)
        scope.add(source)
        scope.tree = self._put_together(scope.tree, source, Kind.INNER, TRUE)
        return exp.column("\0" + "0", table=source.name)

    def read_from(self, scope: Scope, items: Iterable[exp.Expr], joins: Iterable[exp.Expr], ctes: Ctes) -> None:
        """Read a FROM clause and the joins after it."""
        tree = scope.tree
        for item in items:
            tree = self._put_together(tree, self.item(item, scope, ctes), Kind.INNER, TRUE)
        scope.tree = tree
        for join in joins:
            scope.tree = self._joined(scope.tree, join, scope, ctes)

    def _joined(self, tree: Tree, join: exp.Expr, scope: Scope, ctes: Ctes) -> Tree:
        right = self.item(join.this, scope, ctes)
        self.entered.add(id(join))
        kind = _JOINS.get(str(join.args.get("side") or "").upper(), Kind.INNER)
        if str(join.args.get("kind") or "").upper() in {"SEMI", "ANTI"}:
            kind = Kind.LEFT
        together = self._put_together(tree, right, kind, TRUE)
        if not isinstance(together, Join):
            return together
        conditions: list[Formula] = []
        if on := join.args.get("on"):
            conditions.append(formula_of(on, self._names(scope, ctes)))
            self.rest(on, scope, ctes, ())
        using = [word.name.lower() for word in join.args.get("using") or ()]
        if str(join.args.get("method") or "").upper() == "NATURAL":
            using = self._common(tree, right)
        conditions += self._merge(together, using)
        together.on = All(tuple(conditions))
        return together

    def _common(self, left: Tree, right: Tree) -> list[str]:
        sides = [{column for leaf in leaves(side) for column in self.known_columns(leaf)} for side in (left, right)]
        return sorted(sides[0] & sides[1])

    def known_columns(self, source: Source) -> set[str]:
        """The columns that a source is known to have."""
        return known_columns(source, self)

    def _merge(self, join: Join, columns: Iterable[str]) -> Iterator[Formula]:
        for column in columns:
            left = having(join.left, column, self)
            right = having(join.right, column, self)
            join.merged[column] = (*left, *right)
            if left and right:
                yield from (Equal(left[0].node(column), other.node(column)) for other in right)

    def _put_together(self, left: Tree, right: Tree, kind: Kind, on: Formula) -> Tree:
        if left is None or right is None:
            return right if left is None else left
        return Join(kind, left, right, on)

    def item(self, item: exp.Expr, scope: Scope, ctes: Ctes) -> Tree:
        """One entry of a FROM clause, with the joins that hang on it."""
        self.entered.add(id(item))
        kind = type(item).__name__
        alias = item.args.get("alias")
        name = alias.name if alias is not None and alias.name else ""
        if kind == "Table" and type(item.this).__name__ == "Identifier":
            tree: Tree = self._table(item, name, scope, ctes)
        elif kind == "Subquery" and type(_unwrapped(item)).__name__ in {"Table", "Lateral"}:
            tree = self.item(item.this, scope, ctes)
        elif kind in {"Subquery", "Lateral", "Values"} | _QUERIES:
            tree = self._derived(item, name, scope, ctes)
        else:
            tree = self._function(item, name, scope, ctes)
        for join in item.args.get("joins") or ():
            tree = self._joined(tree, join, scope, ctes)
        for lateral in item.args.get("laterals") or ():
            tree = self._put_together(tree, self.item(lateral, scope, ctes), Kind.INNER, TRUE)
        return tree

    def _table(self, item: exp.Expr, alias: str, scope: Scope, ctes: Ctes) -> Source:
        self.seen.add(id(item))
        parts = _table_name(item)
        cte = ctes.get(parts[0].lower()) if len(parts) == 1 else None
        source = self.source(alias or parts[-1], "" if cte else self.tables.owned_name(parts))
        scope.add(source)
        if cte is not None:
            self._read_cte(source, parts[0].lower(), cte, scope)
        else:
            source.is_table = True
            source.columns = () if source.owned else _column_names(item.args.get("alias"))
        if source.owned:
            self.references.append((scope, source))
        return source

    def _derived(self, item: exp.Expr, name: str, scope: Scope, ctes: Ctes) -> Source:
        source = self.source(name or f"\0{self.count}")
        source.columns = _column_names(item.args.get("alias"))
        inner = _unwrapped(item)
        if type(inner).__name__ not in {"Values", *_QUERIES}:
            return self._function_source(source, item, scope, ctes)
        source.query = self.statement(inner, ctes, scope, source)
        scope.add(source)
        return source

    def _function(self, item: exp.Expr, name: str, scope: Scope, ctes: Ctes) -> Source:
        alias = item.args.get("alias")
        source = self.source(name or f"\0{self.count}")
        source.columns = _column_names(alias)
        return self._function_source(source, item, scope, ctes)

    def _function_source(self, source: Source, item: exp.Expr, scope: Scope, ctes: Ctes) -> Source:
        """A table that a function makes; from values alone it has nothing of anybody's rows."""
        self.rest(item, scope, ctes, ("joins", "laterals", "alias"))
        inner = {type(node).__name__ for node in item.walk()}
        has_input = bool(inner & {"Placeholder", "Parameter"})
        if has_input and not inner & {"Column", "Select", "Table"} - (
            {"Table"} if type(item).__name__ == "Table" else set()
        ):
            source.is_table = True
            source.name = source.name or "\0"
            scope.add(source)
            source.requested.add("\0given")
            return source
        scope.add(source)
        return source

    def read_where(self, scope: Scope, clause: exp.Expr | None, ctes: Ctes) -> None:
        """Read a WHERE clause."""
        if clause is not None:
            scope.where.append(formula_of(clause.this, self._names(scope, ctes)))
            self.rest(clause, scope, ctes, ())

    def _names(self, scope: Scope, ctes: Ctes, only: frozenset[str] | None = None) -> Names:
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
            if type(current).__name__ in _QUERIES:
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

    # writing

    def _write(self, tree: exp.Expr, kind: str, ctes: Ctes, parent: Scope | None) -> Scope:
        from pytest_agentgates.tenant_sql import read_writes

        return read_writes.READERS[kind](self, tree, ctes, parent)

    def target(self, table: exp.Expr, scope: Scope) -> Source:
        """The table that rows are put into."""
        self.seen.add(id(table))
        parts = _table_name(table)
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
        return formula_of(condition, self._names(scope, ctes))


def _unwrapped(tree: exp.Expr) -> exp.Expr:
    """A query without the parentheses around it."""
    current = tree
    while type(current).__name__ in {"Subquery", "Paren", "Lateral", "CTE"} and not current.args.get("joins"):
        if not hasattr(current.this, "args"):
            break
        current = current.this
    return current


def _table_name(table: exp.Expr) -> list[str]:
    """The parts of a table's name, its schema first."""
    return [table.text(part) for part in ("catalog", "db", "this") if table.text(part)]


def _column_names(alias: exp.Expr | None) -> tuple[str, ...]:
    columns = alias.args.get("columns") if alias is not None else None
    return tuple(column.name.lower() for column in columns or ())


def _mentions(body: exp.Expr, name: str) -> bool:
    return any(type(node).__name__ == "Table" and node.name.lower() == name for node in body.expression.walk())
