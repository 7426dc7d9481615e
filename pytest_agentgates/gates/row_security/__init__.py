"""The gate `row_security`."""

from __future__ import annotations

from pytest_agentgates.gates.row_security.gate import RowSecurity

__all__ = ["RowSecurity"]
