"""What keeps the tests of a file from running: marks, decorators and calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_agentgates.gates.untampered.values import source_of
from pytest_agentgates.source.task_marks import Aliases, assigned

Function = ast.FunctionDef | ast.AsyncFunctionDef
_SKIPS = frozenset(
    {
        "pytest.mark.skip",
        "pytest.mark.skipif",
        "pytest.mark.xfail",
        "pytest.skip",
        "pytest.xfail",
        "pytest.importorskip",
        "unittest.skip",
        "unittest.skipIf",
        "unittest.skipUnless",
        "unittest.expectedFailure",
        "unittest.SkipTest",
    }
)


@dataclass(frozen=True)
class Skip:
    """Something that keeps tests from running; `scope` is the test, the class, or empty for the module."""

    scope: str
    text: str
    line: int


def skips_of(tree: ast.Module, aliases: Aliases) -> Iterator[Skip]:
    """Everything in a file that skips a test, a class or the module, or expects it to fail."""
    yield from _skips_of_body(tree.body, "", aliases)
    for name, node in _decorated(tree.body):
        for decorator in node.decorator_list:
            if aliases.called(decorator) in _SKIPS:
                yield Skip(name, source_of(decorator), decorator.lineno)
        if isinstance(node, ast.ClassDef):
            yield from _skips_of_body(node.body, name, aliases)
        else:
            yield from _skip_calls(node, name, aliases)


def _decorated(body: Sequence[ast.stmt], above: str = "") -> Iterator[tuple[str, Function | ast.ClassDef]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield f"{above}{node.name}", node
            yield from _decorated(node.body, f"{above}{node.name}::")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{above}{node.name}", node


def _skips_of_body(body: Sequence[ast.stmt], scope: str, aliases: Aliases) -> Iterator[Skip]:
    for statement in body:
        for name, value in assigned(statement):
            marks = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
            for mark in marks if name == "pytestmark" else ():
                if aliases.called(mark) in _SKIPS:
                    yield Skip(scope, source_of(mark), mark.lineno)
        if isinstance(statement, ast.Expr | ast.If | ast.Raise | ast.Assign):
            yield from _skip_calls(statement, scope, aliases)


def _skip_calls(node: ast.AST, scope: str, aliases: Aliases) -> Iterator[Skip]:
    for found in ast.walk(node):
        if isinstance(found, ast.Call) and aliases.dotted(found.func) in _SKIPS - {"pytest.mark.skip"}:
            name = aliases.dotted(found.func)
            if not name.startswith("pytest.mark."):
                yield Skip(scope, source_of(found), found.lineno)
