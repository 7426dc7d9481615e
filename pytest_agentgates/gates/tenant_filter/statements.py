"""Follows the statements of a function: variables, branches, loops, what is returned."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

from pytest_agentgates.gates.tenant_filter.combine import choices, either, held_in, literal
from pytest_agentgates.gates.tenant_filter.frame import Frame
from pytest_agentgates.gates.tenant_filter.guards import proofs
from pytest_agentgates.gates.tenant_filter.type_tests import closed
from pytest_agentgates.gates.tenant_filter.values import UNKNOWN, Items, Plain, Query, Row, Source, Thing

Evaluate = Callable[[Frame, ast.expr], Thing]
_BUILDING = frozenset({"where", "filter", "filter_by", "exclude", "join", "outerjoin", "having", "order_by", "limit"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def follow(frame: Frame, body: Sequence[ast.stmt], evaluate: Evaluate) -> bool:
    """Follow statements; False where the way ends in them (return, raise, continue, break)."""
    for statement in body:
        frame.statement = statement.lineno
        if not _follow(frame, statement, evaluate):
            return False
    return True


def _follow(frame: Frame, statement: ast.stmt, evaluate: Evaluate) -> bool:
    if isinstance(statement, (ast.Return, ast.Raise, ast.Continue, ast.Break)):
        _leave(frame, statement, evaluate)
        return False
    if isinstance(statement, (ast.If, ast.Match)):
        return _branch(frame, statement, evaluate)
    if isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
        _loop(frame, statement, evaluate)
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        return _with(frame, statement, evaluate)
    elif isinstance(statement, ast.Try):
        return _try(frame, statement, evaluate)
    elif isinstance(statement, ast.Assert):
        frame.trust(proofs(frame, statement.test, evaluate)[0])
    elif not isinstance(statement, _DEFINITIONS):
        _simple(frame, statement, evaluate)
    return True


def _with(frame: Frame, statement: ast.With | ast.AsyncWith, evaluate: Evaluate) -> bool:
    for item in statement.items:
        value = evaluate(frame, item.context_expr)
        if item.optional_vars is not None:
            assign(frame, item.optional_vars, value)
    return follow(frame, statement.body, evaluate)


def _leave(frame: Frame, statement: ast.stmt, evaluate: Evaluate) -> None:
    if isinstance(statement, ast.Return) and statement.value is not None:
        frame.returned.append(evaluate(frame, statement.value))
    elif isinstance(statement, ast.Raise) and statement.exc is not None:
        evaluate(frame, statement.exc)


def _simple(frame: Frame, statement: ast.stmt, evaluate: Evaluate) -> None:
    if isinstance(statement, ast.Assign):
        value = evaluate(frame, statement.value)
        for target in statement.targets:
            assign(frame, target, value)
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        assign(frame, statement.target, evaluate(frame, statement.value))
    elif isinstance(statement, ast.AugAssign):
        before, added = evaluate(frame, statement.target), evaluate(frame, statement.value)
        assign(frame, statement.target, _sum(frame, statement, before, added, evaluate))
    elif isinstance(statement, ast.Expr):
        _loose(frame, statement, evaluate)
    else:
        for child in ast.iter_child_nodes(statement):
            if isinstance(child, ast.expr):
                evaluate(frame, child)


def _loose(frame: Frame, statement: ast.Expr, evaluate: Evaluate) -> None:
    """A query that is built by a statement of its own and kept nowhere."""
    value = evaluate(frame, statement.value)
    called = statement.value.func if isinstance(statement.value, ast.Call) else None
    if not isinstance(called, ast.Attribute) or called.attr not in _BUILDING:
        return
    if any(isinstance(one, Query) and _names_owned(frame, one) for one in choices(value)):
        frame.loose.append((statement.lineno, "query"))


def _names_owned(frame: Frame, query: Query) -> bool:
    return not query.is_open and any(frame.world.entities.is_owned(use.key) for use in query.uses)


def _sum(frame: Frame, statement: ast.AugAssign, before: Thing, added: Thing, evaluate: Evaluate) -> Thing:
    is_list = isinstance(statement.op, ast.Add)
    if is_list and isinstance(before, Items) and isinstance(added, Items):
        return Items((*before.values, *added.values), is_open=before.is_open or added.is_open)
    joined = ast.BinOp(statement.target, statement.op, statement.value)
    return evaluate(frame, ast.copy_location(joined, statement))


def assign(frame: Frame, target: ast.expr, value: Thing) -> None:
    """Bind a target to a value; what cannot be taken apart is unknown, the elements of rows are rows."""
    if isinstance(target, ast.Name):
        is_clients = isinstance(value, Plain) and value.source is Source.CLIENT and not value.variable
        held = replace(value, variable=target.id) if isinstance(value, Plain) and is_clients else value
        frame.env[target.id] = held_in(held, _met(frame, target.id, frame.statement))
    elif isinstance(target, (ast.Tuple, ast.List)):
        parts: tuple[Thing, ...] = ()
        if isinstance(value, Items) and not value.keys and len(value.values) == len(target.elts):
            parts = value.values
        for index, one in enumerate(target.elts):
            assign(frame, one, parts[index] if parts else _element(value))
    elif isinstance(target, ast.Starred):
        assign(frame, target.value, value)
    elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        _set_attribute(frame, target.value.id, target.attr, value)
    elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
        held = frame.env.get(target.value.id, UNKNOWN)
        frame.env[target.value.id] = either(*(_with_key(one, literal(target.slice), value) for one in choices(held)))


def _set_attribute(frame: Frame, variable: str, name: str, value: Thing) -> None:
    held = frame.env.get(variable)
    if isinstance(held, Row):
        frame.dereference(held, name)
    frame.env[f"{variable}.{name}"] = value


def _with_key(held: Thing, key: object, value: Thing) -> Thing:
    """A dict with one key more, or with another value for it."""
    if not isinstance(held, Items) or (held.values and not held.keys):
        return held
    if not isinstance(key, str):
        return replace(held, is_open=True)
    kept = [(one, other) for one, other in zip(held.keys, held.values, strict=True) if one != key]
    return Items((*(one for _, one in kept), value), (*(one for one, _ in kept), key), held.is_open)


def element_of(value: Thing) -> Thing:
    """What a loop over a value gives."""
    if isinstance(value, Items):
        return either(*value.values) if value.values else UNKNOWN
    return _element(value)


def _element(value: Thing) -> Thing:
    return value if isinstance(value, (Plain, Row)) else UNKNOWN


def _branch(frame: Frame, statement: ast.If | ast.Match, evaluate: Evaluate) -> bool:
    proven: Sequence[frozenset[str]] = ()
    if isinstance(statement, ast.If):
        statement = closed(frame, statement)
        proven = proofs(frame, statement.test, evaluate)
        bodies = [statement.body, statement.orelse]
    else:
        evaluate(frame, statement.subject)
        bodies = [*(case.body for case in statement.cases), []]
    before, ways = dict(frame.env), []
    for index, body in enumerate(bodies):
        frame.env = dict(before)
        frame.trust(proven[index] if proven else frozenset())
        if follow(frame, body, evaluate):
            ways.append(frame.env)
    frame.env = _merge(frame, ways, statement.lineno) if ways else before
    return bool(ways)


def _merge(frame: Frame, ways: Sequence[dict[str, Thing]], line: int) -> dict[str, Thing]:
    """The variables after branches that join: each may be what any of them left."""
    if len(ways) == 1:
        return ways[0]
    names = {name for way in ways for name in way}
    found = ((name, [way[name] for way in ways if name in way]) for name in names)
    return {name: _merged(values, _met(frame, name, line)) for name, values in found}


def _merged(values: list[Thing], variable: str) -> Thing:
    return values[0] if all(one is values[0] for one in values) else held_in(either(*values), variable)


def _met(frame: Frame, name: str, line: int) -> str:
    """A variable at the line where the ways of its value meet."""
    return f"{frame.home.name}.{name}:{line}"


def _loop(frame: Frame, statement: ast.For | ast.AsyncFor | ast.While, evaluate: Evaluate) -> None:
    if isinstance(statement, ast.While):
        evaluate(frame, statement.test)
    else:
        source = evaluate(frame, statement.iter)
        if any(isinstance(one, Query) for one in choices(source)):
            source = frame.execute(source)
        assign(frame, statement.target, element_of(source))
    before = dict(frame.env)
    follow(frame, statement.body, evaluate)
    frame.env = _merge(frame, [before, frame.env], statement.lineno)
    follow(frame, statement.orelse, evaluate)


def _try(frame: Frame, statement: ast.Try, evaluate: Evaluate) -> bool:
    before = dict(frame.env)
    ways = []
    if follow(frame, [*statement.body, *statement.orelse], evaluate):
        ways.append(frame.env)
    for handler in statement.handlers:
        frame.env = _merge(frame, [before, dict(frame.env)], handler.lineno)
        if follow(frame, handler.body, evaluate):
            ways.append(frame.env)
    frame.env = _merge(frame, ways, statement.lineno) if ways else before
    return follow(frame, statement.finalbody, evaluate) and bool(ways)
