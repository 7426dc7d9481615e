"""Chains of tests that take every type which a parameter may have: no way leads past them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentgates.gates.tenant_filter.frame import Frame
from pytest_agentgates.gates.tenant_filter.world import Defined, World

_GUARDS = frozenset({"TypeGuard", "TypeIs"})
_UNIONS = frozenset({"Union", "Optional"})
_DEEPEST = 4


def closed(frame: Frame, statement: ast.If) -> ast.If:
    """The chain with an end where its tests take each type that a parameter declares; else as it is."""
    chain = list(_chain(statement))
    if chain[-1].orelse:
        return statement
    tested = [_tested(frame.world, frame.home, one.test) for one in chain]
    name = tested[0][0]
    if not name or any(other != name for other, _ in tested):
        return statement
    declared = _declared(frame.world, frame.home, name)
    taken = frozenset[str]().union(*(types for _, types in tested))
    if not declared or not declared <= taken or _is_given_anew(frame.home.node, name):
        return statement
    return _ended(chain)


def _chain(statement: ast.If) -> Iterator[ast.If]:
    yield statement
    rest = statement.orelse
    if len(rest) == 1 and isinstance(rest[0], ast.If):
        yield from _chain(rest[0])


def _ended(chain: list[ast.If]) -> ast.If:
    rest: ast.stmt = ast.copy_location(ast.Raise(exc=None, cause=None), chain[-1])
    for one in reversed(chain):
        rest = ast.copy_location(ast.If(test=one.test, body=one.body, orelse=[rest]), one)
    return rest if isinstance(rest, ast.If) else chain[0]


def _tested(world: World, home: Defined, test: ast.expr) -> tuple[str, frozenset[str]]:
    """The variable that a test looks at, and the types that it takes: `isinstance`, or a function with a type guard."""
    if not isinstance(test, ast.Call) or not test.args or not isinstance(test.args[0], ast.Name):
        return "", frozenset()
    variable = test.args[0].id
    if isinstance(test.func, ast.Name) and test.func.id == "isinstance":
        return variable, frozenset(_types(world, home, test.args[-1]))
    found = world.find(home.names.canonical(test.func))
    returns = found.node.returns if found is not None and not isinstance(found.node, ast.ClassDef) else None
    if found is None or not isinstance(returns, ast.Subscript) or _last(returns.value) not in _GUARDS:
        return "", frozenset()
    return variable, frozenset(_types(world, found, returns.slice))


def _declared(world: World, home: Defined, name: str) -> frozenset[str]:
    """The types that a parameter may have, empty where it is none."""
    if isinstance(home.node, ast.ClassDef):
        return frozenset()
    arguments = home.node.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    annotation = next((one.annotation for one in every if one.arg == name), None)
    return frozenset(_types(world, home, annotation)) if annotation is not None else frozenset()


def _is_given_anew(function: ast.AST, name: str) -> bool:
    names = (node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == name)
    return any(not isinstance(node.ctx, ast.Load) for node in names)


def _types(world: World, home: Defined, node: ast.expr, depth: int = 0) -> Iterator[str]:
    """The members of a union, by dotted name; a class with a union inside counts once for each of its members."""
    for one in _members(node):
        if isinstance(one, ast.Subscript):
            plain = home.names.canonical(one.value)
            yield from (f"{plain}[{inner}]" for inner in _types(world, home, one.slice, depth))
            continue
        name = home.names.canonical(one) if isinstance(one, (ast.Name, ast.Attribute)) else ast.dump(one)
        alias = world.variable(name) if depth < _DEEPEST else None
        if alias is None:
            yield name
        else:
            yield from _types(world, alias[1], alias[0], depth + 1)


def _members(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_members(node.left), *_members(node.right)]
    if isinstance(node, ast.Tuple):
        return [inner for one in node.elts for inner in _members(one)]
    if isinstance(node, ast.Subscript) and _last(node.value) in _UNIONS:
        none = [ast.Constant(None)] if _last(node.value) == "Optional" else []
        return [*_members(node.slice), *none]
    if isinstance(node, ast.Subscript) and _last(node.value) == "Annotated" and isinstance(node.slice, ast.Tuple):
        return _members(node.slice.elts[0])
    return [node]


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
