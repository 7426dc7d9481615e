"""Small questions to a parsed statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

COMPOUNDS = frozenset({"Union", "Intersect", "Except"})
QUERIES = frozenset({"Select", *COMPOUNDS})
WRITES = frozenset({"Insert", "Update", "Delete", "Merge"})


def unwrapped(tree: exp.Expr) -> exp.Expr:
    """A query without the parentheses around it."""
    current = tree
    while type(current).__name__ in {"Subquery", "Paren", "Lateral", "CTE"} and not current.args.get("joins"):
        if not hasattr(current.this, "args"):
            break
        current = current.this
    return current


def table_name(table: exp.Expr) -> list[str]:
    """The parts of a table's name, its schema first."""
    return [table.text(part) for part in ("catalog", "db", "this") if table.text(part)]


def column_names(alias: exp.Expr | None) -> tuple[str, ...]:
    """The columns that an alias names."""
    columns = alias.args.get("columns") if alias is not None else None
    return tuple(column.name.lower() for column in columns or ())
