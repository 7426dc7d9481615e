"""What an expression stands for."""

from __future__ import annotations

import ast
from collections.abc import Callable

from pytest_agentgates.gates.tenant_filter import calls
from pytest_agentgates.gates.tenant_filter.attributes import attribute
from pytest_agentgates.gates.tenant_filter.combine import choices, either, literal
from pytest_agentgates.gates.tenant_filter.entity_calls import entity_by_key
from pytest_agentgates.gates.tenant_filter.frame import Frame
from pytest_agentgates.gates.tenant_filter.module_values import module_value
from pytest_agentgates.gates.tenant_filter.operators import joined_by_words, operation
from pytest_agentgates.gates.tenant_filter.predicates import compare, negated
from pytest_agentgates.gates.tenant_filter.sql_text import joined_text
from pytest_agentgates.gates.tenant_filter.statements import assign, element_of
from pytest_agentgates.gates.tenant_filter.values import (
    NONE,
    PLAIN,
    UNKNOWN,
    Column,
    Entity,
    Items,
    Module,
    Plain,
    Query,
    Row,
    Source,
    Sql,
    Thing,
)


def evaluate(frame: Frame, node: ast.expr) -> Thing:
    """What an expression stands for; what is executed on the way is noted."""
    found = _EXPRESSIONS.get(type(node))
    if found is not None:
        return found(frame, node)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            evaluate(frame, child)
    return UNKNOWN


def _name(frame: Frame, node: ast.Name) -> Thing:
    if node.id in frame.env:
        return frame.env[node.id]
    meant = frame.world.meaning(node, frame.home.names) or UNKNOWN
    if isinstance(meant, Module):
        # The name that it is defined by may be that of the function which made it.
        held = module_value(frame, Module(frame.home.names.dotted(node)), node.lineno, evaluate)
        return module_value(frame, meant, node.lineno, evaluate) if isinstance(held, Module) else held
    return meant


def _constant(_frame: Frame, node: ast.Constant) -> Thing:
    if node.value is None:
        return NONE
    if isinstance(node.value, str):
        return Sql(node.value, node.lineno)
    return PLAIN


def _attribute(frame: Frame, node: ast.Attribute) -> Thing:
    if isinstance(node.value, ast.Name):
        key = f"{node.value.id}.{node.attr}"
        if key in frame.env:
            return frame.env[key]
    base = evaluate(frame, node.value)
    if isinstance(base, Row):
        frame.dereference(base, node.attr)
    found = [attribute(frame, one, node, evaluate) for one in choices(base)]
    return either(*(module_value(frame, one, node.lineno, evaluate) for one in found))


def _subscript(frame: Frame, node: ast.Subscript) -> Thing:
    base = evaluate(frame, node.value)
    if not isinstance(node.slice, ast.Slice):
        evaluate(frame, node.slice)
    return either(*(_element_at(frame, one, node) for one in choices(base)))


def _element_at(frame: Frame, base: Thing, node: ast.Subscript) -> Thing:
    key = literal(node.slice)
    if isinstance(base, Items):
        return _item(base, key, node)
    if isinstance(base, Query):
        return base if isinstance(node.slice, ast.Slice) else frame.execute(base)
    if isinstance(base, (Plain, Row, Column)):
        return base
    if isinstance(base, Entity):
        return entity_by_key(frame, base, evaluate(frame, node.slice), node.lineno)
    if isinstance(key, str):
        return frame.world.collection(key) or UNKNOWN
    return base if isinstance(base, Module) else UNKNOWN


def _item(base: Items, key: object, node: ast.Subscript) -> Thing:
    if isinstance(node.slice, ast.Slice):
        return base
    if base.keys and isinstance(key, str):
        return base.values[base.keys.index(key)] if key in base.keys else UNKNOWN
    if isinstance(key, int) and not base.keys and -len(base.values) <= key < len(base.values):
        return base.values[key]
    return element_of(base)


def _compare(frame: Frame, node: ast.Compare) -> Thing:
    left = evaluate(frame, node.left)
    for operator, right in zip(node.ops, node.comparators, strict=True):
        return compare(frame, left, operator, evaluate(frame, right))
    return UNKNOWN


def _bool(frame: Frame, node: ast.BoolOp) -> Thing:
    with frame.perhaps():
        return joined_by_words(frame, [evaluate(frame, one) for one in node.values])


def _operation(frame: Frame, node: ast.BinOp) -> Thing:
    return operation(frame, node, evaluate(frame, node.left), evaluate(frame, node.right))


def _unary(frame: Frame, node: ast.UnaryOp) -> Thing:
    value = evaluate(frame, node.operand)
    if isinstance(node.op, ast.Invert):
        return negated(frame, value)
    return PLAIN


def _choice(frame: Frame, node: ast.IfExp) -> Thing:
    evaluate(frame, node.test)
    with frame.perhaps():
        return either(evaluate(frame, node.body), evaluate(frame, node.orelse))


def _items(frame: Frame, node: ast.List | ast.Tuple | ast.Set) -> Thing:
    values: list[Thing] = []
    is_open = False
    for one in node.elts:
        value = evaluate(frame, one.value if isinstance(one, ast.Starred) else one)
        if isinstance(one, ast.Starred) and isinstance(value, Items):
            values.extend(value.values)
            is_open = is_open or value.is_open
        elif isinstance(one, ast.Starred):
            is_open = True
        else:
            values.append(value)
    return Items(tuple(values), is_open=is_open)


def _dict(frame: Frame, node: ast.Dict) -> Thing:
    keys: list[str] = []
    values: list[Thing] = []
    is_open = False
    for key, value in zip(node.keys, node.values, strict=True):
        found = evaluate(frame, value)
        if key is None and isinstance(found, Items):
            keys.extend(found.keys)
            values.extend(found.values)
            is_open = is_open or found.is_open
        elif key is None:
            is_open = True
        else:
            named = evaluate(frame, key) if not isinstance(key, ast.Constant) else None
            keys.append(str(literal(key)) if named is None else getattr(named, "text", None) or "?")
            values.append(found)
    return Items(tuple(values), tuple(keys), is_open)


def _comprehension(frame: Frame, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Thing:
    """The element that a comprehension makes: where its values come from is what counts."""
    before = dict(frame.env)
    for generator in node.generators:
        source = evaluate(frame, generator.iter)
        if any(isinstance(one, Query) for one in choices(source)):
            source = frame.execute(source)
        assign(frame, generator.target, element_of(source))
        for test in generator.ifs:
            evaluate(frame, test)
    with frame.perhaps():
        value = evaluate(frame, node.elt)
    frame.env = before
    return value if isinstance(value, (Plain, Row)) else Items((value,), is_open=False)


def _text(frame: Frame, node: ast.JoinedStr) -> Thing:
    parts: list[Thing] = []
    for one in node.values:
        value = evaluate(frame, one.value if isinstance(one, ast.FormattedValue) else one)
        parts.append(value)
    return joined_text(parts, node, "f")


def _await(frame: Frame, node: ast.Await | ast.Starred | ast.YieldFrom) -> Thing:
    value = evaluate(frame, node.value)
    awaited = [_awaited(frame, one) for one in choices(value)]
    return either(*awaited) if isinstance(node, ast.Await) else value


def _awaited(frame: Frame, thing: Thing) -> Thing:
    """What awaiting gives; a query that went through unread code was executed there."""
    if isinstance(thing, Query) and thing.is_open:
        return Row("", Source.UNKNOWN)
    return frame.execute(thing) if isinstance(thing, Query) and thing.style in ("tortoise", "django") else thing


def _walrus(frame: Frame, node: ast.NamedExpr) -> Thing:
    value = evaluate(frame, node.value)
    assign(frame, node.target, value)
    return value


def _call(frame: Frame, node: ast.Call) -> Thing:
    return calls.call(frame, node, evaluate)


def _lambda(frame: Frame, node: ast.Lambda) -> Thing:
    """What it will execute when it is called is noted here."""
    before = dict(frame.env)
    arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    frame.env.update({one.arg: PLAIN for one in arguments})
    with frame.perhaps():
        evaluate(frame, node.body)
    frame.env = before
    return UNKNOWN


_EXPRESSIONS: dict[type[ast.expr], Callable[..., Thing]] = {
    ast.Name: _name,
    ast.Constant: _constant,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Compare: _compare,
    ast.BoolOp: _bool,
    ast.BinOp: _operation,
    ast.UnaryOp: _unary,
    ast.IfExp: _choice,
    ast.List: _items,
    ast.Tuple: _items,
    ast.Set: _items,
    ast.Dict: _dict,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.JoinedStr: _text,
    ast.Await: _await,
    ast.Starred: _await,
    ast.NamedExpr: _walrus,
    ast.Call: _call,
    ast.Lambda: _lambda,
}
