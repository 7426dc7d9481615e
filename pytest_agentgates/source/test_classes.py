"""Which classes and functions pytest collects as tests, as far as their source alone tells."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pytest_agentgates.source.scopes import Definition, Scope, definitions_in, nodes_run_by, read_scope
from pytest_agentgates.source.task_marks import Aliases

_PLAIN_BASES = frozenset({"object", "abc.ABC", "typing.Protocol"})
_PLAIN_METACLASSES = frozenset({"type", "abc.ABCMeta"})
_HARMLESS = (
    "pytest.mark.",
    "hypothesis.",
    "unittest.skip",
    "unittest.expectedFailure",
    "unittest.mock.patch",
    "mock.patch",
)
_HARMLESS_WHOLE = frozenset({"staticmethod", "classmethod"})
_FIXED_NAMES = ("__", "setup", "teardown", "pytest_", "setUp", "tearDown")


@dataclass(frozen=True)
class TestClass:
    """What is known of one class.

    `known` says that all that it inherits and that decorates it is known; `members` are its definitions by
    name, inherited ones included, those left out that may be replaced; `taken` all names it binds.
    """

    __test__ = False  # pytest would take the name for a test class

    node: ast.ClassDef
    parents: tuple[TestClass, ...]
    scope: Scope
    known: bool
    is_unittest: bool
    switch: bool | None
    members: dict[str, Definition]
    taken: frozenset[str]
    aliases: Aliases = field(repr=False)

    @property
    def lineage(self) -> tuple[TestClass, ...]:
        """The class and every class of the file that it inherits from, nearest first."""
        return (self, *(ancestor for parent in self.parents for ancestor in parent.lineage))

    @property
    def is_collected(self) -> bool:
        """Whether pytest collects it, given that its name says so."""
        if not self.known or self.switch is False:
            return False
        if not self.is_unittest and self.taken & {"__init__", "__new__"}:
            return False
        return not any(_is_abstract(node, self.aliases) for node in self.members.values())


class ClassReader:
    """Reads the classes of one module."""

    def __init__(self, tree: ast.Module, scope: Scope, aliases: Aliases) -> None:
        self.scope = scope
        self.aliases = aliases
        self._read: dict[ast.ClassDef, TestClass] = {}
        self._classes = [node for node in definitions_in(tree.body) if isinstance(node, ast.ClassDef)]

    def read(self, node: ast.ClassDef, shadows: frozenset[str] = frozenset()) -> TestClass:
        """Read one class; `shadows` are names of the class around it, which hide those of the module."""
        if node not in self._read:
            self._read[node] = self._read_anew(node, shadows)
        return self._read[node]

    def _read_anew(self, node: ast.ClassDef, shadows: frozenset[str]) -> TestClass:
        scope = read_scope(node.body)
        found = [None if _names(base) & shadows else self._local(node, base) for base in node.bases]
        parents = tuple(self.read(base) for base in found if base)
        unread = [base for base, local in zip(node.bases, found, strict=True) if not local]
        members, agreed = _inherit(parents)
        taken = frozenset().union(scope.bound, *(parent.taken for parent in parents))
        members = {name: member for name, member in members.items() if name not in scope.bound}
        return TestClass(
            node=node,
            parents=parents,
            scope=scope,
            known=self._is_known(node, scope, unread, shadows) and agreed and all(parent.known for parent in parents),
            is_unittest=any(parent.is_unittest for parent in parents) or any(map(self._is_test_case, unread)),
            switch=_switch(node.body, scope, parents),
            members={**members, **scope.definitions},
            taken=taken,
            aliases=self.aliases,
        )

    def _local(self, node: ast.ClassDef, base: ast.expr) -> ast.ClassDef | None:
        """The class of this module that a base names: the nearest one above."""
        if not isinstance(base, ast.Name):
            return None
        above = [other for other in self._classes if other.name == base.id and other.lineno < node.lineno]
        return above[-1] if above else None

    def _is_known(self, node: ast.ClassDef, scope: Scope, unread: Sequence[ast.expr], shadows: frozenset[str]) -> bool:
        once = all(
            base.id in self.scope.once for base in node.bases if isinstance(base, ast.Name) and base not in unread
        )
        plain = all(not _names(base) & shadows and self._is_plain_base(base) for base in unread)
        meta = all(
            keyword.arg == "metaclass" and self.aliases.dotted(keyword.value) in _PLAIN_METACLASSES
            for keyword in node.keywords
        )
        return once and plain and meta and not scope.is_open and are_harmless(node.decorator_list, self.aliases)

    def _is_plain_base(self, base: ast.expr) -> bool:
        return self.aliases.dotted(base) in _PLAIN_BASES or self._is_test_case(base)

    def _is_test_case(self, base: ast.expr) -> bool:
        return self.aliases.dotted(base).endswith("TestCase")


def is_plain_test(node: ast.FunctionDef | ast.AsyncFunctionDef, aliases: Aliases) -> bool:
    """Whether a function that is named like a test is one: no fixture, nothing that could replace it."""
    return not node.name.startswith(_FIXED_NAMES) and are_harmless(node.decorator_list, aliases)


def are_harmless(decorators: Iterable[ast.expr], aliases: Aliases) -> bool:
    """Whether decorators are all known to leave a test a test."""
    names = [aliases.called(decorator) for decorator in decorators]
    return all(name in _HARMLESS_WHOLE or name.startswith(_HARMLESS) for name in names)


def is_generator(node: Definition) -> bool:
    """Whether a function yields; pytest refuses a whole module for such a test."""
    if not isinstance(node, ast.FunctionDef):
        return False
    return any(isinstance(part, ast.Yield | ast.YieldFrom) for part in nodes_run_by(node))


def switch_of(body: Sequence[ast.stmt], scope: Scope) -> bool | None:
    """What a body says with `__test__`; False where it can't be told, None where it says nothing."""
    if "__test__" not in scope.bound:
        return None
    said = [
        statement.value
        for statement in body
        if isinstance(statement, ast.Assign) and [ast.unparse(target) for target in statement.targets] == ["__test__"]
    ]
    return len(said) == 1 and isinstance(said[0], ast.Constant) and said[0].value is True


def _switch(body: Sequence[ast.stmt], scope: Scope, parents: Sequence[TestClass]) -> bool | None:
    own = switch_of(body, scope)
    inherited = [parent.switch for parent in parents if parent.switch is not None]
    return own if own is not None else (all(inherited) if inherited else None)


def _inherit(parents: Sequence[TestClass]) -> tuple[dict[str, Definition], bool]:
    """The members of all parents; without those that one parent binds and another may replace."""
    members = {name: node for parent in parents for name, node in parent.members.items()}
    for name in list(members):
        bound = [parent for parent in parents if name in parent.taken]
        if any(parent.members.get(name) is not members[name] for parent in bound):
            del members[name]
    return members, len({parent.node for parent in parents}) == len(parents)


def _names(node: ast.expr) -> frozenset[str]:
    return frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def _is_abstract(node: Definition, aliases: Aliases) -> bool:
    names = [aliases.called(decorator).rpartition(".")[2] for decorator in node.decorator_list]
    return any(name.startswith("abstract") for name in names)
