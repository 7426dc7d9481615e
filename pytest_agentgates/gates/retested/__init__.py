"""retested: the tests depend on the change, on each of its lines, and on nothing else."""

from __future__ import annotations

from pytest_agentgates.gates.retested.gate import Retested

__all__ = ["Retested"]
