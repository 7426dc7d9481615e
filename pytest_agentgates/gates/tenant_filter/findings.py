"""From what a function executes to findings."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from pytest_agentgates.core.finding import Finding, Rule
from pytest_agentgates.gates.tenant_filter.binding import Judged
from pytest_agentgates.gates.tenant_filter.class_syntax import Function
from pytest_agentgates.gates.tenant_filter.client_checks import is_checked
from pytest_agentgates.gates.tenant_filter.frame import Executed
from pytest_agentgates.gates.tenant_filter.functions import Reading
from pytest_agentgates.gates.tenant_filter.owned_entities import OwnedEntities
from pytest_agentgates.gates.tenant_filter.rules import (
    BYPASSED,
    FETCHED_FIRST,
    FROM_CLIENT,
    NO_TENANT,
    OPTIONAL,
    UNAPPLIED,
    UNBOUND,
)
from pytest_agentgates.gates.tenant_filter.statements_found import SqlFinding, judge_sql
from pytest_agentgates.gates.tenant_filter.world import Defined
from pytest_agentgates.tenant_sql import SqlCheck

_REPOSITORY = ("Repository", "Repo", "Dao", "DAO", "Gateway", "Store")
_ADDED = frozenset({UNBOUND.code, OPTIONAL.code, NO_TENANT.code, FETCHED_FIRST.code})
_FIX = {
    UNBOUND.code: "bind it: add a predicate on the tenant column, or reach it through a bound parent",
    OPTIONAL.code: "make the tenant required and filter always",
    FROM_CLIENT.code: "take the tenant from the authenticated session, not from the request",
    BYPASSED.code: "select with a predicate on the tenant column instead",
    FETCHED_FIRST.code: "put the tenant into the query instead of comparing after",
    NO_TENANT.code: "take the tenant as a parameter, or hold it, and put it into the query",
    UNAPPLIED.code: "add the WHERE, and apply every predicate to the query that is executed",
}


@dataclass(slots=True)
class Tally:
    """How many references to owned tables were looked at, and what became of them."""

    roots: int = 0
    flagged: int = 0
    unsure: dict[str, list[str]] = field(default_factory=dict)

    def leave(self, path: str, line: int, why: str) -> None:
        """Count one as left to run time."""
        self.unsure.setdefault(f"{path}:{line}", []).append(why)


@dataclass(frozen=True, slots=True)
class Findings:
    """Makes the findings of one function after another."""

    entities: OwnedEntities
    check: SqlCheck
    tally: Tally
    find: Callable[[str], Defined | None]
    is_implicit: bool = False

    def of(self, reading: Reading, escaped_counts: bool) -> Iterator[Finding]:
        """The findings of one function; what it returns unfinished counts where nobody calls it."""
        executed = [*reading.executed, *(reading.escaped if escaped_counts else ())]
        yield from self._queries(reading, executed)
        yield from self._documents(reading)
        yield from self._statements(reading)
        for line, what in reading.loose:
            yield self._finding(UNAPPLIED, reading, line, f"a {what} is built and never applied")

    def _queries(self, reading: Reading, executed: Sequence[Executed]) -> Iterator[Finding]:
        by_line: dict[int, list[Executed]] = {}
        outer = {one.statement for one in executed if not one.is_nested}
        for one in executed:
            for line, part in _by_line(one, is_alone=one.is_nested and one.statement not in outer):
                by_line.setdefault(line, []).append(part)
        for line, ways in by_line.items():
            self.tally.roots += 1
            found = self._query(reading, line, ways)
            if found is not None and self.is_implicit and found.rule in _ADDED:
                self.tally.leave(reading.defined.file.path, line, f"{found.message} by itself")
            elif found is not None:
                self.tally.flagged += 1
                yield found

    def _query(self, reading: Reading, line: int, ways: Sequence[Executed]) -> Finding | None:
        unbound = [one for one in ways if one.judged.unbound]
        if not unbound:
            return self._bound(reading, line, ways)
        names = self._names(use.key for one in unbound for use in one.judged.unbound)
        rule = self._rule(reading, ways, unbound)
        return self._finding(rule, reading, line, _message(rule, names, reading))

    def _bound(self, reading: Reading, line: int, ways: Sequence[Executed]) -> Finding | None:
        clients = frozenset(name for one in ways for name in one.judged.clients)
        if clients and not is_checked(reading, clients, self.entities.tenant_names, self.find):
            names = self._names(use.key for one in ways for use in one.query.uses)
            return self._finding(FROM_CLIENT, reading, line, f"{names}: the tenant comes from the client")
        if any(one.judged.unsure for one in ways):
            names = self._names(use.key for one in ways for use in one.judged.unsure)
            self.tally.leave(reading.defined.file.path, line, names)
        return None

    def _rule(self, reading: Reading, ways: Sequence[Executed], unbound: Sequence[Executed]) -> Rule:
        if any(one.judged.is_bound for one in ways) or any(one.judged.has_null_way for one in unbound):
            return OPTIONAL
        if _compares_after(reading.defined.node, unbound, self.entities.tenant_names):
            return FETCHED_FIRST
        if any(one.query.loads_by_key for one in unbound):
            return BYPASSED
        if any(one.query.verb in ("update", "delete") and not one.query.predicates for one in unbound):
            return UNAPPLIED
        return NO_TENANT if self._lacks_tenant(reading) else UNBOUND

    def _lacks_tenant(self, reading: Reading) -> bool:
        """A parameter for the tenant that is never read, or a repository's method without any."""
        node = reading.defined.node
        assert not isinstance(node, ast.ClassDef)  # noqa: S101 - only functions are read
        arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        names = {one.arg for one in arguments} & self.entities.tenant_names
        read = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
        if names:
            return not names & read
        holds = any(isinstance(one, ast.Attribute) and one.attr in self.entities.tenant_names for one in ast.walk(node))
        return reading.defined.owner.endswith(_REPOSITORY) and not holds

    def _documents(self, reading: Reading) -> Iterator[Finding]:
        for one in reading.documents:
            self.tally.roots += 1
            if one.bound is None:
                self.tally.leave(reading.defined.file.path, one.line, one.collection)
            elif not one.bound:
                self.tally.flagged += 1
                yield self._finding(UNBOUND, reading, one.line, f"{one.collection} is not bound to the tenant")

    def _statements(self, reading: Reading) -> Iterator[Finding]:
        found: dict[int, list[SqlFinding | None]] = {}
        for sql, names in dict.fromkeys(reading.statements):
            judged = judge_sql(self.check, sql, names, self.entities.tenant_names)
            if judged is not None or self.check.tables.mention.search(sql.text):
                found.setdefault(sql.line, []).append(judged)
        for ways in found.values():
            self.tally.roots += 1
            wrong = next((one for one in ways if one is not None and one.rule), None)
            unsure = next((one for one in ways if one is not None and not one.rule), None)
            if wrong is not None:
                self.tally.flagged += 1
                yield self._finding(_RULES[wrong.rule], reading, wrong.line, wrong.message)
            elif unsure is not None:
                self.tally.leave(reading.defined.file.path, unsure.line, unsure.message)

    def _names(self, keys: Iterable[str]) -> str:
        owned = dict.fromkeys(key.rpartition(".")[2] for key in keys if self.entities.is_owned(key))
        return ", ".join(owned)

    def _finding(self, rule: Rule, reading: Reading, line: int, message: str) -> Finding:
        file = reading.defined.file
        code = file.code(line)
        return Finding(rule.code, message, file.path, line, 1, _FIX[rule.code], snippet=code)


def _by_line(one: Executed, *, is_alone: bool) -> Iterator[tuple[int, Executed]]:
    """A query where it begins; what it joins in another statement, and inner queries, where they stand.

    A condition of a query that is built elsewhere stands where its statement begins.
    """
    start = min(one.statement, one.query.line) if is_alone and one.statement else one.query.line
    inner = [use for use in one.judged.unbound if use.line != one.query.line]
    if one.judged.owned:
        rest = tuple(use for use in one.judged.unbound if use not in inner)
        yield start, replace(one, judged=replace(one.judged, unbound=rest)) if inner else one
    for line in {use.line for use in inner}:
        held = tuple(use for use in inner if use.line == line)
        yield line, replace(one, judged=Judged(held, owned=len(held)))


_RULES = {rule.code: rule for rule in (UNBOUND, UNAPPLIED, BYPASSED)}


def _message(rule: Rule, names: str, reading: Reading) -> str:
    if rule is NO_TENANT:
        return f"{names}: {reading.defined.node.name} does not use the tenant"
    if rule is OPTIONAL:
        return f"{names} is bound to the tenant in some ways through the function, not in all"
    if rule is FETCHED_FIRST:
        return f"{names} is fetched without the tenant, which is compared after"
    if rule is BYPASSED:
        return f"{names} is loaded by its key alone"
    if rule is UNAPPLIED:
        return f"{names} is written without WHERE"
    return f"{names} is not bound to the tenant"


def _compares_after(node: Function | ast.ClassDef, unbound: Sequence[Executed], names: frozenset[str]) -> bool:
    """Whether the row that an unbound query gave has its tenant compared in the same function."""
    lines = {one.statement for one in unbound}
    given = {
        target.id
        for one in ast.walk(node)
        if isinstance(one, ast.Assign) and one.lineno in lines
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    for one in ast.walk(node):
        if isinstance(one, ast.Compare):
            for side in (one.left, *one.comparators):
                held = side.value if isinstance(side, ast.Attribute) and side.attr in names else None
                if isinstance(held, ast.Name) and held.id in given:
                    return True
    return False
