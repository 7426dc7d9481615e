"""New tables of which nobody said whose they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.gates.tenant_filter.rules import UNDECLARED
from pytest_agentgates.gates.tenant_filter.world import World
from pytest_agentgates.source.mapped_tables import MappedTable, TenantTables


def undeclared_tables(
    workspace: Workspace, world: World, tenant: TenantTables, shared: Iterable[str], via: Mapping[str, str]
) -> Iterator[Finding]:
    """Tables that are neither owned, nor shared, nor reached through an owned parent; old ones are left alone."""
    entities = world.entities
    known = {name.rpartition(".")[2] for name in (*shared, *via)}
    reached = _reached(tenant)
    for one in entities.mapped.tables:
        is_known = one.table in tenant.columns or {one.table, one.name} & known or one.table in reached
        if is_known or entities.is_tenant_table(one.key) or not _is_new(workspace, one):
            continue
        message = f"{one.name} ({one.table}) is neither tenant-owned, nor shared, nor reached through an owned parent"
        fix = "give it the tenant column or a foreign key to an owned table, or name it under shared or via"
        # Without a base it cannot be told whether the table is new: advice, so that an old project is not stopped.
        weight = Severity.WARNING if workspace.base is None else Severity.ERROR
        yield Finding(UNDECLARED.code, message, one.path, one.line, 1, fix, severity=weight, snippet=message)


def _reached(tenant: TenantTables) -> set[str]:
    """The tables with a foreign key to an owned one, or to one that is reached."""
    found: set[str] = set()
    keys = list(tenant.foreign_keys)
    while True:
        more = {key.table for key in keys if key.target in tenant.columns or key.target in found} - found
        if not more:
            return found
        found |= more


def _is_new(workspace: Workspace, table: MappedTable) -> bool:
    """Whether the base does not have the class; without a base any table may be."""
    if workspace.base is None:
        return True
    before = workspace.base.read(table.path)
    return before is None or re.search(rf"\b{re.escape(table.name)}\b".encode(), before) is None
