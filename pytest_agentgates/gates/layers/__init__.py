"""The gate `layers`."""

from __future__ import annotations

from pytest_agentgates.gates.layers.gate import Layers

__all__ = ["Layers"]
