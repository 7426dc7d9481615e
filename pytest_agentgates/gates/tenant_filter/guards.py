"""What a test proves: where a bound look-up by an id found a row, the id is one of the tenant's."""

from __future__ import annotations

import ast
from collections.abc import Callable

from pytest_agentgates.gates.tenant_filter.combine import choices
from pytest_agentgates.gates.tenant_filter.frame import Frame
from pytest_agentgates.gates.tenant_filter.values import Row, Thing

Evaluate = Callable[[Frame, ast.expr], Thing]
_NOTHING: frozenset[str] = frozenset()


def proofs(frame: Frame, test: ast.expr, evaluate: Evaluate) -> tuple[frozenset[str], frozenset[str]]:
    """The variables that are ids of the tenant's rows where a test holds, and where it does not."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        holds, fails = proofs(frame, test.operand, evaluate)
        return fails, holds
    if isinstance(test, ast.BoolOp):
        return _combined(frame, test, evaluate)
    if isinstance(test, ast.Compare) and _is_none(test.comparators[0]):
        found = _found(evaluate(frame, test.left))
        if isinstance(test.ops[0], (ast.Is, ast.Eq)):
            return _NOTHING, found
        return (found, _NOTHING) if isinstance(test.ops[0], (ast.IsNot, ast.NotEq)) else (_NOTHING, _NOTHING)
    return _found(evaluate(frame, test)), _NOTHING


def _combined(frame: Frame, test: ast.BoolOp, evaluate: Evaluate) -> tuple[frozenset[str], frozenset[str]]:
    with frame.perhaps():
        parts = [proofs(frame, one, evaluate) for one in test.values]
    if isinstance(test.op, ast.And):
        return _NOTHING.union(*(holds for holds, _ in parts)), _NOTHING
    return _NOTHING, _NOTHING.union(*(fails for _, fails in parts))


def _found(thing: Thing) -> frozenset[str]:
    ways = [one.proves if isinstance(one, Row) else _NOTHING for one in choices(thing)]
    return frozenset.intersection(*ways) if ways else _NOTHING


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
