"""Managers and query sets of Django: what they begin with, what a project adds to them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from pytest_agentgates.gates.tenant_filter.arguments import Arguments
from pytest_agentgates.gates.tenant_filter.combine import choices, either
from pytest_agentgates.gates.tenant_filter.frame import DEEPEST, Frame
from pytest_agentgates.gates.tenant_filter.helpers import inline
from pytest_agentgates.gates.tenant_filter.values import Callee, Entity, Query, Thing, Use
from pytest_agentgates.gates.tenant_filter.world import Defined, ImplicitManager

Evaluate = Callable[[Frame, ast.expr], Thing]
_MANAGERS = frozenset({"objects", "_default_manager", "_base_manager", "all_objects", "unscoped", "unfiltered"})
_UNSCOPED = frozenset({"_base_manager", "unscoped", "unfiltered"})
_OF_SCOPES = "django_scopes."
_HOOK = ("get_queryset", "get_query_set")


def manager(frame: Frame, entity: Entity, name: str, line: int, evaluate: Evaluate) -> Thing | None:
    """The queries that start at a manager of a Django class."""
    table = frame.world.entities.table(entity.key)
    if table is None:
        return None
    made_of = dict(table.managers).get(name)
    if made_of is None and name not in _MANAGERS:
        return None
    uses = (Use(entity.ref, entity.key, line),)
    start = Query(uses, (), line, "django", selected=entity.ref, loads_by_key=name in _UNSCOPED)
    if made_of is not None and made_of.startswith(_OF_SCOPES):
        where = frame.world.find(entity.key)
        frame.world.implicit.update({made_of: ImplicitManager(where)} if where is not None else {})
        return replace(start, is_implicit=True)
    hook = _hook(frame, made_of) if made_of is not None else None
    return _started(frame, start, hook, evaluate) if hook is not None else start


def method_of(frame: Frame, query: Query, name: str) -> Defined | None:
    """The method of that name that a manager or query set of the project gives the queries of a class."""
    subject = next((use for use in query.uses if use.ref == query.selected), None)
    table = frame.world.entities.table(subject.key) if subject is not None else None
    if table is None or name in _HOOK or frame.depth > DEEPEST:
        return None
    found = (frame.world.method(made_of, name) for _, made_of in table.managers)
    return next((one for one in found if one is not None), None)


def default_queryset(frame: Frame, owner: str, line: int, evaluate: Evaluate) -> Thing | None:
    """What a view of the framework reads that says nothing of its own: its `queryset`, else all rows of its `model`."""
    for name in ("queryset", "model"):
        held = frame.world.class_value(owner, name)
        if held is not None and frame.depth <= DEEPEST:
            expression, where = held
            found = evaluate(Frame(frame.world, where, {}, owner, frame.depth + 1), expression)
            if isinstance(found, Entity):
                return manager(frame, found, "objects", line, evaluate)
            if isinstance(found, Query):
                return found
    return None


def _hook(frame: Frame, made_of: str) -> Defined | None:
    found = (frame.world.method(made_of, name) for name in _HOOK)
    return next((one for one in found if one is not None), None)


def _started(frame: Frame, start: Query, hook: Defined, evaluate: Evaluate) -> Thing:
    """What `get_queryset` of the project gives; where it adds the tenant, whose it is shows at run time only."""
    name = ast.Name(hook.node.name, ast.Load(), lineno=start.line, col_offset=0)
    given = Arguments(ast.Call(name, [], [], lineno=start.line, col_offset=0), (), {}, is_open=False)
    found = inline(frame, hook, given, Callee(hook.owner, is_instance=True, receiver=start), evaluate)
    ways = [one for one in choices(found) if isinstance(one, Query)]
    bound = [frame.judge(one).is_bound for one in ways] or [_names_tenant(frame, hook)]
    if frame.world.entities.is_owned(start.selected) and any(bound):
        frame.world.implicit[hook.name] = ImplicitManager(hook, all(bound))
        return replace(start, is_implicit=True)
    return either(*ways) if ways else start


def _names_tenant(frame: Frame, hook: Defined) -> bool:
    names = frame.world.entities.tenant_names
    filters = [one for one in ast.walk(hook.node) if isinstance(one, ast.keyword) and one.arg]
    return any(one.arg is not None and one.arg.split("__")[0] in names for one in filters)
