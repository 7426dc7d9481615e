"""What the local names of a test stand for, as far as single assignments tell."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from pytest_agentgates.source.scopes import nodes_of

_DEPTH = 4
_LARGEST = 200  # nodes of a value that is still written out


@dataclass(frozen=True)
class Values:
    """The values of names that are assigned once; the names of a function shadow those of the module."""

    by_name: Mapping[str, ast.expr]

    def within(self, function: ast.AST) -> Values:
        """The values seen inside a function."""
        parts = list(ast.iter_child_nodes(function))
        inside = [node for part in parts if isinstance(part, ast.stmt) for node in ast.walk(part)]
        heads = [node for part in parts if not isinstance(part, ast.stmt) for node in ast.walk(part)]
        parameters = {node.arg for node in (*heads, *inside) if isinstance(node, ast.arg)}
        bound = _bound_in(inside)
        own = {name: value for name, value in _single(inside, bound).items() if name not in parameters}
        hidden = bound.keys() | parameters
        return Values({**{name: value for name, value in self.by_name.items() if name not in hidden}, **own})

    def fill(self, node: ast.expr) -> ast.expr:
        """The expression with such names replaced by their values, in a copy; itself where it has none of them."""
        filled: ast.expr = self._filled(node)
        return filled

    def fill_statement(self, node: ast.stmt) -> ast.stmt:
        """The same for a statement."""
        filled: ast.stmt = self._filled(node)
        return filled

    def _filled(self, node: ast.AST) -> Any:
        if not any(isinstance(name, ast.Name) and name.id in self.by_name for name in ast.walk(node)):
            return node
        return _Filler(self.by_name).visit(copy.deepcopy(node))


def module_values(tree: ast.Module) -> Values:
    """The values that a module assigns once at its own level."""
    statements = [node for node in nodes_of(tree.body) if isinstance(node, ast.stmt)]
    return Values(_single(statements, Counter(name for node in statements for name in _bound_by(node))))


def shape_of(node: ast.AST) -> str:
    """The source of a node with its literals left out."""
    return source_of(_Shaper().visit(copy.deepcopy(node)))


def source_of(node: ast.AST) -> str:
    """The source of a node; its structure where it cannot be written, as a quote inside an f-string before 3.12."""
    try:
        return ast.unparse(node)
    except ValueError:
        return ast.dump(node)


def _single(nodes: Iterable[ast.AST], bound: Mapping[str, int]) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            found[node.target.id] = node.value
    return {name: value for name, value in found.items() if bound[name] == 1 and _is_small(value)}


def _bound_in(nodes: Iterable[ast.AST]) -> Counter[str]:
    """How often names are bound; once more below `except` and `case`, which may never be reached."""
    bound: Counter[str] = Counter()
    for node in nodes:
        if isinstance(node, ast.ExceptHandler | ast.match_case):
            bound.update(name.id for name in ast.walk(node) if _is_store(name))
        elif _is_store(node):
            bound[node.id] += 1
    return bound


def _bound_by(node: ast.stmt) -> list[str]:
    """The names that a statement binds, without those of the statements inside it."""
    return [name.id for head in _heads(node) for name in ast.walk(head) if _is_store(name)]


def _heads(node: ast.stmt) -> list[ast.AST]:
    return [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]


def _is_store(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _is_small(node: ast.expr) -> bool:
    return sum(1 for _ in zip(ast.walk(node), range(_LARGEST), strict=False)) < _LARGEST


class _Filler(ast.NodeTransformer):
    def __init__(self, values: Mapping[str, ast.expr], depth: int = _DEPTH) -> None:
        self.values = values
        self.depth = depth

    def visit_Name(self, node: ast.Name) -> ast.expr:
        value = self.values.get(node.id)
        if value is None or not isinstance(node.ctx, ast.Load) or not self.depth:
            return node
        filled: ast.expr = _Filler(self.values, self.depth - 1).visit(copy.deepcopy(value))
        return filled


class _Shaper(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return ast.copy_location(ast.Name("_", ast.Load()), node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        return ast.copy_location(ast.Name("_", ast.Load()), node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            return ast.copy_location(ast.Name("_", ast.Load()), node)
        self.generic_visit(node)
        return node
