"""The gate `tenant_filter`: no query crosses a tenant."""

from __future__ import annotations

from pytest_agentgates.gates.tenant_filter.gate import TenantFilter

__all__ = ["TenantFilter"]
