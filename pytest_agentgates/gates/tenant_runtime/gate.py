"""The gate `tenant_runtime`: no statement that the task's tests executed crosses a tenant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from pytest_agentgates.core.finding import Finding, Rule
from pytest_agentgates.core.options import option
from pytest_agentgates.core.outcomes import ExecutedStatement, WatchedStatements
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.verdict import GateResult, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.gates.tenant_runtime.exempt_places import ExemptPlaces
from pytest_agentgates.source.mapped_tables import TENANT_COLUMNS, Ownership, mapped_tables_of, tenant_tables
from pytest_agentgates.source.sweep_marks import MARK
from pytest_agentgates.source.waivers import PHRASE
from pytest_agentgates.tenant_sql import ForeignKey, SqlCheck, SqlVerdict, TenantTables

UNBOUND = Rule("TEN001", "a reference to a tenant-owned table is not bound to the tenant")
_UNWATCHED = "the tests' statements were not watched: run the gate with the tests, as `pytest --agent-task` does"
_NONE = "no tenant-owned table is known: name the tenant's column in `column`, or the tables in `owned`"
_LONGEST = 160


@dataclass(frozen=True)
class TenantRuntime:
    """Holds when each statement that the tests executed binds each reference to an owned table."""

    column: tuple[str, ...] = option((), "The columns that hold the tenant; by default the one that most tables have.")
    owned: dict[str, str] = option({}, "Tables that a tenant owns, each with its tenant column, beside those found.")
    shared: tuple[str, ...] = option((), "Tables that all tenants share.")
    via: dict[str, str] = option({}, "Tables that are owned through a foreign key, each with its column.")
    resolvers: tuple[str, ...] = option(
        (), "Functions whose look-up finds the tenant; their statements are not judged."
    )
    dialect: str = option("", "The SQL dialect, where the driver's own is not the right one.")
    judge_setup: bool = option(False, "Whether what fixtures execute before a test is judged as well.")

    name: ClassVar[str] = "tenant_runtime"
    stage: ClassVar[Stage] = Stage.AFTER
    rules: ClassVar[tuple[Rule, ...]] = (UNBOUND,)

    @property
    def watch(self) -> Mapping[str, object]:
        """What the tests' process must write down."""
        columns = [*self.column, *self.owned.values()] or list(TENANT_COLUMNS)
        exempting = [MARK, PHRASE.decode(), *(name.rpartition(".")[2] for name in self.resolvers)]
        return {"setup": self.judge_setup, "columns": columns, "exempting": exempting}

    def check(self, workspace: Workspace) -> GateResult:
        """Judge what the tests executed."""
        if workspace.claim is None or workspace.claim.statements is None:
            return could_not_judge(self.name, _UNWATCHED)
        watched = workspace.claim.statements
        if watched.problem:
            return could_not_judge(self.name, watched.problem)
        try:
            return self._judge(
                watched, self._tables(workspace), ExemptPlaces(workspace.root, frozenset(self.resolvers))
            )
        except AgentGatesError as error:
            return could_not_judge(self.name, str(error))

    def _tables(self, workspace: Workspace) -> TenantTables:
        ownership = Ownership(self.column, tuple(self.owned.items()), self.shared, tuple(self.via.items()))
        found = tenant_tables(mapped_tables_of(workspace), ownership)
        keys = [ForeignKey(key.table, key.column, key.target, key.target_column) for key in found.foreign_keys]
        return TenantTables(found.columns, tuple(keys))

    def _judge(self, watched: WatchedStatements, tables: TenantTables, exempt: ExemptPlaces) -> GateResult:
        if not tables.owned:
            return could_not_judge(self.name, _NONE)
        checks: dict[str, SqlCheck] = {}
        judged = [(one, self._verdict(one, tables, checks)) for one in watched.statements]
        findings = [
            finding
            for one, verdict in judged
            for finding in _of_statement(one, verdict)
            if not exempt.holds(one.path, one.line)
        ]
        findings += _of_rows(watched)
        touched = {name for _, verdict in judged for name in (*verdict.tables, *verdict.mentioned)}
        untouched = sorted(set(tables.columns) - touched)
        if not touched:
            return replace(could_not_judge(self.name, _nothing(untouched)), facts={"untouched": untouched})
        share = f"{len(touched)} of {len(tables.owned)} owned tables touched"
        message = f"{counted(len(watched.statements), 'distinct statement')} executed, {share}"
        facts = {"untouched": untouched, "exempt": sorted(exempt.used), "exempt_count": len(exempt.used)}
        return replace(result_of(self.name, _distinct(findings), message), facts=facts)

    def _verdict(self, one: ExecutedStatement, tables: TenantTables, checks: dict[str, SqlCheck]) -> SqlVerdict:
        dialect = self.dialect or one.dialect
        if dialect not in checks:
            checks[dialect] = SqlCheck(tables, dialect)
        return checks[dialect].check(one.sql)


def _nothing(untouched: Sequence[str]) -> str:
    return f"the tests executed no statement on an owned table ({', '.join(untouched)})"


def _of_statement(one: ExecutedStatement, verdict: SqlVerdict) -> Iterator[Finding]:
    if one.origin:  # what the mapper does by primary key, to an object that the test already has
        return
    if verdict.not_judged:
        yield _finding(
            one,
            f"it cannot be judged at run time: {verdict.not_judged}",
            "write it so that it can be judged, or waive it",
        )
    for reference in verdict.unbound:
        column = reference.column or "a foreign key to a bound row"
        text = f"at run time {reference.table} is not bound to the tenant ({reference.reason})"
        yield _finding(one, text, f"bind {reference.alias} by {column}")


def _finding(one: ExecutedStatement, text: str, fix: str) -> Finding:
    sql = " ".join(one.sql.split())
    shown = sql if len(sql) <= _LONGEST else f"{sql[:_LONGEST]}..."
    path = one.path or one.test.partition("::")[0]
    return Finding(
        UNBOUND.code, f"{text}: {shown} (test {one.test})", path, one.line, fix=fix, snippet=f"at run time {sql[:1000]}"
    )


def _of_rows(watched: WatchedStatements) -> Iterator[Finding]:
    for row in watched.rows:
        if row.value.replace("-", "") not in {tenant.replace("-", "") for tenant in row.active}:
            yield Finding(
                UNBOUND.code,
                f"{row.test} is about tenant {', '.join(row.active)}, and a row of {row.table} came "
                f"whose {row.column} is another",
                row.test.partition("::")[0],
                fix="bind the query that loaded it to the tenant",
                snippet=f"{row.test} {row.table}",
            )


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    """One finding for each table of a statement at each place, however many tests execute it."""
    found: dict[tuple[str, int, str, str], Finding] = {}
    for finding in findings:
        found.setdefault((finding.path, finding.line, finding.snippet, finding.fix), finding)
    return list(found.values())
