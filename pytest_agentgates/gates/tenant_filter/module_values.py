"""What the variables of modules hold: queries, conditions, texts and objects that functions use by name."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from pytest_agentgates.gates.tenant_filter.combine import choices
from pytest_agentgates.gates.tenant_filter.frame import DEEPEST, Frame
from pytest_agentgates.gates.tenant_filter.helpers import at_line
from pytest_agentgates.gates.tenant_filter.values import Choice, Module, Plain, Row, Sql, Thing

Evaluate = Callable[[Frame, ast.expr], Thing]


def module_value(frame: Frame, thing: Thing, line: int, evaluate: Evaluate) -> Thing:
    """What a module's variable was given, as if it stood at this line; the thing itself where it is none."""
    if not isinstance(thing, Module) or frame.depth > DEEPEST:
        return thing
    memo, key = frame.world.memo, ("variable", thing.name)
    if key not in memo:
        memo[key] = thing
        memo[key] = _value(frame, thing, evaluate)
    return _moved(frame, memo[key], thing.name, line)


def _value(frame: Frame, thing: Module, evaluate: Evaluate) -> Thing:
    held = frame.world.variable(thing.name)
    if held is None:
        return thing
    expression, body = held
    found = evaluate(Frame(frame.world, body, {}, "", DEEPEST), expression)
    return thing if any(isinstance(one, (Plain, Row, Module)) for one in choices(found)) else found


def _moved(frame: Frame, found: Thing, name: str, line: int) -> Thing:
    if isinstance(found, Choice):
        return Choice(tuple(_moved(frame, one, name, line) for one in found.values))
    if isinstance(found, Sql):
        is_here = name.rpartition(".")[0] == frame.home.names.module
        return found if is_here else replace(found, line=line, is_elsewhere=True)
    return at_line(found, line)
