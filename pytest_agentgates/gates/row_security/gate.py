"""The gate `row_security`: PostgreSQL itself keeps tenants apart, where the project claims so."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from pytest_agentgates.core.finding import Finding, Rule
from pytest_agentgates.core.options import option
from pytest_agentgates.core.ports import Stage
from pytest_agentgates.core.printable import counted
from pytest_agentgates.core.verdict import GateResult, could_not_judge, result_of
from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.gates.row_security.catalogue import Catalogue, Policy, Role, Table, read_catalogue
from pytest_agentgates.source.mapped_tables import Ownership, mapped_tables_of, tenant_tables

BYPASSED = Rule("TEN004", "the isolation of tenants is bypassed")
_NONE = "no tenant-owned table is known: name the tenant's column in `column`, or the tables in `owned`"
_COMMANDS = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}
_PLAIN_KINDS = ("r", "p")


@dataclass(frozen=True)
class RowSecurity:
    """Holds when row-level security binds the tests' role on each tenant-owned table."""

    url_env: str = option("DATABASE_URL", "The environment variable that holds the URL with which the tests connect.")
    column: tuple[str, ...] = option((), "The columns that hold the tenant; by default the one that most tables have.")
    owned: dict[str, str] = option({}, "Tables that a tenant owns, each with its tenant column, beside those found.")
    shared: tuple[str, ...] = option((), "Tables that all tenants share.")
    via: dict[str, str] = option({}, "Tables that are owned through a foreign key, each with its column.")

    name: ClassVar[str] = "row_security"
    stage: ClassVar[Stage] = Stage.AFTER
    rules: ClassVar[tuple[Rule, ...]] = (BYPASSED,)

    def check(self, workspace: Workspace) -> GateResult:
        """Judge what PostgreSQL's catalogue says."""
        url = os.environ.get(self.url_env, "")
        if not url:
            return could_not_judge(
                self.name, f"{self.url_env} is not set: it holds the URL with which the tests connect"
            )
        ownership = Ownership(self.column, tuple(self.owned.items()), self.shared, tuple(self.via.items()))
        try:
            columns = tenant_tables(mapped_tables_of(workspace), ownership).columns
            if not columns:
                return could_not_judge(self.name, _NONE)
            return self._judge(read_catalogue(url, self.url_env, sorted(columns)), dict(columns))
        except AgentGatesError as error:
            return could_not_judge(self.name, str(error))

    def _judge(self, catalogue: Catalogue, columns: dict[str, str | None]) -> GateResult:
        findings = list(_of_role(catalogue.role))
        for name, tables in catalogue.tables.items():
            if not tables:
                findings.append(_finding(name, f"{name} is not found by the tests' role", "create it before the check"))
            for table in tables:
                findings += _of_table(table, columns[name])
        message = f"row-level security of {counted(len(columns), 'owned table')} read as {catalogue.role.name}"
        return replace(result_of(self.name, findings, message), facts={"tables": sorted(columns)})


def _of_role(role: Role) -> Iterator[Finding]:
    fix = "let the tests connect as the application does: a role with NOSUPERUSER NOBYPASSRLS that owns no table"
    if role.is_superuser:
        yield _finding(role.name, f"the tests' role {role.name} is a superuser, whom no policy binds", fix)
    elif role.bypasses:
        yield _finding(role.name, f"the tests' role {role.name} has BYPASSRLS", fix)
    elif role.bypassing:
        listed = ", ".join(role.bypassing)
        yield _finding(role.name, f"the tests' role {role.name} may become {listed}, whom no policy binds", fix)


def _of_table(table: Table, column: str | None) -> Iterator[Finding]:
    name = table.name
    if table.kind not in _PLAIN_KINDS:
        yield _finding(name, f"{name} is no plain table, so no policy can bind it", "name the tables below it")
        return
    if not table.enabled:
        fix = f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
        yield _finding(f"{name} enabled", f"row-level security is not enabled on {name}", fix)
    if not table.forced:
        fix = f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"
        yield _finding(f"{name} forced", f"row-level security is not forced on {name}, so its owner passes it by", fix)
    if table.owned:
        fix = f"let another role own {name}"
        yield _finding(f"{name} owner", f"the tests' role owns {name}, so it can switch its policies off", fix)
    for letter, command in _COMMANDS.items():
        yield from _of_command(table, letter, command, column)


def _of_command(table: Table, letter: str, command: str, column: str | None) -> Iterator[Finding]:
    policies = [one for one in table.policies if one.command in (letter, "*")]
    permissive = [one for one in policies if one.is_permissive]
    tenant = column or "a foreign key to an owned table"
    fix = f"CREATE POLICY ... ON {table.name} FOR {command} with a condition on {tenant}"
    if not permissive:
        yield _finding(f"{table.name} {command}", f"{table.name} has no policy for {command}", fix)
    elif not any(_binds(one, letter, column) for one in policies if not one.is_permissive):
        for policy in permissive:
            if not _binds(policy, letter, column):
                text = f"the policy {policy.name} of {table.name} does not bind {command} by {tenant}"
                yield _finding(f"{table.name} {command} {policy.name}", text, fix)


def _binds(policy: Policy, letter: str, column: str | None) -> bool:
    """Whether each expression that PostgreSQL applies for the command speaks of the tenant."""
    written = policy.check if policy.check is not None else policy.using
    applied = {"r": [policy.using], "d": [policy.using], "a": [written], "w": [policy.using, written]}[letter]
    return all(_speaks_of(expression, column) for expression in applied)


def _speaks_of(expression: str | None, column: str | None) -> bool:
    if expression is None or expression.strip("() ") == "true":
        return False
    return column is None or re.search(rf"(?<!\w){re.escape(column)}(?!\w)", expression) is not None


def _finding(identity: str, text: str, fix: str) -> Finding:
    return Finding(BYPASSED.code, text, fix=fix, snippet=f"row security: {identity}")
