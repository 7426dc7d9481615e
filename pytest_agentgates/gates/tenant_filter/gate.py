"""The gate: options in, result out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from pytest_agentgates.core.finding import Rule
from pytest_agentgates.core.options import option
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.verdict import GateResult, GateStatus, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.gates.tenant_filter.candidates import files_using, near_files
from pytest_agentgates.gates.tenant_filter.class_bodies import read_bodies
from pytest_agentgates.gates.tenant_filter.findings import Findings, Tally
from pytest_agentgates.gates.tenant_filter.functions import FileReader, Reading
from pytest_agentgates.gates.tenant_filter.implicit import implicit_scope, optional_managers, scope_of_managers
from pytest_agentgates.gates.tenant_filter.inherited import Generics
from pytest_agentgates.gates.tenant_filter.owned_entities import OwnedEntities
from pytest_agentgates.gates.tenant_filter.rules import RULES
from pytest_agentgates.gates.tenant_filter.statements_found import sql_check
from pytest_agentgates.gates.tenant_filter.undeclared import undeclared_tables
from pytest_agentgates.gates.tenant_filter.world import World
from pytest_agentgates.source.globs import matches
from pytest_agentgates.source.mapped_tables import (
    MappedTables,
    Ownership,
    TenantTables,
    mapped_tables_of,
    tenant_tables,
)
from pytest_agentgates.source.project_facts import read_source
from pytest_agentgates.source.syntax import syntax_of

_MOST_LISTED = 200


@dataclass(frozen=True)
class TenantFilter:
    """Holds when every query of tenant-owned tables in the source is bound to the tenant."""

    column: tuple[str, ...] = option((), "Names of the columns that hold the tenant; found by common names if empty.")
    paths: tuple[str, ...] = option(("**",), "Globs of the files whose queries are judged.")
    exclude: tuple[str, ...] = option(
        ("**/tests/**", "**/test_*.py", "**/conftest.py", "**/migrations/**", "**/versions/**"),
        "Globs of files that are not judged.",
    )
    dialect: str = option("postgres", "The dialect of SQL in literals.")
    owned: dict[str, str] = option({}, "Tables or classes that belong to a tenant, each with its column.")
    shared: tuple[str, ...] = option((), "Tables or classes that belong to no tenant.")
    via: dict[str, str] = option({}, "Tables that belong to a tenant through a foreign key, each with its column.")
    resolvers: tuple[str, ...] = option((), "Functions whose look-up finds the tenant.")

    name: ClassVar[str] = "tenant_filter"
    stage: ClassVar[Stage] = Stage.BESIDE
    rules: ClassVar[tuple[Rule, ...]] = RULES

    @property
    def ownership(self) -> Ownership:
        """What the options say of tables."""
        return Ownership(self.column, tuple(self.owned.items()), self.shared, tuple(self.via.items()))

    def other_inputs(self, _workspace: Workspace) -> tuple[str, ...]:
        """Nothing else."""
        return ()

    def check(self, workspace: Workspace) -> GateResult:
        """Judge the queries in the source."""
        try:
            mapped = mapped_tables_of(workspace)
            tenant = tenant_tables(mapped, self.ownership)
            if not tenant.columns:
                return could_not_judge(self.name, _NOTHING_OWNED)
            return self._judge(workspace, mapped, tenant)
        except AgentGatesError as error:
            return could_not_judge(self.name, str(error))

    def _judge(self, workspace: Workspace, mapped: MappedTables, tenant: TenantTables) -> GateResult:
        world = World(syntax_of(workspace), OwnedEntities(mapped, tenant))
        judged = [path for path in world.files.project.paths if self._is_judged(path)]
        if not judged:
            return could_not_judge(self.name, f"no Python file lies under {', '.join(self.paths)}")
        tally, reader = Tally(), FileReader(world, frozenset(self.resolvers))
        readings = _readings(world, reader, judged)
        scope = implicit_scope(world, judged)
        check = sql_check(tenant, self.dialect)
        findings = Findings(world.entities, check, tally, world.find, is_implicit=scope is not None)
        called = _Callers(world, judged, readings)
        found = [one for reading in readings for one in findings.of(reading, called.nobody(reading, tally))]
        found += undeclared_tables(workspace, world, tenant, self.shared, self.via)
        found += optional_managers(world)
        scope = scope or scope_of_managers(world)
        found += [scope.advice(len(tally.unsure))] if scope is not None else []
        result = result_of(self.name, found, _message(tenant, tally, len(judged)))
        unread = self._unread(world) if result.status is GateStatus.PASS else ""
        return could_not_judge(self.name, unread) if unread else replace(result, facts=_facts(tenant, tally))

    def _unread(self, world: World) -> str:
        """The first judged file that does not parse; empty where there is none."""
        for path, problem in world.files.project.problems:
            if self._is_judged(path):
                place = f"{path}:{problem.line}" if problem.line else path
                return f"{place} does not parse, so its queries are not known: {problem.message}"
        return ""

    def _is_judged(self, path: str) -> bool:
        return any(matches(path, glob) for glob in self.paths) and not any(matches(path, one) for one in self.exclude)


def _readings(world: World, reader: FileReader, judged: Sequence[str]) -> list[Reading]:
    """What the functions do that name an owned table, and those that use a query which such a function gives."""
    near = near_files(world, judged)
    readings = [one for path in near for one in (*reader.read(path), *read_bodies(world, path))]
    names = {one.defined.node.name for one in readings if one.escaped}
    users = files_using(world, judged, near, names)
    readings += [one for path in users for one in (*reader.read(path), *read_bodies(world, path))]
    generics = Generics(reader)
    return readings + [one for path in (*near, *users) for one in generics.read(path)]


_NOTHING_OWNED = (
    "no tenant-owned table was found: name the tenant columns under [tool.agentgates.gates.tenant_filter] column, "
    "or the tables under owned"
)


# Frameworks call these and add nothing but the key.
_HOOKS = frozenset({"get_queryset", "get_query_set", "get_object"})


@dataclass(slots=True)
class _Callers:
    """Who uses a query that a function returns unfinished."""

    world: World
    judged: Sequence[str]
    readings: Sequence[Reading]
    _texts: list[bytes] | None = None

    def nobody(self, reading: Reading, tally: Tally) -> bool:
        """Whether nothing in the project calls a function, so that nobody can add the filter."""
        open_ways = [one for one in reading.escaped if one.judged.unbound]
        if not open_ways:
            return True
        name = reading.defined.node.name
        if name in _HOOKS and reading.defined.owner:
            return True
        if reading.defined.name in self.world.called:
            return False
        if self._is_mentioned(name):
            for line in {one.query.line for one in open_ways}:
                tally.leave(reading.defined.file.path, line, f"{name} returns a query that its callers may bind")
            return False
        return True

    def _is_mentioned(self, name: str) -> bool:
        pattern = re.compile(rf"(?<!def )\b{re.escape(name)}\(".encode())
        if self._texts is None:
            read = (read_source(self.world.files.project.root, path) for path in self.judged)
            self._texts = [one for one in read if isinstance(one, bytes)]
        return any(pattern.search(text) for text in self._texts if name.encode() in text)


def _message(tenant: TenantTables, tally: Tally, files: int) -> str:
    left = len(tally.unsure)
    queries = "1 query" if tally.roots == 1 else f"{tally.roots} queries"
    return (
        f"{queries} of {counted(len(tenant.columns), 'tenant-owned table')} "
        f"in {counted(files, 'file')}, {tally.flagged} not bound, {left} left to run time"
    )


def _facts(tenant: TenantTables, tally: Tally) -> dict[str, object]:
    left = sorted(tally.unsure.items())
    return {
        "owned_tables": sorted(tenant.columns),
        "tenant_columns": list(tenant.names),
        "queries": tally.roots,
        "not_bound": tally.flagged,
        "left_to_run_time": [{"place": place, "why": ", ".join(why)} for place, why in left[:_MOST_LISTED]],
        "left_to_run_time_count": len(left),
    }
