"""Every rule function of the gate, in the order of its findings."""

from __future__ import annotations

from pytest_agentgates.gates.hexagon.unread import judge_unread
from pytest_agentgates.gates.hexagon.view import RuleCheck

RULE_CHECKS: tuple[RuleCheck, ...] = (judge_unread,)
