"""in_boundary: the change stays inside the task."""

from __future__ import annotations

from pytest_agentgates.gates.in_boundary.gate import InBoundary

__all__ = ["InBoundary"]
