"""What an attribute of a value stands for."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from pytest_agentgates.gates.tenant_filter.frame import DEEPEST, Frame
from pytest_agentgates.gates.tenant_filter.helpers import at_line
from pytest_agentgates.gates.tenant_filter.managers import manager
from pytest_agentgates.gates.tenant_filter.relations import relation_column
from pytest_agentgates.gates.tenant_filter.values import (
    CLIENT,
    PLAIN,
    UNKNOWN,
    Callee,
    Column,
    Entity,
    Items,
    Module,
    Plain,
    Query,
    Row,
    Source,
    Subquery,
    Thing,
    Use,
)
from pytest_agentgates.gates.tenant_filter.world import Defined

Evaluate = Callable[[Frame, ast.expr], Thing]
_CLIENT_PARTS = frozenset(
    {"data", "GET", "POST", "query_params", "args", "form", "json", "values", "body", "path_params"}
    | {"headers", "META", "cookies", "COOKIES"}
)


def attribute(frame: Frame, base: Thing, node: ast.Attribute, evaluate: Evaluate) -> Thing:
    """What `base.name` stands for."""
    if isinstance(base, Callee):
        return _of_callee(frame, base, node, evaluate)
    if isinstance(base, Entity):
        return _of_entity(frame, base, node, evaluate)
    found = _BY_TYPE.get(type(base))
    if found is not None:
        return found(frame, base, node)
    if isinstance(base, (Column, Query)):
        return base
    return PLAIN if isinstance(base, Items) else UNKNOWN


def _of_entity(frame: Frame, base: Entity, node: ast.Attribute, evaluate: Evaluate) -> Thing:
    query = manager(frame, base, node.attr, node.lineno, evaluate)
    if query is not None:
        return query
    table = frame.world.entities.table(base.key)
    if table is not None and table.field(node.attr) is None and frame.world.method(base.key, node.attr) is not None:
        return Callee(base.key)
    if node.attr in ("c", "columns", "DoesNotExist", "_meta", "__table__"):
        return base
    if node.attr == "query" and table is not None and table.field("query") is None:
        return Query((Use(base.ref, base.key, node.lineno),), (), node.lineno, "sqlalchemy", selected=base.ref)
    return relation_column(frame, base, node.attr, evaluate)


def _of_row(frame: Frame, base: Row, node: ast.Attribute) -> Thing:
    if base.key:
        target = frame.world.entities.leads_to(base.key, node.attr)
        if target:
            return Row(target, base.source if frame.world.entities.is_owned(base.key) else Source.UNKNOWN)
        if frame.world.entities.back_to(base.key, node.attr):
            return related(frame, base.key, node, base.source)
    return Plain(base.source)


def related(frame: Frame, key: str, node: ast.Attribute, source: Source) -> Thing:
    """The query behind `order.items`: bound where the object belongs to a tenant itself."""
    entities = frame.world.entities
    holder = entities.back_to(key, node.attr)
    is_scoped = entities.is_owned(key) or (entities.is_tenant_table(key) and source is not Source.CLIENT)
    return Query((Use(holder, holder, node.lineno),), (), node.lineno, "related", selected=holder, is_scoped=is_scoped)


def _of_callee(frame: Frame, base: Callee, node: ast.Attribute, evaluate: Evaluate) -> Thing:
    value = frame.world.class_value(base.name, node.attr)
    if value is not None:
        return _once(frame, base, node.attr, value, evaluate) if frame.depth <= DEEPEST else UNKNOWN
    held = frame.world.held_value(base.name, node.attr) if base.is_instance and frame.depth <= DEEPEST else None
    if held is not None:
        return _held(frame, base, node, held, evaluate)
    nested = frame.world.find(f"{base.name}.{node.attr}")
    return Callee(nested.name) if nested is not None and isinstance(nested.node, ast.ClassDef) else UNKNOWN


def _held(frame: Frame, base: Callee, node: ast.Attribute, held: tuple[ast.expr, Defined], evaluate: Evaluate) -> Thing:
    """What a method gave `self.name`; a query only where `__init__` did, another method may come later."""
    held = frame.world.constructor_argument(base.name, held) or held
    found = _once(frame, base, f"self.{node.attr}", held, evaluate)
    if isinstance(found, Query):
        return at_line(replace(found, is_open=found.is_open or held[1].node.name != "__init__"), node.lineno)
    return UNKNOWN if isinstance(found, Plain) else found


def _once(frame: Frame, base: Callee, name: str, value: tuple[ast.expr, Defined], evaluate: Evaluate) -> Thing:
    """What an expression of a class stands for, found out once."""
    memo, key = frame.world.memo, ("attribute", base.name, name)
    if key not in memo:
        memo[key] = UNKNOWN
        memo[key] = evaluate(Frame(frame.world, value[1], {}, base.name, frame.depth + 1), value[0])
    return memo[key]


def _of_plain(frame: Frame, base: Plain, node: ast.Attribute) -> Thing:
    if base.source is Source.CLIENT or (base.text == "request" and node.attr in _CLIENT_PARTS):
        return CLIENT
    if base.text == "request":
        return UNKNOWN
    found = frame.world.collection(node.attr) if base.source is Source.UNKNOWN else None
    return found or (UNKNOWN if base.source is Source.PLAIN else Plain(base.source))


def _of_subquery(_frame: Frame, base: Subquery, node: ast.Attribute) -> Thing:
    return base if node.attr in ("c", "columns") else Column(base.ref, node.attr)


def _of_module(frame: Frame, base: Module, node: ast.Attribute) -> Thing:
    if base.name.endswith(".request") and node.attr in _CLIENT_PARTS:
        return CLIENT
    return frame.world.collection(node.attr) or frame.world.named(f"{base.name}.{node.attr}")


_BY_TYPE: dict[type, Callable[..., Thing]] = {
    Row: _of_row,
    Subquery: _of_subquery,
    Plain: _of_plain,
    Module: _of_module,
}
