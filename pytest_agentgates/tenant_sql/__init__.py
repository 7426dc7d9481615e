"""Which references of a SQL statement to tenant-owned tables no predicate binds to the tenant."""

from __future__ import annotations

from pytest_agentgates.tenant_sql.check import SqlCheck, check_statement
from pytest_agentgates.tenant_sql.verdict import ForeignKey, SqlVerdict, TenantTables, Unbound

__all__ = ["ForeignKey", "SqlCheck", "SqlVerdict", "TenantTables", "Unbound", "check_statement"]
