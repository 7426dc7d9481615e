"""What other packages may add, through the entry point group `pytest_agentgates`."""

from __future__ import annotations

from collections.abc import Sequence

import pluggy

from pytest_agentgates.core.ports import Gate

hookspec = pluggy.HookspecMarker("pytest_agentgates")
hookimpl = pluggy.HookimplMarker("pytest_agentgates")


@hookspec
def agentgates_gates() -> Sequence[type[Gate]]:
    """Return the gate classes that the package offers."""
    raise NotImplementedError
