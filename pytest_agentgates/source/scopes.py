"""What the statements of a module or a class body bind, and what is certain of it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_REACH_AROUND = frozenset({"setattr", "delattr", "globals", "vars", "locals", "exec", "eval"})


@dataclass(frozen=True)
class Scope:
    """One body: `definitions` are plain and final, `once` those of them that nothing else binds.

    `bound` are all names bound in any way; `is_open` where names may come and go unseen.
    """

    definitions: dict[str, Definition]
    once: frozenset[str]
    bound: frozenset[str]
    is_open: bool


def read_scope(body: Sequence[ast.stmt], rebound: Iterable[str] = ()) -> Scope:
    """Read the statements of one body; `rebound` are names that functions bind anew by `global`."""
    bindings: dict[str, list[Definition | None]] = {}
    is_open = False
    for statement in body:
        if isinstance(statement, Definition):
            bindings.setdefault(statement.name, []).append(statement)
            continue
        if _reaches_around(statement):
            is_open = True
            _add(bindings, bindings)
        _add(bindings, _names_bound(statement))
    _add(bindings, rebound)
    last = {name: found[-1] for name, found in bindings.items()}
    definitions = {name: found for name, found in last.items() if found is not None}
    once = frozenset(name for name in definitions if len(bindings[name]) == 1)
    return Scope(definitions, once, frozenset(bindings), is_open)


def definitions_in(body: Sequence[ast.stmt]) -> Iterator[Definition]:
    """Every function and class of a body, those under `if`, `try`, `with` and loops included."""
    yield from (node for node in nodes_of(body) if isinstance(node, Definition))


def nodes_of(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """The statements of a body and everything that runs with them, but nothing inside definitions."""
    for statement in body:
        yield statement
        if not isinstance(statement, Definition):
            yield from nodes_run_by(statement)


def nodes_run_by(node: ast.AST) -> Iterator[ast.AST]:
    """Everything below a node that runs together with it: definitions themselves, but nothing inside them."""
    pending = list(ast.iter_child_nodes(node))
    while pending:
        child = pending.pop()
        yield child
        if not isinstance(child, (*_FUNCTIONS, ast.ClassDef)):
            pending.extend(ast.iter_child_nodes(child))


def globals_in(tree: ast.Module) -> Iterator[str]:
    """The names that functions of a module declare `global`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield from node.names


def _add(bindings: dict[str, list[Definition | None]], names: Iterable[str]) -> None:
    for name in list(names):
        bindings.setdefault(name, []).append(None)


def _reaches_around(statement: ast.stmt) -> bool:
    """Whether a statement may bind or remove names that it does not spell out."""
    for node in nodes_run_by(statement):
        if isinstance(node, ast.alias) and node.name == "*":
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _REACH_AROUND:
            return True
        if isinstance(node, ast.Attribute) and node.attr in ("modules", "__dict__"):
            return True
    return False


def _names_bound(statement: ast.stmt) -> Iterator[str]:
    for node in (statement, *nodes_run_by(statement)):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                yield from _root_name(node)
            case ast.alias(name=name, asname=other):
                yield other or name.partition(".")[0]
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name


def _root_name(node: ast.expr) -> Iterator[str]:
    """`Some` of `Some.attribute[0] = ...`: it is no longer what its definition says."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
