"""untampered: the tests still mean what they meant."""

from __future__ import annotations

from pytest_agentgates.gates.untampered.gate import Untampered

__all__ = ["Untampered"]
