"""Whether a function that takes the tenant from the client checks that the client belongs to it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from pytest_agentgates.gates.tenant_filter.class_syntax import Function
from pytest_agentgates.gates.tenant_filter.functions import Reading
from pytest_agentgates.gates.tenant_filter.parameters import is_dependency, is_route_mark
from pytest_agentgates.gates.tenant_filter.world import Defined

Find = Callable[[str], Defined | None]
_SILENT = frozenset({"print", "debug", "info", "warning", "error", "exception", "log", "str", "int", "UUID", "append"})
_DEEPEST = 3


def is_checked(reading: Reading, clients: frozenset[str], tenant_names: frozenset[str], find: Find) -> bool:
    """Whether a membership is looked up, the tenant compared, or handed to something that may check it."""
    node = reading.defined.node
    if isinstance(node, ast.ClassDef):
        return True
    if any(one.judged.clients and one.judged.has_identity for one in reading.executed):
        return True
    names = _Names(clients, tenant_names)
    lines = {one.statement for one in reading.executed if one.judged.clients}
    return _by_dependency(reading.defined, node, tenant_names, find) or any(
        _checks(statement, names, lines) for statement in ast.walk(node) if isinstance(statement, ast.stmt)
    )


class _Names:
    """What stands for the tenant in an expression."""

    def __init__(self, clients: frozenset[str], tenant_names: frozenset[str]) -> None:
        self.clients = clients
        self.tenant = tenant_names

    def stand_in(self, node: ast.AST) -> bool:
        return any(self._is_tenant(one) for one in ast.walk(node))

    def _is_tenant(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self.clients
        if isinstance(node, ast.Attribute):
            return node.attr in self.tenant
        return isinstance(node, ast.Subscript) and getattr(node.slice, "value", None) in self.tenant


def _checks(statement: ast.stmt, names: _Names, queries: set[int]) -> bool:
    """A test that compares the tenant or asks a function of it, or a call for its own sake; queries are no checks."""
    if isinstance(statement, (ast.If, ast.Assert, ast.While)):
        return any(_compares(one, names) or _asks(one, names) for one in ast.walk(statement.test))
    if statement.lineno in queries or not isinstance(statement, (ast.Expr, ast.Assign)):
        return False
    calls = [one for one in ast.walk(statement.value) if isinstance(one, ast.Call)]
    return any(_asks(one, names) for one in calls)


def _compares(node: ast.AST, names: _Names) -> bool:
    if not isinstance(node, ast.Compare):
        return False
    sides = (node.left, *node.comparators)
    return any(names.stand_in(one) for one in sides) and not any(isinstance(one, ast.Constant) for one in sides)


def _asks(node: ast.AST, names: _Names) -> bool:
    if not isinstance(node, ast.Call) or _last(node.func) in _SILENT:
        return False
    given = [*node.args, *(one.value for one in node.keywords)]
    return any(names.stand_in(one) for one in given)


def _by_dependency(defined: Defined, node: Function, tenant_names: frozenset[str], find: Find) -> bool:
    """Whether the framework calls something before the handler that may look at the tenant."""
    for mark in node.decorator_list:
        if not is_route_mark(mark):
            return True
        if isinstance(mark, ast.Call) and any(one.arg == "dependencies" for one in mark.keywords):
            return True
    return any(_may_check(defined, one, tenant_names, find, 0) for one in _dependencies(node))


def _dependencies(node: Function) -> Iterator[ast.expr]:
    arguments = node.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    held = (*arguments.defaults, *arguments.kw_defaults, *(one.annotation for one in every))
    for one in held:
        for call in ast.walk(one) if one is not None and is_dependency(one) else ():
            if isinstance(call, ast.Call) and is_dependency(call) and call.args:
                yield call.args[0]


def _may_check(defined: Defined, node: ast.expr, tenant_names: frozenset[str], find: Find, depth: int) -> bool:
    """Whether a dependency sees the tenant that the client names; one that is not known may."""
    found = find(defined.names.canonical(node))
    if found is None or isinstance(found.node, ast.ClassDef) or depth > _DEEPEST:
        return True
    arguments = found.node.args
    names = {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    if names & (tenant_names | {"request"}):
        return True
    return any(_may_check(found, one, tenant_names, find, depth + 1) for one in _dependencies(found.node))


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
