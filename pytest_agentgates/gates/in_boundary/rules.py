"""The rules of `in_boundary`."""

from __future__ import annotations

from pytest_agentgates.core.finding import Rule

OUTSIDE = Rule("BND001", "a change lies outside the boundary")
PROTECTED = Rule("BND002", "a protected file was changed")
UNDECLARED = Rule("BND003", "the task declares no boundary")
FORBIDDEN = Rule("BND004", "a file appeared that may never appear")

RULES = (OUTSIDE, PROTECTED, UNDECLARED, FORBIDDEN)
