"""What an expression may stand for, as far as queries of tenants are concerned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Source(StrEnum):
    """Where a plain value came from; `row` is a row of a query that was bound to the tenant."""

    PLAIN = "plain"
    CLIENT = "client"
    ROW = "row"
    UNKNOWN = "unknown"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Plain:
    """A value that is no part of a query; `text` where it is a known string, `variable` the one that first held it."""

    source: Source
    text: str | None = None
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """A mapped class, or an alias of one: `ref` tells the aliases apart."""

    key: str
    ref: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an entity or of a subquery; `relation` is what a relation's own condition equates."""

    ref: str
    name: str
    key: str = ""
    relation: Predicate | None = None


@dataclass(frozen=True, slots=True)
class Same:
    """Two columns are equal; `on` is the side of an outer join that may be missing."""

    left: Column
    right: Column
    on: str = ""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A column equals a value; `on` is the side of an outer join that may be missing."""

    column: Column
    source: Source
    variable: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of these holds."""

    choices: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Predicate:
    """All of these hold; `is_open` where a part of it could not be read."""

    atoms: tuple[Same | Fixed | AnyOf, ...] = ()
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """An entity or a subquery that a query reads."""

    ref: str
    key: str
    line: int
    inner: Query | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A query as far as it is built; `parts` are those of a UNION. `is_open` where something unread changed it."""

    uses: tuple[Use, ...]
    predicates: tuple[Predicate, ...]
    line: int
    style: str
    verb: str = "select"
    parts: tuple[Query, ...] = ()
    is_open: bool = False
    selected: str = ""
    is_scoped: bool = False
    is_implicit: bool = False
    loads_by_key: bool = False
    is_unfinished: bool = False

    def where(self, *predicates: Predicate) -> Query:
        """The query with more predicates."""
        return replace(self, predicates=(*self.predicates, *predicates))

    def using(self, *uses: Use) -> Query:
        """The query with more entities, each once."""
        known = {one.ref for one in self.uses}
        return replace(self, uses=(*self.uses, *(one for one in uses if one.ref not in known)))


@dataclass(frozen=True, slots=True)
class Row:
    """An object or several that a query gave, or a caller passed; if there is one, `proves` are ids of the tenant."""

    key: str
    source: Source
    proves: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Items:
    """A list, tuple, set or dict; `keys` are the literal keys of a dict. `is_open` where there may be more."""

    values: tuple[Thing, ...]
    keys: tuple[str, ...] = ()
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Subquery:
    """A query that others join; its columns are those of `ref`."""

    ref: str
    query: Query


@dataclass(frozen=True, slots=True)
class Callee:
    """A function or class of the project, or a method of one with the object it is called on.

    `above` where `super()` stands in that class; `receiver` where a method of a manager or query set is called.
    """

    name: str
    owner: str = ""
    is_instance: bool = False
    above: str = ""
    receiver: Query | None = None


@dataclass(frozen=True, slots=True)
class Sql:
    """The text of a statement; `line` is where it begins, or is used where it stands in another file.

    `is_open` where parts of it are not known.
    """

    text: str
    line: int
    is_open: bool = False
    is_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection of MongoDB."""

    name: str


@dataclass(frozen=True, slots=True)
class DocumentQuery:
    """A query of an owned collection; bound is True, False, or None where it cannot be told."""

    collection: str
    line: int
    bound: bool | None
    verb: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several, by the way that was taken; `variable` is the one in which the ways met."""

    values: tuple[Thing, ...]
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Module:
    """A name outside the project, or a module."""

    name: str


Thing = (
    Plain | Entity | Column | Predicate | Query | Row | Items | Subquery | Callee | Sql | Collection | Choice | Module
)
UNKNOWN = Plain(Source.UNKNOWN)
PLAIN = Plain(Source.PLAIN)
CLIENT = Plain(Source.CLIENT)
NONE = Plain(Source.NONE)
EXPRESSION = "()"
