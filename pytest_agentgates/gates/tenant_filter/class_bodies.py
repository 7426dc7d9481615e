"""Reads what stands outside of functions: module level, class bodies, and the query sets that views leave to Django."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from pytest_agentgates.gates.tenant_filter.arguments import Arguments
from pytest_agentgates.gates.tenant_filter.binding import Judged
from pytest_agentgates.gates.tenant_filter.combine import choices, either
from pytest_agentgates.gates.tenant_filter.evaluate import evaluate
from pytest_agentgates.gates.tenant_filter.frame import Executed, Frame, queries_in
from pytest_agentgates.gates.tenant_filter.functions import Reading
from pytest_agentgates.gates.tenant_filter.helpers import inline
from pytest_agentgates.gates.tenant_filter.managers import default_queryset, manager
from pytest_agentgates.gates.tenant_filter.model_forms import offered
from pytest_agentgates.gates.tenant_filter.statements import follow
from pytest_agentgates.gates.tenant_filter.values import UNKNOWN, Callee, Query, Thing
from pytest_agentgates.gates.tenant_filter.world import Defined, World

_VIEWS = ("ListView", "DetailView", "UpdateView", "DeleteView")
_GENERIC = "django.views.generic"
_SETS_IT = "queryset"


def read_bodies(world: World, path: str) -> Iterator[Reading]:
    """What a file executes outside of functions."""
    body = world.body(path)
    if body is not None:
        yield _read(world, body)
    for found in world.defined(path).values():
        if isinstance(found.node, ast.ClassDef) and world.entities.table(found.name) is None:
            yield _read_class(world, found)


def _read(world: World, body: Defined) -> Reading:
    frame = Frame(world, body, {}, "")
    follow(frame, body.node.body, evaluate)
    return _reading(frame)


def _read_class(world: World, found: Defined) -> Reading:
    body = world.class_body(found)
    frame = Frame(world, body, {}, found.name)
    for statement in body.node.body:
        _choices(frame, statement, _is_validated(found.node, statement))
    if frame.executed and _is_set_later(found.node):
        frame.executed[:] = [_unsure(one) for one in frame.executed]
    _view(frame, found)
    for entity, line in offered(world, found):
        frame.execute(manager(frame, entity, "objects", line, evaluate) or UNKNOWN)
    return _reading(frame)


def _reading(frame: Frame) -> Reading:
    return Reading(frame.home, tuple(frame.executed), (), tuple(frame.documents), tuple(frame.statements), ())


def _choices(frame: Frame, statement: ast.stmt, is_validated: bool) -> None:
    """Execute the query set that a class gives a field: what a client may choose from."""
    for node in ast.walk(statement):
        if isinstance(node, ast.keyword) and node.arg == _SETS_IT:
            frame.statement = statement.lineno
            found = evaluate(frame, node.value)
            ways = [replace(one, is_open=one.is_open or is_validated) for one in queries_in(found)]
            frame.execute(either(*ways) if ways else found)


def _is_validated(node: ast.AST, statement: ast.stmt) -> bool:
    """Whether a method that validates names the field: `attrs["order"]`, `validate_order`."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    names = {one.id for one in targets if isinstance(one, ast.Name)}
    methods = [one for one in ast.iter_child_nodes(node) if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
    validating = [one for one in methods if one.name.startswith(("validate", "clean"))]
    named = {one.value for method in validating for one in ast.walk(method) if isinstance(one, ast.Constant)}
    own = {one.name.removeprefix("validate_").removeprefix("clean_") for one in validating}
    return bool(names & (named | own) or {name.removesuffix("_id") for name in names} & named)


def _is_set_later(node: ast.AST) -> bool:
    """Whether a method gives a field its query set: `self.fields["order"].queryset = ...`."""
    targets = (target for one in ast.walk(node) if isinstance(one, ast.Assign) for target in one.targets)
    return any(isinstance(one, ast.Attribute) and one.attr == _SETS_IT for one in targets)


def _unsure(one: Executed) -> Executed:
    return replace(one, judged=Judged(unsure=one.judged.unbound, owned=one.judged.owned))


def _view(frame: Frame, found: Defined) -> None:
    """Execute what the framework reads for a view that has no method of its own for it."""
    queries = _queries(frame, found)
    if not any(isinstance(one, Query) for one in choices(queries)):
        return
    method = frame.world.method(found.name, "get_queryset")
    if method is not None and method.owner == found.name:
        return
    if method is not None:
        queries = inline(frame, method, _no_arguments(found, queries), Callee(found.name, is_instance=True), evaluate)
    for one in choices(queries):
        if isinstance(one, Query):
            is_narrowed = frame.world.method(found.name, "filter_queryset") is not None
            frame.execute(replace(one, is_open=one.is_open or is_narrowed))


def _queries(frame: Frame, found: Defined) -> Thing:
    is_rest = frame.world.class_value(found.name, _SETS_IT) is not None
    if not is_rest and not _is_view(frame, found):
        return Callee(found.name)
    return default_queryset(frame, found.name, found.node.lineno, evaluate) or Callee(found.name)


def _is_view(frame: Frame, found: Defined) -> bool:
    """Whether a class is a generic view of Django that reads rows, and finds them by its `model` alone."""
    bases = [one.names.canonical(base) for one in frame.world.lineage(found.name) for base in _bases(one)]
    is_generic = any(base.startswith(_GENERIC) and base.endswith(_VIEWS) for base in bases)
    return is_generic and frame.world.method(found.name, "get_object") is None


def _bases(found: Defined) -> list[ast.expr]:
    return found.node.bases if isinstance(found.node, ast.ClassDef) else []


def _no_arguments(found: Defined, queries: Thing) -> Arguments:
    line = next((one.line for one in choices(queries) if isinstance(one, Query)), found.node.lineno)
    name = ast.Name("get_queryset", ast.Load(), lineno=line, col_offset=0)
    return Arguments(ast.Call(name, [], [], lineno=line, col_offset=0), (), {}, is_open=False)
