"""Finds the source that a column belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pytest_agentgates.tenant_sql.equalities import Node
from pytest_agentgates.tenant_sql.scope import Compound, Join, Kind, Scope, Source, Tree, leaves, scopes_of
from pytest_agentgates.tenant_sql.verdict import TenantTables

if TYPE_CHECKING:
    from sqlglot import exp


class Catalogue(Protocol):
    """Knows the columns of owned tables."""

    tables: TenantTables


def resolve(column: exp.Expr, scope: Scope, catalogue: Catalogue) -> Node | None:
    """The node of a column as it is written in a scope; None where its source is not known."""
    return resolve_name(column.name.lower(), column.text("table").lower(), scope, catalogue)


def resolve_name(name: str, table: str, scope: Scope, catalogue: Catalogue) -> Node | None:
    """The node of a column by its name, and by its table's where that is not empty."""
    current: Scope | None = scope
    while current is not None:
        if table:
            if source := current.sources.get(table):
                return source.node(name)
        elif current.sources:
            source, is_elsewhere = _unqualified(name, current, catalogue)
            if source is not None:
                return source.node(name)
            if not is_elsewhere:
                return None
        current = current.parent
    return None


def known_columns(source: Source, catalogue: Catalogue) -> set[str]:
    """The columns that a source is known to have."""
    tables = catalogue.tables
    if source.owned:
        columns = (tables.columns[source.owned], *(key.column for key in tables.keys.get(source.owned, ())))
        return {column for column in columns if column}
    if source.columns:
        return set(source.columns)
    if isinstance(source.query, Scope | Compound):
        first = next(scopes_of(source.query))
        return {output.alias_or_name.lower() for output in first.outputs} - {"*", ""}
    return set()


def having(tree: Tree, column: str, catalogue: Catalogue) -> tuple[Source, ...]:
    """The one source of a tree that a merged column stands for, if it can be told."""
    if isinstance(tree, Join) and column in tree.merged:
        found = tree.merged[column]
        if tree.kind is Kind.FULL:
            return ()
        return found[-1:] if tree.kind is Kind.RIGHT else found[:1]
    sources = leaves(tree)
    if len(sources) == 1:
        return tuple(sources)
    return tuple(source for source in sources if column in known_columns(source, catalogue))[:1]


def _unqualified(name: str, scope: Scope, catalogue: Catalogue) -> tuple[Source | None, bool]:
    """The source of a bare column, and whether it must lie further out."""
    if isinstance(scope.tree, Join) and (merged := _merged(scope.tree, name)) is not None:
        found = having(merged, name, catalogue)
        return (found[0] if found else None), False
    sources = list(scope.sources.values())
    knowing = [source for source in sources if name in known_columns(source, catalogue)]
    if knowing:
        return (knowing[0] if len(knowing) == 1 else None), False
    unknown = [source for source in sources if not _is_complete(source)]
    return (unknown[0] if len(unknown) == 1 else None), not unknown


def _merged(tree: Join, name: str) -> Join | None:
    """The outermost join that merges a column."""
    current: Tree = tree
    while isinstance(current, Join):
        if name in current.merged:
            return current
        current = current.left
    return None


def _is_complete(source: Source) -> bool:
    """Whether all its columns are known."""
    if isinstance(source.query, Scope | Compound) and not source.columns:
        outputs = next(scopes_of(source.query)).outputs
        return bool(outputs) and not any(output.is_star for output in outputs)
    return bool(source.columns)
