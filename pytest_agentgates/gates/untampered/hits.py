"""Something suspicious in product code."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_agentgates.core.finding import Rule


@dataclass(frozen=True)
class Hit:
    """What was seen, worded so that the same thing elsewhere in the file reads the same; advice where not sure."""

    rule: Rule
    text: str
    line: int
    is_sure: bool = True
