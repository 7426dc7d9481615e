"""The gates that come with the package: one line each."""

from __future__ import annotations

from pytest_agentgates.core.ports import Gate
from pytest_agentgates.gates.authorized import Authorized
from pytest_agentgates.gates.command import Command
from pytest_agentgates.gates.config_holds import ConfigHolds
from pytest_agentgates.gates.coverage_floor import CoverageFloor
from pytest_agentgates.gates.hexagon import Hexagon
from pytest_agentgates.gates.imports_kept import ImportsKept
from pytest_agentgates.gates.layers import Layers
from pytest_agentgates.gates.mypy_clean import MypyClean
from pytest_agentgates.gates.ready import Ready
from pytest_agentgates.gates.ruff_clean import RuffClean
from pytest_agentgates.gates.tenant_filter import TenantFilter
from pytest_agentgates.gates.tenant_runtime import TenantRuntime
from pytest_agentgates.gates.tests_pass import TestsPass
from pytest_agentgates.gates.untampered import Untampered

GATES: dict[str, type[Gate]] = {
    "ready": Ready,
    "tests_pass": TestsPass,
    "coverage_floor": CoverageFloor,
    "ruff_clean": RuffClean,
    "mypy_clean": MypyClean,
    "imports_kept": ImportsKept,
    "hexagon": Hexagon,
    "untampered": Untampered,
    "layers": Layers,
    "authorized": Authorized,
    "tenant_filter": TenantFilter,
    "tenant_runtime": TenantRuntime,
    "command": Command,
    "config": ConfigHolds,
}
