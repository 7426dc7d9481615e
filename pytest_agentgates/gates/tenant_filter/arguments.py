"""The arguments of a call."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from pytest_agentgates.gates.tenant_filter.values import Items, Thing


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call; `is_open` where `*` or `**` bring more that are not known.

    `spreads` are the dicts of which one is given by `**`, by the way that was taken.
    """

    node: ast.Call
    values: tuple[Thing, ...]
    named: dict[str, Thing]
    is_open: bool
    spreads: tuple[Items, ...] = ()

    @property
    def line(self) -> int:
        """The line where the call's chain begins."""
        return self.node.lineno

    @property
    def every(self) -> tuple[Thing, ...]:
        """Positional and named."""
        return (*self.values, *self.named.values())
