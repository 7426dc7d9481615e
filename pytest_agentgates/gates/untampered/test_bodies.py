"""What each test of a file does: its checks, where they stand, and what keeps it from running."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pytest_agentgates.gates.untampered.checks import (
    Check,
    check_of_assert,
    check_of_call,
    check_of_context,
)
from pytest_agentgates.gates.untampered.flaws import is_empty
from pytest_agentgates.gates.untampered.skips import Function, Skip, skips_of
from pytest_agentgates.gates.untampered.values import Values, module_values, source_of
from pytest_agentgates.source.task_marks import Aliases, read_aliases

_SWALLOWING = frozenset({"AssertionError", "Exception", "BaseException"})
_THREADS = frozenset({"Thread", "Timer", "start_new_thread"})


@dataclass(frozen=True)
class TestBody:
    """One test: `cases` counts its literal parameter sets, None where they cannot be counted."""

    __test__ = False  # pytest would take the name for a test class

    name: str
    line: int
    checks: tuple[Check, ...]
    cases: int | None
    flaws: tuple[str, ...] = ()

    @property
    def live(self) -> tuple[Check, ...]:
        """The checks that can fail."""
        return tuple(check for check in self.checks if not check.flaw)


@dataclass(frozen=True)
class TestModule:
    """The tests of one file by name (`test_a`, `TestB::test_c`), and what skips them."""

    __test__ = False  # pytest would take the name for a test class

    tests: dict[str, TestBody]
    skips: tuple[Skip, ...]


def read_tests(tree: ast.Module) -> TestModule:
    """Read every function of a file that could be a test, whatever its name."""
    aliases, values = read_aliases(tree), module_values(tree)
    tests = {name: _BodyReader(node, values, aliases).read(name) for name, node in functions_of(tree.body)}
    return TestModule(tests, tuple(skips_of(tree, aliases)))


def functions_of(body: Sequence[ast.stmt], above: str = "") -> Iterator[tuple[str, Function]]:
    """The functions and methods of a file, each with the name that pytest gives it."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{above}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from functions_of(node.body, f"{above}{node.name}::")
        elif isinstance(node, ast.If | ast.Try | ast.With):
            yield from functions_of(node.body, above)


@dataclass
class _BodyReader:
    node: Function
    outer: Values
    aliases: Aliases

    def read(self, name: str) -> TestBody:
        """The checks of the function and of those defined inside it that it runs."""
        self.values = self.outer.within(self.node)
        self.threaded = frozenset(self._threaded())
        checks = tuple(self._in_body(self.node.body, ""))
        return TestBody(name, self.node.lineno, checks, self._cases(), tuple(self._flaws()))

    def _in_body(self, body: Sequence[ast.stmt], flaw: str) -> Iterator[Check]:
        for statement in body:
            yield from self._in_statement(statement, flaw)
            if _leaves(statement):
                flaw = flaw or "it is never reached"

    def _in_statement(self, node: ast.stmt, flaw: str) -> Iterator[Check]:
        match node:
            case ast.Assert():
                yield from self._flawed(check_of_assert(node, self.values), flaw)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from self._in_inner(node, flaw)
            case ast.With() | ast.AsyncWith():
                yield from self._in_with(node, flaw)
            case ast.Try():
                yield from self._in_body(node.body, flaw or _swallowed(node.handlers))
                for handler in node.handlers:
                    yield from self._in_body(handler.body, flaw)
                yield from self._in_body([*node.orelse, *node.finalbody], flaw)
            case ast.For() | ast.AsyncFor() | ast.While() | ast.If():
                yield from self._in_branch(node, flaw)
            case _:
                yield from self._flawed(self._calls_in(node), flaw)

    def _in_inner(self, node: Function, flaw: str) -> Iterator[Check]:
        if node.name in self.threaded:
            flaw = flaw or "it runs in a thread, where a failure is only a warning"
        elif not self._is_used(node.name):
            flaw = flaw or "the function around it is never called"
        yield from self._in_body(node.body, flaw)

    def _in_with(self, node: ast.With | ast.AsyncWith, flaw: str) -> Iterator[Check]:
        contexts = [item.context_expr for item in node.items]
        found = [check_of_context(context, self.values, node.body) for context in contexts]
        yield from self._flawed((check for check in found if check), flaw)
        if any(self._suppresses(context) for context in contexts):
            flaw = flaw or "its failure is swallowed"
        yield from self._in_body(node.body, flaw)

    def _in_branch(self, node: ast.For | ast.AsyncFor | ast.While | ast.If, flaw: str) -> Iterator[Check]:
        source = self.values.fill(node.test if isinstance(node, ast.While | ast.If) else node.iter)
        never = _is_false(source) if isinstance(node, ast.While | ast.If) else is_empty(source)
        yield from self._in_body(node.body, flaw or ("it stands in a branch that never runs" if never else ""))
        yield from self._in_body(node.orelse, flaw)

    def _calls_in(self, node: ast.stmt) -> Iterator[Check]:
        for call in ast.walk(node):
            check = check_of_call(call, self.values) if isinstance(call, ast.Call) else None
            if check:
                yield check

    def _suppresses(self, node: ast.expr) -> bool:
        if not isinstance(node, ast.Call):
            return False
        name = self.aliases.dotted(node.func)
        kinds = {source_of(argument) for argument in node.args}
        return name in ("contextlib.suppress", "pytest.raises") and bool(kinds & _SWALLOWING - {"Exception"})

    def _threaded(self) -> Iterator[str]:
        """The names of inner functions that are handed to a thread."""
        for call in ast.walk(self.node):
            if isinstance(call, ast.Call) and self.aliases.dotted(call.func).rpartition(".")[2] in _THREADS:
                given = [*call.args, *(keyword.value for keyword in call.keywords)]
                yield from (argument.id for argument in given if isinstance(argument, ast.Name))

    def _is_used(self, name: str) -> bool:
        return any(
            isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
            for node in ast.walk(self.node)
        ) or any(
            isinstance(node, ast.FunctionDef) and node.name == name and node.decorator_list
            for node in ast.walk(self.node)
        )

    def _cases(self) -> int | None:
        """The product of the literal parameter sets; 1 without any."""
        count = 1
        for decorator in self.node.decorator_list:
            if self.aliases.called(decorator) != "pytest.mark.parametrize" or not isinstance(decorator, ast.Call):
                continue
            sets = self.outer.fill(decorator.args[1]) if len(decorator.args) > 1 else None
            if sets is not None and is_empty(sets):
                return 0
            if not isinstance(sets, ast.List | ast.Tuple):
                return None
            count *= len(sets.elts)
        return count

    def _flaws(self) -> Iterator[str]:
        """What keeps the whole test from checking anything."""
        if self._cases() == 0:
            yield "it has no parameter sets"
        for decorator in self.node.decorator_list:
            if isinstance(decorator, ast.Call) and self.aliases.called(decorator) == "hypothesis.settings":
                yield from (_idle(keyword) for keyword in decorator.keywords if _idle(keyword))

    @staticmethod
    def _flawed(checks: Iterator[Check] | Sequence[Check], flaw: str) -> Iterator[Check]:
        for check in checks:
            yield replace(check, flaw=check.flaw or flaw)


def _idle(keyword: ast.keyword) -> str:
    """Why hypothesis generates nothing."""
    if keyword.arg == "phases" and "generate" not in source_of(keyword.value):
        return "its settings leave out the phase that generates examples"
    value = keyword.value
    if keyword.arg == "max_examples" and isinstance(value, ast.Constant) and value.value in (0, 1):
        return "its settings allow hardly any example"
    return ""


def _swallowed(handlers: Sequence[ast.ExceptHandler]) -> str:
    for handler in handlers:
        kinds = {source_of(node) for node in ast.walk(handler.type)} if handler.type else _SWALLOWING
        goes_on = not any(isinstance(node, ast.Raise | ast.Assert | ast.Call) for node in ast.walk(handler))
        if kinds & _SWALLOWING and goes_on:
            return "its failure is swallowed"
    return ""


def _leaves(node: ast.stmt) -> bool:
    return isinstance(node, ast.Return | ast.Raise | ast.Continue | ast.Break)


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value
