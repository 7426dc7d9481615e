"""The gate `coverage_floor`."""

from __future__ import annotations

from pytest_agentgates.gates.coverage_floor.gate import CoverageFloor

__all__ = ["CoverageFloor"]
