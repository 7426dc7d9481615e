"""The gates that come with the package: one line each."""

from __future__ import annotations

from pytest_agentgates.core.ports import Gate
from pytest_agentgates.gates.config_holds import ConfigHolds
from pytest_agentgates.gates.ready import Ready
from pytest_agentgates.gates.tests_pass import TestsPass

GATES: dict[str, type[Gate]] = {
    "ready": Ready,
    "tests_pass": TestsPass,
    "config": ConfigHolds,
}
