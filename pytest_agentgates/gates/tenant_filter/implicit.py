"""Projects that add the tenant to every query in one place: a listener of the session that adds loader criteria."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.gates.tenant_filter.rules import OPTIONAL, UNBOUND
from pytest_agentgates.gates.tenant_filter.world import World
from pytest_agentgates.source.project_facts import read_source

_CRITERIA, _EVENT = "with_loader_criteria", "do_orm_execute"


@dataclass(frozen=True, slots=True)
class ImplicitScope:
    """Where the tenant is added to every query of mapped classes."""

    path: str
    line: int
    code: str
    what: str = "every query of mapped classes"

    def advice(self, left: int) -> Finding:
        """The one finding that stands for those of the queries."""
        message = f"{self.what} is given the tenant here; {left} without a predicate of their own are left to run time"
        fix = "judge them by tenant_runtime, or pass the tenant to each query"
        return Finding(
            UNBOUND.code, message, self.path, self.line, 1, fix, severity=Severity.WARNING, snippet=self.code
        )


def implicit_scope(world: World, judged: Sequence[str]) -> ImplicitScope | None:
    """The first listener that adds the tenant to every query, None where there is none."""
    for path in judged:
        if _may_listen(world, path):
            for call in _criteria(world, path):
                file = world.files.of(path)
                return ImplicitScope(path, call.lineno, file.code(call.lineno) if file is not None else "")
    return None


def scope_of_managers(world: World) -> ImplicitScope | None:
    """The first manager that adds the tenant to the queries that begin at it, None where there is none."""
    places = [(one.defined.file.path, one.defined.node.lineno, one.defined) for one in world.implicit.values()]
    if not places:
        return None
    path, line, defined = min(places, key=lambda one: one[:2])
    more = f" (and at {len(places) - 1} more)" if len(places) > 1 else ""
    return ImplicitScope(path, line, defined.file.code(line), f"every query that begins at this manager{more}")


def optional_managers(world: World) -> Iterator[Finding]:
    """Managers that add the tenant in some ways only: where it is not known, all rows are read."""
    message = "the manager adds the tenant in some ways only; without one every row is read"
    fix = "raise where no tenant is known"
    for defined in (one.defined for one in world.implicit.values() if not one.is_always):
        line = defined.node.lineno
        yield Finding(OPTIONAL.code, message, defined.file.path, line, 1, fix, snippet=defined.file.code(line))


def _may_listen(world: World, path: str) -> bool:
    project = world.files.project
    if not any(one.target.startswith("sqlalchemy") for one in project.imports(path)):
        return False
    source = read_source(project.root, path)
    return isinstance(source, bytes) and _CRITERIA.encode() in source and _EVENT.encode() in source


def _criteria(world: World, path: str) -> Iterator[ast.Call]:
    """The calls in listeners of the session whose condition names a tenant column."""
    file = world.files.of(path)
    listeners = _listeners(file.tree) if file is not None else frozenset()
    for defined in world.defined(path).values():
        if defined.node.name in listeners:
            for node in ast.walk(defined.node):
                if isinstance(node, ast.Call) and _last(node.func) == _CRITERIA and _compares(world, node.args):
                    yield node


def _listeners(tree: ast.Module) -> frozenset[str]:
    """The functions that are decorated with, or given to, a listener for the event."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if any(isinstance(one, ast.Call) and _names_event(one) for one in node.decorator_list):
                found.add(node.name)
        elif isinstance(node, ast.Call) and _names_event(node):
            found.update(one.id for one in node.args if isinstance(one, ast.Name))
    return frozenset(found)


def _names_event(call: ast.Call) -> bool:
    return any(isinstance(one, ast.Constant) and one.value == _EVENT for one in call.args)


def _compares(world: World, arguments: Iterable[ast.expr]) -> bool:
    """Whether a condition says that a tenant column equals something."""
    return any(
        isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.Eq)
        and any(
            isinstance(side, ast.Attribute) and side.attr in world.entities.tenant_names
            for side in (node.left, *node.comparators)
        )
        for one in arguments
        for node in ast.walk(one)
    )


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
