"""TMP008 to TMP010: product code that knows it is tested, is equal to everything, or ends the process."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.gates.untampered.equality import equality_hits
from pytest_agentgates.gates.untampered.hits import Hit
from pytest_agentgates.gates.untampered.knowing import knowing_hits
from pytest_agentgates.gates.untampered.rules import ALWAYS_EQUAL, KNOWS_TESTS, LEAVES
from pytest_agentgates.gates.untampered.stand_ins import stand_in_hits
from pytest_agentgates.gates.untampered.versions import Versions
from pytest_agentgates.source.task_marks import Aliases, read_aliases

_SKIPS = frozenset({"pytest.skip", "pytest.xfail", "pytest.exit", "pytest.importorskip", "unittest.SkipTest"})
_SKIPPED = frozenset({"unittest.SkipTest", "_pytest.outcomes.Skipped", "pytest.skip.Exception"})
_EXITS = frozenset({"os._exit", "os.abort", "signal.raise_signal"})
_FIXES = {
    KNOWS_TESTS.code: "let it do the same whether it is tested or not",
    ALWAYS_EQUAL.code: "compare what the objects hold",
    LEAVES.code: "raise an error of your own and let the caller decide",
}


def accuse_product(file: Versions) -> Iterator[Finding]:
    """What one product file does now and did not do at the base."""
    if file.new_tree is None:
        return
    old = Counter((hit.rule.code, hit.text) for hit in _hits(file.old_tree, file.path)) if file.old_tree else Counter()
    for hit in _hits(file.new_tree, file.path):
        if old[hit.rule.code, hit.text]:
            old[hit.rule.code, hit.text] -= 1
            continue
        severity = Severity.ERROR if hit.is_sure else Severity.WARNING
        fix, snippet = _FIXES[hit.rule.code], file.line(hit.line)
        yield Finding(hit.rule.code, hit.text, file.path, hit.line, fix=fix, severity=severity, snippet=snippet)


def _hits(tree: ast.Module, path: str) -> list[Hit]:
    aliases = read_aliases(tree)
    nodes = list(ast.walk(tree))
    leaving = (hit for node in nodes for hit in _leaving(node, aliases, tree))
    return [*knowing_hits(nodes, aliases), *equality_hits(nodes), *stand_in_hits(tree, aliases, path), *leaving]


def _leaving(node: ast.AST, aliases: Aliases, tree: ast.Module) -> Iterator[Hit]:
    """TMP010: the process ends without a word, or a test is skipped from inside."""
    match node:
        case ast.ClassDef():
            if any(aliases.dotted(base) in _SKIPPED for base in node.bases):
                yield Hit(LEAVES, f"{node.name} is an exception that skips tests", node.lineno)
        case ast.Raise(exc=ast.Name() | ast.Attribute() as raised) if aliases.dotted(raised) in _SKIPS:
            yield Hit(LEAVES, f"it raises {aliases.dotted(raised)}", node.lineno)
        case ast.Call():
            text = _ending(node, aliases, tree)
            if text:
                yield Hit(LEAVES, text, node.lineno)


def _ending(node: ast.Call, aliases: Aliases, tree: ast.Module) -> str:
    name = aliases.dotted(node.func)
    first = node.args[0] if node.args else None
    if name in _SKIPS:
        return f"it calls {name}"
    if name in _EXITS and not _forks(tree, aliases):
        return f"it calls {name}, which ends the process at once"
    if name == "os.kill" and first is not None and "getpid" in ast.unparse(first):
        return "it kills its own process"
    if name == "atexit.register" and first is not None and _exits(first, tree, aliases):
        return "it ends the process from atexit"
    return ""


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
