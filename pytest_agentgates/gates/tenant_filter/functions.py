"""Reads the functions of a file one by one and says what their queries leave unbound."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from pytest_agentgates.gates.tenant_filter.evaluate import evaluate
from pytest_agentgates.gates.tenant_filter.frame import Executed, Frame, queries_in
from pytest_agentgates.gates.tenant_filter.parameters import parameters
from pytest_agentgates.gates.tenant_filter.statements import follow
from pytest_agentgates.gates.tenant_filter.values import Callee, DocumentQuery, Sql, Thing
from pytest_agentgates.gates.tenant_filter.world import Defined, World

MARK = "cross_tenant"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one function executes, returns unfinished, and hands to a database as text."""

    defined: Defined
    executed: tuple[Executed, ...]
    escaped: tuple[Executed, ...]
    documents: tuple[DocumentQuery, ...]
    statements: tuple[tuple[Sql, frozenset[str] | None], ...]
    loose: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class FileReader:
    """Reads a file; inner functions see the variables of those around them."""

    world: World
    resolvers: frozenset[str] = frozenset()
    _env: dict[str, dict[str, Thing]] = field(default_factory=dict)

    def read(self, path: str) -> Iterator[Reading]:
        """What each function of the file does; those that are marked or that resolve the tenant are left out."""
        for name, defined in self.world.defined(path).items():
            if isinstance(defined.node, ast.ClassDef):
                continue
            if is_marked(defined) or defined.node.name in self.resolvers:
                continue
            try:
                yield self._read(name, defined)
            except RecursionError:
                yield _unread(defined)

    def read_for(self, defined: Defined, owner: str) -> Reading:
        """What a method does in a subclass of the class that defines it."""
        return self._read(defined.name, defined, Callee(owner))

    def _read(self, name: str, defined: Defined, base: Callee | None = None) -> Reading:
        assert not isinstance(defined.node, ast.ClassDef)  # noqa: S101 - read() has looked
        frame = Frame(self.world, defined, {}, base.name if base is not None else defined.owner)
        frame.env = {**self._env.get(name.rpartition(".")[0], {}), **parameters(frame, defined, base)}
        start = dict(frame.env)
        follow(frame, defined.node.body, evaluate)
        self._env[name] = {**start, **frame.env}
        escaped = [query for thing in frame.returned for query in queries_in(thing)]
        ways = tuple(Executed(query, frame.judge(query), query.line) for query in escaped)
        return Reading(
            defined,
            tuple(frame.executed),
            ways,
            tuple(frame.documents),
            tuple(frame.statements),
            tuple(frame.loose),
        )


def _unread(defined: Defined) -> Reading:
    """A function that is nested too deeply to be followed is left to run time."""
    deep = DocumentQuery(f"{defined.node.name} is nested too deeply", defined.node.lineno, None, "")
    return Reading(defined, (), (), (deep,), (), ())


def is_marked(defined: Defined) -> bool:
    """Whether a function is a deliberate sweep over all tenants, with its reason."""
    for one in defined.node.decorator_list:
        if isinstance(one, ast.Call) and _last(one.func) == MARK:
            given = [value.value for value in one.keywords if value.arg == "reason"] or one.args[:1]
            return any(isinstance(value, ast.Constant) and str(value.value).strip() for value in given)
    return False


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
