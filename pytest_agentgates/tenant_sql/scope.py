"""The queries of a statement: which sources they read, how these are joined, what they give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from pytest_agentgates.tenant_sql.equalities import TRUE, Formula, Node


class Kind(Enum):
    """How a join treats rows without a partner: the side that keeps them is not restricted by its condition."""

    INNER = "inner"
    LEFT = "left"
    RIGHT = "right"
    FULL = "full"


@dataclass(eq=False)
class Source:
    """One reference to a table, a subquery or a function in a FROM clause; `owned` is the owned table's name."""

    number: int
    name: str
    owned: str = ""
    query: Query | Recursion | None = None
    columns: tuple[str, ...] = ()
    is_table: bool = False
    requested: set[str] = field(default_factory=set)

    def node(self, column: str) -> Node:
        """The node of one of its columns, which is asked for from now on."""
        self.requested.add(column)
        return (self.number, column)

    @property
    def reads_table(self) -> bool:
        """Whether it is a table that nobody owns, whose columns are not known."""
        return self.is_table and not self.owned


@dataclass(eq=False)
class Join:
    """Two sides and the condition that they are joined on."""

    kind: Kind
    left: Tree
    right: Tree
    on: Formula = TRUE
    merged: dict[str, tuple[Source, ...]] = field(default_factory=dict)


Tree: TypeAlias = Source | Join | None


@dataclass(eq=False)
class Scope:
    """A SELECT or a writing statement; `via` is the source of `parent` through which it is read, if one."""

    parent: Scope | None = None
    via: Source | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    tree: Tree = None
    where: list[Formula] = field(default_factory=list)
    outputs: list[Any] = field(default_factory=list)
    keys: frozenset[str] | None = None
    is_closed: bool = False
    is_single_row: bool = False

    def add(self, source: Source) -> None:
        """Make a source known by its name; the first of a name stays."""
        name = source.name
        while name in self.sources:
            name += "\0"
        self.sources[name] = source


@dataclass(eq=False)
class Compound:
    """Two queries put together by UNION, INTERSECT or EXCEPT."""

    operator: str
    left: Query
    right: Query


@dataclass(eq=False)
class Recursion:
    """A recursive query: the rows of `anchor`, and those that `step` makes of rows that are there already."""

    columns: tuple[str, ...] = ()
    anchor: Query | None = None
    step: Query | None = None
    readers: list[Source] = field(default_factory=list)
    known: dict[str, frozenset[tuple[str, ...]]] | None = None


Query: TypeAlias = Scope | Compound


def scopes_of(query: Query) -> Iterator[Scope]:
    """The plain queries that a query is made of, from the left."""
    waiting: list[Query] = [query]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Scope):
            yield current
        else:
            waiting += [current.right, current.left]


def members(tree: Tree) -> set[int]:
    """The numbers of all sources of a tree."""
    return {source.number for source in leaves(tree)}


def leaves(tree: Tree) -> list[Source]:
    """All sources of a tree, from the left."""
    found: list[Source] = []
    waiting = [tree]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Join):
            waiting += [current.right, current.left]
        elif current is not None:
            found.append(current)
    return found


def certain(tree: Tree) -> set[int]:
    """The sources that each row of the tree has a row of."""
    found: set[int] = set()
    waiting = [tree]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Source):
            found.add(current.number)
        elif current is not None:
            waiting += [current.left] if current.kind in {Kind.INNER, Kind.LEFT} else []
            waiting += [current.right] if current.kind in {Kind.INNER, Kind.RIGHT} else []
    return found


def extend(tree: Tree, present: set[int]) -> list[Formula]:
    """Add to `present` all sources that must be there beside those in it; the conditions that hold therefore."""
    held: dict[int, Formula] = {}
    size = -1
    while size != len(present) + len(held):
        size = len(present) + len(held)
        for join in _joins(tree):
            if _holds(join, present):
                held[id(join)] = join.on
                present |= certain(join.left) | certain(join.right)
            present |= certain(join) if members(join) & present else set()
    return list(held.values())


def _holds(join: Join, present: set[int]) -> bool:
    left, right = bool(members(join.left) & present), bool(members(join.right) & present)
    match join.kind:
        case Kind.INNER:
            return left or right
        case Kind.LEFT:
            return right
        case Kind.RIGHT:
            return left
        case Kind.FULL:
            return left and right


def _joins(tree: Tree) -> Iterator[Join]:
    waiting = [tree]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Join):
            yield current
            waiting += [current.left, current.right]
