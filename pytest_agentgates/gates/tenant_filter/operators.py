"""What operators make of two values: predicates joined, queries combined, texts and lists put together."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from pytest_agentgates.gates.tenant_filter.combine import choices, conjunction, either
from pytest_agentgates.gates.tenant_filter.frame import Frame
from pytest_agentgates.gates.tenant_filter.predicates import fixes_tenant, member, one_of
from pytest_agentgates.gates.tenant_filter.sql_text import joined_text
from pytest_agentgates.gates.tenant_filter.values import (
    PLAIN,
    UNKNOWN,
    Column,
    Items,
    Plain,
    Predicate,
    Query,
    Sql,
    Thing,
)


def joined_by_words(frame: Frame, values: Sequence[Thing]) -> Thing:
    """`a and b`, `a or b`."""
    if any(isinstance(one, Predicate) and one.atoms for one in values):
        # `a == 1 and b == 2` drops one of them, which one depends on the library.
        is_open = any(fixes_tenant(frame.world.entities, one) for one in values)
        return Predicate(is_open=True) if is_open else one_of(list(values))
    return either(*values)


def operation(frame: Frame, node: ast.BinOp, left: Thing, right: Thing) -> Thing:
    """What a binary operator gives."""
    if isinstance(node.op, (ast.LShift, ast.RShift)) and isinstance(left, Column):
        return member(frame, left, right) if isinstance(node.op, ast.LShift) else Predicate()
    return _binary(frame, node, left, right)


def _binary(frame: Frame, node: ast.BinOp, left: Thing, right: Thing) -> Thing:  # noqa: PLR0911 - one way out for each kind of operand
    for one in (left, right):
        if isinstance(one, Query) and isinstance(node.op, (ast.BitAnd, ast.BitOr)):
            return _combined_queries(frame, node, left, right, one)
    if isinstance(node.op, (ast.BitAnd, ast.BitOr)) and any(_is_q(one) for one in (left, right)):
        return Items((left, right), ("Q",)) if isinstance(node.op, ast.BitAnd) else either(left, right)
    if isinstance(node.op, ast.BitAnd):
        return conjunction([left, right])
    if isinstance(node.op, ast.BitOr):
        return one_of([left, right])
    if isinstance(left, Items) and isinstance(right, Items):
        return Items((*left.values, *right.values), is_open=left.is_open or right.is_open)
    if isinstance(left, Sql):
        return joined_text([left, right], node, "%" if isinstance(node.op, ast.Mod) else "")
    return either(*(PLAIN if isinstance(one, (Plain, Sql)) else UNKNOWN for one in (left, right)))


def _is_q(thing: Thing) -> bool:
    return any(isinstance(one, Items) and one.keys == ("Q",) for one in choices(thing))


def _combined_queries(frame: Frame, node: ast.BinOp, left: Thing, right: Thing, query: Query) -> Thing:
    if isinstance(left, Query) and isinstance(right, Query):
        return Query((), (), query.line, query.style, parts=(left, right))
    frame.loose.append((node.lineno, "predicate"))
    return query
