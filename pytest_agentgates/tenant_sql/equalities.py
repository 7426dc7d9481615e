"""The equality graph over columns: what must be equal in each row for which a condition holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Node: TypeAlias = tuple[int, str]
"""A column of a source, by the source's number; numbers below 1 are values from outside."""
Property: TypeAlias = tuple[str, ...]

PARAMETER = 0
LITERAL = -1
GIVEN: Property = ("given",)
CONSTANT: Property = ("constant",)
ANCHORS = frozenset({GIVEN, CONSTANT})


@dataclass(frozen=True, slots=True)
class Equal:
    """Two columns or values are equal; a strict equality cannot hold where one of them is NULL."""

    left: Node
    right: Node
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Present:
    """A column of each of these sources is not NULL."""

    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts nothing is said."""

    parts: tuple[Formula, ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """One of the parts holds; without parts no row is left."""

    parts: tuple[Formula, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """A formula that can be told when the whole statement was read."""

    make: Callable[[], Formula]


Formula: TypeAlias = Equal | Present | All | Any | Later
TRUE = All()
FALSE = Any()


class Facts:
    """What follows from formulas: classes of equal columns, with properties that their members share."""

    def __init__(self) -> None:
        self.parents: dict[Node, Node] = {}
        self.properties: dict[Node, frozenset[Property]] = {}
        self.present: set[int] = set()
        self.open: list[Any] = []
        self.impossible = False
        self.changed = False

    def copy(self) -> Facts:
        """The same facts, free to grow apart."""
        other = Facts()
        other.parents = dict(self.parents)
        other.properties = dict(self.properties)
        other.present = set(self.present)
        other.impossible = self.impossible
        return other

    def find(self, node: Node) -> Node:
        """The node that stands for all that are equal to this one."""
        parents = self.parents
        if node not in parents:
            parents[node] = node
            if node[0] == PARAMETER:
                self.properties[node] = frozenset({GIVEN})
            elif node[0] == LITERAL:
                self.properties[node] = frozenset({CONSTANT})
            return node
        while parents[node] != node:
            node = parents[node]
        return node

    def of(self, node: Node) -> frozenset[Property]:
        """The properties of a node."""
        return self.properties.get(self.find(node), frozenset())

    def give(self, node: Node, properties: Iterable[Property]) -> None:
        """Add properties to all that is equal to the node."""
        root = self.find(node)
        before = self.properties.get(root, frozenset())
        after = before.union(properties)
        if after != before:
            self.properties[root] = after
            self.changed = True

    def join(self, left: Node, right: Node) -> None:
        """Make two nodes equal."""
        first, second = self.find(left), self.find(right)
        if first != second:
            self.parents[second] = first
            self.properties[first] = self.properties.get(first, frozenset()) | self.properties.pop(second, frozenset())
            self.changed = True

    def add(self, formula: Formula) -> None:
        """Take in all that a formula says; alternatives wait for `settle`."""
        waiting = [formula]
        while waiting:
            match waiting.pop():
                case Equal(left, right, strict):
                    self.join(left, right)
                    if strict:
                        self.be_present((left[0], right[0]))
                case Present(sources):
                    self.be_present(sources)
                case All(parts):
                    waiting.extend(parts)
                case Any() as alternatives:
                    self._add_alternatives(alternatives)
                case Later(make):
                    waiting.append(make())

    def _add_alternatives(self, alternatives: Any) -> None:
        if not alternatives.parts:
            self.impossible = True
        elif len(alternatives.parts) == 1:
            self.add(alternatives.parts[0])
        else:
            self.open.append(alternatives)

    def be_present(self, sources: Iterable[int]) -> None:
        """Note sources that give a row of their own, and not NULLs for want of one."""
        new = {source for source in sources if source > 0} - self.present
        if new:
            self.present |= new
            self.changed = True


def settle(facts: Facts, derive: Callable[[Facts], None]) -> None:
    """Draw every conclusion: those of `derive`, and what all alternatives of a disjunction agree on."""
    facts.changed = True
    while facts.changed:
        facts.changed = False
        derive(facts)
        for alternatives in facts.open:
            branches = [_branch(facts, part, derive) for part in alternatives.parts]
            possible = [branch for branch in branches if not branch.impossible]
            if not possible:
                facts.impossible = True
                return
            _agree(facts, possible)


def _branch(facts: Facts, part: Formula, derive: Callable[[Facts], None]) -> Facts:
    branch = facts.copy()
    branch.add(part)
    settle(branch, derive)
    return branch


def _agree(facts: Facts, branches: Sequence[Facts]) -> None:
    """Take over what holds in every branch."""
    classes: dict[tuple[Node, ...], Node] = {}
    for node in [node for node in branches[0].parents if all(node in branch.parents for branch in branches)]:
        roots = tuple(branch.find(node) for branch in branches)
        facts.join(classes.setdefault(roots, node), node)
        shared = frozenset.intersection(*(branch.of(node) for branch in branches))
        if shared:
            facts.give(node, shared)
    facts.be_present(set.intersection(*(branch.present for branch in branches)))
