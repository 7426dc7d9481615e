"""The gate `command`: a command of the user's own succeeds."""

from __future__ import annotations

from pytest_agentgates.gates.command.gate import Command

__all__ = ["Command"]
