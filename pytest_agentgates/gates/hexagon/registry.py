"""Every rule function of the gate, in the order of its findings."""

from __future__ import annotations

from pytest_agentgates.gates.hexagon.directions import judge_directions
from pytest_agentgates.gates.hexagon.effects import judge_effects
from pytest_agentgates.gates.hexagon.hidden_code import judge_hidden_code
from pytest_agentgates.gates.hexagon.public_api import judge_public_api
from pytest_agentgates.gates.hexagon.pure_imports import judge_purity
from pytest_agentgates.gates.hexagon.shape_checks import (
    judge_adapter_classes,
    judge_port_classes,
    judge_regression_tests,
    judge_shapes,
    judge_test_mirror,
)
from pytest_agentgates.gates.hexagon.unread import judge_unread
from pytest_agentgates.gates.hexagon.view import RuleCheck

RULE_CHECKS: tuple[RuleCheck, ...] = (
    judge_unread,
    judge_directions,
    judge_hidden_code,
    judge_purity,
    judge_effects,
    judge_public_api,
    judge_shapes,
    judge_port_classes,
    judge_adapter_classes,
    judge_test_mirror,
    judge_regression_tests,
)
