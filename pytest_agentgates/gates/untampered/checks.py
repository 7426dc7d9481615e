"""What a test asserts, read from its source: each check with its strength and whether it can fail at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_agentgates.gates.untampered.flaws import flaw_of
from pytest_agentgates.gates.untampered.values import Values, shape_of, source_of

# How much a check that holds says about the value: equality most, "there is something" least.
EXACT, CLOSE, BOUND, KIND, SOMETHING = 5, 4, 3, 2, 1
_OPERATORS: dict[type[ast.cmpop], int] = {
    ast.Eq: EXACT,
    ast.Is: EXACT,
    ast.NotEq: SOMETHING,
    ast.IsNot: SOMETHING,
    ast.NotIn: SOMETHING,
}
_UNITTEST = {
    "assertTrue": SOMETHING,
    "assertFalse": SOMETHING,
    "assertIsNotNone": SOMETHING,
    "assertNotEqual": SOMETHING,
    "assertIsNot": SOMETHING,
    "assertNotIn": SOMETHING,
    "assertIsInstance": KIND,
    "assertIn": BOUND,
    "assertGreater": BOUND,
    "assertGreaterEqual": BOUND,
    "assertLess": BOUND,
    "assertLessEqual": BOUND,
    "assertAlmostEqual": CLOSE,
}
# What these take besides the value is a message.
_ALONE = frozenset({"assertTrue", "assertFalse", "assertIsNone", "assertIsNotNone"})
_RAISING = {"raises": EXACT, "warns": EXACT, "assertRaises": EXACT, "assertWarns": EXACT}
_RAISING_MATCHED = {"assertRaisesRegex": EXACT + 1, "assertWarnsRegex": EXACT + 1}
_BROAD = frozenset({"Exception", "BaseException", "Warning"})
_HELPERS = ("assert", "check", "verify", "expect")
_WEAK_CALLS = {"isinstance": KIND, "issubclass": KIND, "callable": KIND, "hasattr": KIND}


@dataclass(frozen=True)
class Check:
    """One thing a test asserts.

    `subject` is what is looked at, `expected` what it is compared with; `shape` is the whole with its literals
    left out; `tolerance` is that of an approximate comparison.
    """

    text: str
    subject: str
    expected: str
    shape: str
    strength: int
    line: int
    names: frozenset[str] = frozenset()
    tolerance: float = 0.0
    flaw: str = ""


def check_of_assert(node: ast.Assert, values: Values) -> Iterator[Check]:
    """The checks of one assert statement: each part of an `and` on its own."""
    for part in _parts(node.test):
        yield check_of_expression(part, values, node.lineno)


def check_of_expression(node: ast.expr, values: Values, line: int) -> Check:
    """One asserted expression."""
    full = values.fill(node)
    if isinstance(full, ast.Compare) and len(full.ops) == 1:
        return _comparison(full, line)
    strength = _WEAK_CALLS.get(_last_name(full.func), SOMETHING) if isinstance(full, ast.Call) else SOMETHING
    return _check(full, full, None, strength, line)


def check_of_call(node: ast.Call, values: Values) -> Check | None:
    """A call that asserts: of unittest, of a mock, or of a helper that is named for it."""
    name = _last_name(node.func)
    if name in _RAISING or name in _RAISING_MATCHED:
        return _raising(node, values, len(node.args) > 1)
    if not name.lstrip("_").startswith(_HELPERS):
        return None
    full = values.fill(node)
    assert isinstance(full, ast.Call)  # noqa: S101 - filling in values keeps the kind of a node
    subject = full.args[0] if full.args else full.func
    expected = full.args[1] if len(full.args) > 1 and name not in _ALONE else None
    return _check(full, subject, expected, _UNITTEST.get(name, EXACT), node.lineno)


def check_of_context(node: ast.expr, values: Values, body: list[ast.stmt]) -> Check | None:
    """`with pytest.raises(...)`: the body is what is looked at."""
    if not isinstance(node, ast.Call) or _last_name(node.func) not in (*_RAISING, *_RAISING_MATCHED):
        return None
    check = _raising(node, values, False)
    statements = ast.Module(body=[values.fill_statement(statement) for statement in body], type_ignores=[])
    names = frozenset(_names(statements))
    return Check(
        f"{check.text}: {source_of(statements)}",
        source_of(statements),
        check.text,
        f"{check.shape}: {shape_of(statements)}",
        check.strength,
        check.line,
        names,
    )


def _raising(node: ast.Call, values: Values, calls: bool) -> Check:
    name = _last_name(node.func)
    full = values.fill(node)
    assert isinstance(full, ast.Call)  # noqa: S101 - filling in values keeps the kind of a node
    matched = any(keyword.arg == "match" for keyword in full.keywords)
    strength = _RAISING_MATCHED.get(name, EXACT) + matched
    if full.args and _last_name(full.args[0]) in _BROAD:
        strength = KIND + matched
    return _check(full, full.args[1] if calls else full, None, strength, node.lineno)


def _comparison(node: ast.Compare, line: int) -> Check:
    left, right, operator = node.left, node.comparators[0], node.ops[0]
    strength = _OPERATORS.get(type(operator), BOUND)
    if _is_none_test(operator, right):
        strength = EXACT
    tolerance = next((found for side in (left, right) if (found := _tolerance(side)) is not None), None)
    if tolerance is not None:
        strength = min(strength, CLOSE)
    if any(_last_name(side) == "ANY" for side in (left, right)):
        strength = SOMETHING
    if isinstance(left, ast.Call) and _last_name(left.func) == "type":
        strength = KIND
    if isinstance(left, ast.Constant) and not isinstance(right, ast.Constant):
        left, right = right, left
    check = _check(node, left, right, strength, line)
    return check if tolerance is None else _with_tolerance(check, tolerance)


def _is_none_test(operator: ast.cmpop, right: ast.expr) -> bool:
    return isinstance(operator, ast.Is) and isinstance(right, ast.Constant) and right.value is None


def _check(whole: ast.expr, subject: ast.expr, expected: ast.expr | None, strength: int, line: int) -> Check:
    return Check(
        source_of(whole),
        source_of(subject),
        "" if expected is None else source_of(expected),
        shape_of(whole),
        strength,
        line,
        frozenset(_names(subject)),
        flaw=flaw_of(whole, subject, expected),
    )


def _with_tolerance(check: Check, tolerance: float) -> Check:
    flaw = check.flaw or ("its tolerance lets anything pass" if tolerance >= 1.0 else "")
    return Check(
        check.text,
        check.subject,
        check.expected,
        check.shape,
        check.strength,
        check.line,
        check.names,
        tolerance,
        flaw,
    )


def _tolerance(node: ast.expr) -> float | None:
    """The tolerance of `pytest.approx(...)`, relative to what is expected; None where it is something else."""
    if not isinstance(node, ast.Call) or _last_name(node.func) != "approx":
        return None
    found = {
        keyword.arg: float(keyword.value.value)
        for keyword in node.keywords
        if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, int | float)
    }
    size = _size(node.args[0]) if node.args else 0.0
    return max(found.get("rel", 1e-6), found.get("abs", 0.0) / size if size else min(found.get("abs", 0.0), 0.99))


def _size(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as value):
            return abs(float(value))
        case ast.UnaryOp(operand=operand):
            return _size(operand)
    return 0.0


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        for value in node.values:
            yield from _parts(value)
    else:
        yield node


def _names(node: ast.AST) -> Iterator[str]:
    """The names of what is called, without what they are reached by."""
    for found in ast.walk(node):
        if isinstance(found, ast.Call):
            yield _last_name(found.func)


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
