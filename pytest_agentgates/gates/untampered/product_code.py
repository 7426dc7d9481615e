"""TMP008 to TMP010: product code that knows it is tested, is equal to everything, or ends the process."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_agentgates.core.finding import Finding, Rule
from pytest_agentgates.gates.untampered.rules import ALWAYS_EQUAL, KNOWS_TESTS, LEAVES
from pytest_agentgates.gates.untampered.versions import Versions
from pytest_agentgates.source.task_marks import Aliases, read_aliases

_VARIABLES = ("PYTEST_CURRENT_TEST", "PYTEST_VERSION", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_TESTRUNUID")
_RUNNERS = frozenset({"pytest", "_pytest", "unittest", "unittest.mock", "_pytest.runner", "_pytest.python", "nose"})
_SKIPS = frozenset({"pytest.skip", "pytest.xfail", "pytest.exit", "pytest.importorskip", "unittest.SkipTest"})
_EXITS = frozenset({"os._exit", "os.abort", "signal.raise_signal"})
_PATCHABLE = ("_pytest.", "pytest.", "pluggy.", "unittest.", "builtins.", "subprocess.", "importlib.", "json.")
_FIXES = {
    KNOWS_TESTS.code: "let it do the same whether it is tested or not",
    ALWAYS_EQUAL.code: "compare what the objects hold",
    LEAVES.code: "raise an error of your own and let the caller decide",
}


@dataclass(frozen=True)
class Hit:
    """Something suspicious, worded so that the same thing elsewhere in the file reads the same."""

    rule: Rule
    text: str
    line: int


def accuse_product(file: Versions) -> Iterator[Finding]:
    """What one product file does now and did not do at the base."""
    if file.new_tree is None:
        return
    old = Counter((hit.rule.code, hit.text) for hit in _hits(file.old_tree)) if file.old_tree else Counter()
    for hit in _hits(file.new_tree):
        if old[hit.rule.code, hit.text]:
            old[hit.rule.code, hit.text] -= 1
            continue
        yield Finding(
            hit.rule.code, hit.text, file.path, hit.line, fix=_FIXES[hit.rule.code], snippet=file.line(hit.line)
        )


def _hits(tree: ast.Module) -> list[Hit]:
    aliases = read_aliases(tree)
    found: list[Hit] = []
    for node in ast.walk(tree):
        found += _knowing(node, aliases)
        found += _equal(node)
        found += _leaving(node, aliases, tree)
    return found


def _knowing(node: ast.AST, aliases: Aliases) -> Iterator[Hit]:
    """TMP008: asks whether it is tested, or replaces what decides outcomes."""
    match node:
        case ast.Constant(value=str() as text) if text in _VARIABLES:
            yield Hit(KNOWS_TESTS, f"it looks for {text}, which only a test run has", node.lineno)
        case ast.Compare(left=name, comparators=[where]) | ast.Subscript(value=where, slice=name):
            yield from _asking(name, where, node.lineno, aliases)
        case ast.Import() | ast.ImportFrom(module=str(), level=0):
            yield from _importing(node)
        case ast.Assign(targets=targets):
            yield from _replacing(targets, aliases, node.lineno)
        case ast.Call(func=ast.Attribute(value=where), args=[name, *_]) if aliases.dotted(where) == "sys.modules":
            yield from _asking(name, where, node.lineno, aliases)
        case ast.Call(func=function, args=[owner, ast.Constant(value=str() as attribute), _]):
            if aliases.dotted(function) in ("setattr", "builtins.setattr"):
                yield from _replaced(f"{aliases.dotted(owner)}.{attribute}", node.lineno)


def _asking(name: ast.expr, where: ast.expr, line: int, aliases: Aliases) -> Iterator[Hit]:
    runner = name.value if isinstance(name, ast.Constant) else None
    if runner in _RUNNERS and aliases.dotted(where) == "sys.modules":
        yield Hit(KNOWS_TESTS, f"it asks whether {runner} is loaded", line)


def _importing(node: ast.Import | ast.ImportFrom) -> Iterator[Hit]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    for name in names:
        if name.partition(".")[0] == "_pytest":
            yield Hit(KNOWS_TESTS, f"it imports {name}", node.lineno)


def _replacing(targets: Sequence[ast.expr], aliases: Aliases, line: int) -> Iterator[Hit]:
    for target in targets:
        if isinstance(target, ast.Attribute):
            yield from _replaced(aliases.dotted(target), line)


def _replaced(name: str, line: int) -> Iterator[Hit]:
    if name.startswith(_PATCHABLE):
        yield Hit(KNOWS_TESTS, f"it replaces {name} for the whole process", line)


def _equal(node: ast.AST) -> Iterator[Hit]:
    """TMP009: a comparison that looks at nothing."""
    if not isinstance(node, ast.ClassDef):
        return
    for member in node.body:
        if isinstance(member, ast.FunctionDef) and member.name == "__eq__" and _says_always(member, True):
            yield Hit(ALWAYS_EQUAL, f"{node.name} is equal to everything", member.lineno)
        if isinstance(member, ast.FunctionDef) and member.name == "__ne__" and _says_always(member, False):
            yield Hit(ALWAYS_EQUAL, f"{node.name} is different from nothing", member.lineno)
        if isinstance(member, ast.Assign) and _binds(member, "__eq__") and isinstance(member.value, ast.Lambda):
            body = member.value.body
            if isinstance(body, ast.Constant) and body.value is True:
                yield Hit(ALWAYS_EQUAL, f"{node.name} is equal to everything", member.lineno)


def _says_always(function: ast.FunctionDef, value: bool) -> bool:
    returns = [node for node in ast.walk(function) if isinstance(node, ast.Return)]
    return bool(returns) and all(isinstance(node.value, ast.Constant) and node.value.value is value for node in returns)


def _binds(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def _leaving(node: ast.AST, aliases: Aliases, tree: ast.Module) -> Iterator[Hit]:
    """TMP010: the process ends without a word, or a test is skipped from inside."""
    if isinstance(node, ast.ClassDef):
        for base in node.bases:
            if aliases.dotted(base) in ("unittest.SkipTest", "_pytest.outcomes.Skipped", "pytest.skip.Exception"):
                yield Hit(LEAVES, f"{node.name} is an exception that skips tests", node.lineno)
    if not isinstance(node, ast.Call):
        return
    name = aliases.dotted(node.func)
    if name in _SKIPS:
        yield Hit(LEAVES, f"it calls {name}", node.lineno)
    elif name in _EXITS and not _forks(tree, aliases):
        yield Hit(LEAVES, f"it calls {name}, which ends the process at once", node.lineno)
    elif name == "atexit.register" and node.args and _exits(node.args[0], tree, aliases):
        yield Hit(LEAVES, "it ends the process from atexit", node.lineno)


def _forks(tree: ast.Module, aliases: Aliases) -> bool:
    """Whether the file forks: a child of fork has to leave by os._exit."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(aliases.dotted(call.func) in ("os.fork", "os.forkpty", "pty.fork") for call in calls)


def _exits(handler: ast.expr, tree: ast.Module, aliases: Aliases) -> bool:
    """Whether what is registered ends the process: a lambda, a function of the file, or os._exit itself."""
    if aliases.dotted(handler) in (*_EXITS, "sys.exit"):
        return True
    body: list[ast.AST] = [handler]
    if isinstance(handler, ast.Name):
        body = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == handler.id]
    calls = (call for node in body for call in ast.walk(node) if isinstance(call, ast.Call))
    return any(aliases.dotted(call.func) in (*_EXITS, "sys.exit") for call in calls)
