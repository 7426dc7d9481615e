"""The arguments of a call."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from pytest_agentgates.gates.tenant_filter.values import Thing


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call; `is_open` where `*` or `**` bring more that are not known."""

    node: ast.Call
    values: tuple[Thing, ...]
    named: dict[str, Thing]
    is_open: bool

    @property
    def line(self) -> int:
        """The line where the call's chain begins."""
        return self.node.lineno

    @property
    def every(self) -> tuple[Thing, ...]:
        """Positional and named."""
        return (*self.values, *self.named.values())
