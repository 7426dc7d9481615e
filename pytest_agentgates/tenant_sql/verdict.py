"""What the SQL check is told of the tables, and what it says of a statement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property


class NotUnderstoodError(Exception):
    """The statement has a form that cannot be judged."""


@dataclass(frozen=True)
class ForeignKey:
    """A column of a table that refers to a column of another."""

    table: str
    column: str
    parent: str
    parent_column: str = "id"


@dataclass(frozen=True)
class TenantTables:
    """The tables that tenants own, each with its tenant column; None where only a foreign key leads to the owner.

    A reference is bound through one of `foreign_keys` where the row that it refers to is bound itself.
    """

    owned: Mapping[str, str | None]
    foreign_keys: tuple[ForeignKey, ...] = ()

    @cached_property
    def columns(self) -> dict[str, str | None]:
        """The tenant columns by lower-case table name."""
        return {name.lower(): column.lower() if column else None for name, column in self.owned.items()}

    @cached_property
    def by_name(self) -> dict[str, tuple[str, ...]]:
        """The owned tables by their last name, without the schema."""
        found: dict[str, tuple[str, ...]] = {}
        for name in self.columns:
            last = name.rpartition(".")[2]
            found[last] = (*found.get(last, ()), name)
        return found

    @cached_property
    def keys(self) -> dict[str, tuple[ForeignKey, ...]]:
        """The foreign keys by the lower-case name of their table."""
        found: dict[str, tuple[ForeignKey, ...]] = {}
        for key in self.foreign_keys:
            words = (key.table, key.column, key.parent, key.parent_column)
            table = self.owned_name(key.table.lower().split("."))
            parent = self.owned_name(key.parent.lower().split("."))
            if table and parent:
                lower = ForeignKey(table, words[1].lower(), parent, words[3].lower())
                found[table] = (*found.get(table, ()), lower)
        return found

    @cached_property
    def mention(self) -> re.Pattern[str]:
        """Finds the name of an owned table as a word."""
        names = sorted(self.by_name, key=len, reverse=True)
        words = "|".join(re.escape(name) for name in names) or "(?!)"
        return re.compile(rf"(?<![\w])(?:{words})(?![\w])", re.IGNORECASE)

    def owned_name(self, parts: Iterable[str]) -> str:
        """The owned table that a name with or without its schema means, empty where it is none.

        A name without a schema means the owned table in any schema.
        """
        words = [part.lower() for part in parts if part]
        for name in self.by_name.get(words[-1] if words else "", ()):
            known = name.split(".")
            shared = min(len(known), len(words))
            if known[-shared:] == words[-shared:]:
                return name
        return ""


@dataclass(frozen=True)
class Unbound:
    """A reference to an owned table that nothing binds; `column` is None where only a foreign key could."""

    table: str
    alias: str
    column: str | None
    reason: str


@dataclass(frozen=True)
class SqlVerdict:
    """The unbound references, the owned tables that are referred to, and why it cannot be judged, if so."""

    unbound: tuple[Unbound, ...] = ()
    tables: tuple[str, ...] = ()
    not_judged: str = ""
    mentioned: tuple[str, ...] = field(default=())

    @property
    def holds(self) -> bool:
        """Whether the statement was judged and each reference is bound."""
        return not self.unbound and not self.not_judged
