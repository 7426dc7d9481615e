"""The gate `authorized`."""

from __future__ import annotations

from pytest_agentgates.gates.authorized.gate import Authorized

__all__ = ["Authorized"]
