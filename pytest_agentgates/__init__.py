"""Tells whether a coding agent's "done" is true."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = [
    "AgentGatesError",
    "Finding",
    "GateResult",
    "GateStatus",
    "Rule",
    "Stage",
    "Workspace",
    "hookimpl",
    "option",
]

if TYPE_CHECKING:
    from pytest_agentgates.core.finding import Finding, Rule
    from pytest_agentgates.core.options import option
    from pytest_agentgates.core.ports import Stage
    from pytest_agentgates.core.verdict import GateResult, GateStatus
    from pytest_agentgates.core.workspace_port import Workspace
    from pytest_agentgates.errors import AgentGatesError
    from pytest_agentgates.hooks import hookimpl

_HOME = {
    "AgentGatesError": "pytest_agentgates.errors",
    "Finding": "pytest_agentgates.core.finding",
    "GateResult": "pytest_agentgates.core.verdict",
    "GateStatus": "pytest_agentgates.core.verdict",
    "Rule": "pytest_agentgates.core.finding",
    "Stage": "pytest_agentgates.core.ports",
    "Workspace": "pytest_agentgates.core.workspace_port",
    "hookimpl": "pytest_agentgates.hooks",
    "option": "pytest_agentgates.core.options",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for: pytest imports this module in every session."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
