"""The gates that come with the package: one line each, imported when a gate is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from pytest_agentgates.core.ports import Gate
from pytest_agentgates.lazy_mapping import LazyMapping

_CLASSES = {
    "ready": "ready.Ready",
    "tests_pass": "tests_pass.TestsPass",
    "coverage_floor": "coverage_floor.CoverageFloor",
    "ruff_clean": "ruff_clean.RuffClean",
    "mypy_clean": "mypy_clean.MypyClean",
    "imports_kept": "imports_kept.ImportsKept",
    "hexagon": "hexagon.Hexagon",
    "untampered": "untampered.Untampered",
    "in_boundary": "in_boundary.InBoundary",
    "retested": "retested.Retested",
    "layers": "layers.Layers",
    "authorized": "authorized.Authorized",
    "tenant_filter": "tenant_filter.TenantFilter",
    "tenant_runtime": "tenant_runtime.TenantRuntime",
    "row_security": "row_security.RowSecurity",
    "criteria_met": "criteria_met.CriteriaMet",
    "command": "command.Command",
    "config": "config_holds.ConfigHolds",
}


def _load(name: str) -> type[Gate]:
    module, _, kind = _CLASSES[name].partition(".")
    found: type[Gate] = getattr(import_module(f"{__name__}.{module}"), kind)
    return found


GATES: Mapping[str, type[Gate]] = LazyMapping(tuple(_CLASSES), _load)
