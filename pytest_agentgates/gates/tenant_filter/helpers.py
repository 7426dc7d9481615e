"""Functions of the project that a query goes through: their body is followed with the arguments of the call."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from pytest_agentgates.gates.tenant_filter.arguments import Arguments
from pytest_agentgates.gates.tenant_filter.combine import either
from pytest_agentgates.gates.tenant_filter.frame import DEEPEST, Executed, Frame, queries_in
from pytest_agentgates.gates.tenant_filter.parameters import parameters
from pytest_agentgates.gates.tenant_filter.statements import follow
from pytest_agentgates.gates.tenant_filter.values import UNKNOWN, Callee, Choice, Items, Query, Thing
from pytest_agentgates.gates.tenant_filter.world import Defined

Evaluate = Callable[[Frame, ast.expr], Thing]


def inline(frame: Frame, found: Defined, given: Arguments, base: Callee, evaluate: Evaluate) -> Thing:
    """What a function of the project gives for these arguments; unknown beyond a few levels."""
    frame.world.called.add(found.name)
    if isinstance(found.node, ast.ClassDef) or frame.depth >= DEEPEST:
        return _unread(given)
    key = (found.name, base, given.values, tuple(given.named.items()), given.is_open)
    memo = frame.world.followed
    # From less deep more of it was seen.
    place = next(((depth, key) for depth in range(frame.depth) if (depth, key) in memo), (frame.depth, key))
    if place not in memo:
        memo[place] = UNKNOWN, ()
        memo[place] = _followed(frame, found, given, base, evaluate)
    thing, executed = memo[place]
    frame.executed.extend(replace(one, statement=frame.statement) for one in executed)
    return at_line(thing, given.line)


def _unread(given: Arguments) -> Thing:
    held = [query for one in given.every for query in queries_in(one)]
    return replace(held[0], is_open=True) if held else UNKNOWN


def _followed(
    frame: Frame, found: Defined, given: Arguments, base: Callee, evaluate: Evaluate
) -> tuple[Thing, tuple[Executed, ...]]:
    """What a function gives, and what it executes of that which it was given: this is judged for the caller."""
    inner = Frame(frame.world, found, {}, base.name or found.owner, frame.depth + 1)
    inner.env = parameters(inner, found, base)
    inner.env.update(_passed(found.node, given))
    assert not isinstance(found.node, ast.ClassDef)  # noqa: S101 - inline() has looked
    follow(inner, found.node.body, evaluate)
    passed = {query.line for one in given.every for query in queries_in(one)}
    here = tuple(one for one in inner.executed if one.query.line in passed)
    return either(*inner.returned) if inner.returned else UNKNOWN, here


def _passed(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, given: Arguments) -> dict[str, Thing]:
    if isinstance(node, ast.ClassDef):
        return {}
    arguments = node.args
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    if names and names[0] in ("self", "cls"):
        names = names[1:]
    found = dict(zip(names, given.values, strict=False))
    if arguments.vararg is not None:
        found[arguments.vararg.arg] = Items(given.values[len(names) :], is_open=given.is_open)
    known = {*names, *(one.arg for one in arguments.kwonlyargs)}
    found.update({name: value for name, value in given.named.items() if name in known})
    if arguments.kwarg is not None:
        rest = {name: value for name, value in given.named.items() if name not in known}
        found[arguments.kwarg.arg] = Items(tuple(rest.values()), tuple(rest), given.is_open)
    return found


def at_line(thing: Thing, line: int) -> Thing:
    """A query that a helper began is the caller's from here on."""
    if isinstance(thing, Choice):
        return Choice(tuple(at_line(one, line) for one in thing.values))
    if not isinstance(thing, Query):
        return thing
    uses = tuple(use if use.inner is not None else replace(use, line=line) for use in thing.uses)
    parts = tuple(replace(part, line=line) for part in thing.parts)
    return replace(thing, line=line, uses=uses, parts=parts)
