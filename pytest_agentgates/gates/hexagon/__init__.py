"""The gate `hexagon`."""

from __future__ import annotations

from pytest_agentgates.gates.hexagon.gate import Hexagon

__all__ = ["Hexagon"]
