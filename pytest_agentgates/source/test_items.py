"""Reads from a test file, without importing it, which tests pytest must collect from it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.node_ids import function_of
from pytest_agentgates.source.scopes import Definition, definitions_in, globals_in, nodes_of, read_scope
from pytest_agentgates.source.task_marks import MARK, MarkReader, assigned, read_aliases
from pytest_agentgates.source.test_classes import ClassReader, TestClass, is_generator, is_plain_test, switch_of
from pytest_agentgates.source.test_settings import TestNames

RULE = "TSK007"
_WORDS = (MARK, "global", "yield")  # what has to be looked for in the depths, and only where the text has it
_LEAVES_MODULE = frozenset({"pytest.skip", "pytest.importorskip", "pytest.exit", "pytest.fail", "pytest.xfail"})


@dataclass(frozen=True)
class TestFunction:
    """A node id without parameters, the line of its definition, and the tasks that its marks name."""

    __test__ = False  # pytest would take the name for a test class

    nodeid: str
    line: int
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True)
class TestFile:
    """What one file holds.

    `functions` are the tests that pytest must collect, a lower bound, with every mark that applies;
    `marked` the modules, classes and functions that carry marks of their own, certain to be collected or not;
    `nodeids` every test and class that may be collected; below `open_ids` anything may be.
    """

    __test__ = False  # pytest would take the name for a test class

    path: str
    functions: tuple[TestFunction, ...] = ()
    marked: tuple[TestFunction, ...] = ()
    problems: tuple[Finding, ...] = ()
    nodeids: frozenset[str] = frozenset()
    open_ids: frozenset[str] = frozenset()

    def may_have(self, nodeid: str) -> bool:
        """Whether pytest may find a test or a class of this id, with or without parameters, in the file."""
        plain = function_of(nodeid)
        return plain in self.nodeids or any(
            plain.startswith((f"{known}::", f"{known}[")) or plain == known for known in self.open_ids
        )


def test_functions(text: str | bytes, path: str, names: TestNames) -> TestFile:
    """Read one test file; `path` is relative to the repository and becomes the first part of each node id."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the compiler thinks of a project's escapes is not our matter
            tree = ast.parse(text.removeprefix("\ufeff") if isinstance(text, str) else text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return TestFile(path, problems=(_does_not_parse(path, error),))
    source = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return _ModuleReader(tree, path, names, {word for word in _WORDS if word.encode() in source}).read()


test_functions.__test__ = False  # type: ignore[attr-defined]  # pytest would take the name for a test


@dataclass(frozen=True)
class _Item:
    nodeid: str
    line: int
    certain: bool
    own_tasks: tuple[str, ...]
    tasks: tuple[str, ...]


class _ModuleReader:
    """Reads one parsed module."""

    def __init__(self, tree: ast.Module, path: str, names: TestNames, words: set[str]) -> None:
        self.tree = tree
        self.words = words
        self.path = path
        self.names = names
        self.aliases = read_aliases(tree)
        self.marks = MarkReader(self.aliases)
        self.scope = read_scope(tree.body, globals_in(tree) if "global" in words else ())
        self.classes = ClassReader(tree, self.scope, self.aliases)
        self.open_ids = set(self._open_names())

    def read(self) -> TestFile:
        """Read functions and marks, then look for marks that were overlooked."""
        tasks = self.marks.tasks_of(_pytestmarks(self.tree.body))
        items = sorted(self._module_items(tasks), key=lambda item: item.line)
        marked = [TestFunction(item.nodeid, item.line, item.own_tasks) for item in items if item.own_tasks]
        module = [TestFunction(self.path, 1, tasks)] if tasks else []
        return TestFile(
            self.path,
            _certain_functions(items),
            (*module, *marked),
            tuple(self._problems()),
            frozenset(item.nodeid for item in items),
            frozenset(self.open_ids),
        )

    def _module_items(self, tasks: tuple[str, ...]) -> Iterator[_Item]:
        certain = not self._may_be_left_out()
        for node in definitions_in(self.tree.body):
            is_final = certain and self.scope.definitions.get(node.name) is node
            if isinstance(node, ast.ClassDef):
                yield from self._class_items(node, self.path, is_final, tasks)
            elif self.names.is_function(node.name):
                yield self._function(node, self.path, is_final, tasks)

    def _class_items(
        self,
        node: ast.ClassDef,
        above: str,
        certain: bool,
        tasks: tuple[str, ...],
        shadows: frozenset[str] = frozenset(),
    ) -> Iterator[_Item]:
        found = self.classes.read(node, shadows)
        nodeid = f"{above}::{node.name}"
        if not self._is_test_class(found):
            return
        if not found.known:
            self.open_ids.add(nodeid)
        expressions = [
            mark for one in found.lineage for mark in (*one.node.decorator_list, *_pytestmarks(one.node.body))
        ]
        own = self.marks.tasks_of(expressions)
        tasks = _join(tasks, own)
        yield _Item(nodeid, node.lineno, False, own, tasks)
        for member, is_final in _members(found):
            member_certain = certain and found.is_collected and is_final
            if isinstance(member, ast.ClassDef):
                if not found.is_unittest:
                    yield from self._class_items(member, nodeid, member_certain, tasks, found.taken)
            elif self._is_test_method(found, member.name):
                yield self._function(member, nodeid, member_certain, tasks)

    def _is_test_class(self, found: TestClass) -> bool:
        """A class of another name may still be collected for what it inherits unseen."""
        return self.names.is_class(found.node.name) or found.is_unittest or not found.known

    def _is_test_method(self, found: TestClass, name: str) -> bool:
        by_unittest = name.startswith("test")
        if found.is_unittest:
            return by_unittest
        return self.names.is_function(name) or (by_unittest and not found.known)

    def _function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, above: str, certain: bool, tasks: tuple[str, ...]
    ) -> _Item:
        own = self.marks.tasks_of(node.decorator_list)
        certain = certain and is_plain_test(node, self.aliases)
        return _Item(f"{above}::{node.name}", node.lineno, certain, own, _join(tasks, own))

    def _may_be_left_out(self) -> bool:
        """Whether the module may be skipped, switched off or refused as a whole."""
        if switch_of(self.tree.body, self.scope) is False:
            return True
        statements = [statement for statement in self.tree.body if not _is_main_guard(statement)]
        if any(self._may_leave(node) for node in nodes_of(statements)):
            return True
        functions = ast.walk(self.tree) if "yield" in self.words else ()
        return any(isinstance(node, ast.FunctionDef) and self._is_refused(node) for node in functions)

    def _is_refused(self, node: ast.FunctionDef) -> bool:
        return self.names.is_function(node.name) and is_generator(node) and is_plain_test(node, self.aliases)

    def _may_leave(self, node: ast.AST) -> bool:
        """A bare `raise` only passes on what fails anyway."""
        if isinstance(node, ast.Raise):
            return node.exc is not None
        return isinstance(node, ast.Call) and self.aliases.dotted(node.func) in _LEAVES_MODULE

    def _open_names(self) -> Iterator[str]:
        """What is bound by no definition may be anything; a bare call may bind anything."""
        calls = [node for node in self.tree.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
        if self.scope.is_open or calls:
            yield self.path
        defined = {node.name for node in definitions_in(self.tree.body)}
        yield from (f"{self.path}::{name}" for name in self.scope.bound - defined)

    def _problems(self) -> Iterator[Finding]:
        overlooked = self.marks.overlooked(self.tree) if MARK in self.words else ()
        for problem in [*self.marks.unreadable.values(), *overlooked]:
            yield Finding(
                RULE,
                f"the mark agent_task cannot be read: {problem.message}",
                self.path,
                problem.line,
                problem.column,
                fix='write @pytest.mark.agent_task("ID") directly on the test or its class, or in pytestmark',
            )


def _does_not_parse(path: str, error: Exception) -> Finding:
    line = error.lineno or 0 if isinstance(error, SyntaxError) else 0
    reason = error.msg if isinstance(error, SyntaxError) else str(error)
    return Finding(RULE, f"the test file does not parse: {reason}", path, line, fix="correct the syntax")


def _pytestmarks(body: Sequence[ast.stmt]) -> list[ast.expr]:
    """Whatever a body assigns to `pytestmark`."""
    return [value for node in nodes_of(body) for name, value in assigned(node) if name == "pytestmark"]


def _members(found: TestClass) -> Iterator[tuple[Definition, bool]]:
    """The definitions of a class and what it inherits in this file, each with whether it is the one that counts."""
    hidden: set[str] = set()
    for one in found.lineage:
        for node in definitions_in(one.node.body):
            if node.name not in hidden:
                yield node, found.members.get(node.name) is node
        hidden |= one.scope.bound


def _certain_functions(items: Sequence[_Item]) -> tuple[TestFunction, ...]:
    found = {item.nodeid: TestFunction(item.nodeid, item.line, item.tasks) for item in items if item.certain}
    return tuple(found.values())


def _join(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _is_main_guard(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and not statement.orelse and "__name__" in ast.unparse(statement.test)
