"""The gate `tenant_runtime`."""

from __future__ import annotations

from pytest_agentgates.gates.tenant_runtime.gate import TenantRuntime

__all__ = ["TenantRuntime"]
