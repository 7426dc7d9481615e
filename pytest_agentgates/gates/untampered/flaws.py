"""Why a check cannot fail, as far as its source tells."""

from __future__ import annotations

import ast

from pytest_agentgates.gates.untampered.values import source_of

SELF_COMPARED = "it compares a value with itself"
_EMPTY = frozenset({"list()", "tuple()", "dict()", "set()", "frozenset()", "range(0)", "iter(())"})


def flaw_of(whole: ast.expr, subject: ast.expr, expected: ast.expr | None) -> str:
    """Why the check cannot fail, whatever the code under test does; empty where it can."""
    if _is_always_true(whole):
        return "it is always true"
    if expected is not None and ast.dump(subject) == ast.dump(expected) and not isinstance(subject, ast.Constant):
        return SELF_COMPARED
    return ""


def is_empty(node: ast.expr) -> bool:
    """Whether an iterable is empty by its source alone."""
    match node:
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]) | ast.Constant(value="" | b""):
            return True
        case ast.Call(func=ast.Attribute(value=inner, attr="items" | "keys" | "values"), args=[]):
            return is_empty(inner)
        case ast.Call(func=ast.Name(id="enumerate" | "zip" | "sorted" | "reversed"), args=[inner, *_]):
            return is_empty(inner)
    return source_of(node) in _EMPTY


def _is_always_true(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=value):
            return bool(value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return bool(parts)
        case ast.BoolOp(op=ast.Or(), values=parts):
            return any(_is_always_true(part) for part in parts)
        case ast.Call(func=ast.Name(id="all"), args=[ast.GeneratorExp(generators=[generator, *_])]):
            return is_empty(generator.iter)
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, ast.Name(id="object")]):
            return True
    return _is_true_comparison(node)


def _is_true_comparison(node: ast.expr) -> bool:
    """Whether nothing but literals is looked at, so that a test that passes tells nothing."""
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Constant(value=value)):
            return not value
        case ast.Compare(left=ast.Constant(), comparators=[ast.Constant()]):
            return True
    return False
