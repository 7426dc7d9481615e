"""The one file that knows every gate, store and writer."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pytest_agentgates import evidence
from pytest_agentgates.baseline_file import load_baseline
from pytest_agentgates.config import Config, GateTable, load_config, parse_config
from pytest_agentgates.config_file import find_root
from pytest_agentgates.config_schema import options_schema
from pytest_agentgates.configuration_at import configuration_at
from pytest_agentgates.core.baseline import NEVER_RECORDED, Baseline
from pytest_agentgates.core.finding import Rule
from pytest_agentgates.core.ports import EvidenceWriter, Gate, TaskStore
from pytest_agentgates.errors import UsageError
from pytest_agentgates.gates import GATES
from pytest_agentgates.lazy_mapping import LazyMapping
from pytest_agentgates.measure_tests import FloorsMeasuring
from pytest_agentgates.project import Project
from pytest_agentgates.run_gates import ConfiguredGate
from pytest_agentgates.run_tool import LocalTools
from pytest_agentgates.store_location import shown_location
from pytest_agentgates.stores import EXAMPLES, STORES
from pytest_agentgates.third_party_gates import third_party_gates
from pytest_agentgates.validate import nearest

ALWAYS_ON = ("ready", "tests_pass", "untampered", "in_boundary", "config")
_OWNERSHIP = ("column", "owned", "shared", "via")
_TENANT_GATES = ("tenant_runtime", "row_security")


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(UTC)


def wire_project(start: Path, also_on: Sequence[str] = (), revision: str = "") -> Project:
    """Read the configuration that governs `start` and put everything together for it.

    The gates named in `also_on` are on whatever the configuration says; with `revision` it is read from there.
    Raises UsageError for mistakes in the configuration and for names that no one offers.
    """
    tools = LocalTools()
    unread = configuration_at(start, tools, revision) if revision else None
    kinds = offered_gates(unread.root if unread else find_root(start)[0])
    schemas = LazyMapping(tuple(kinds), lambda name: options_schema(kinds[name]))
    config = parse_config(unread, schemas) if unread else load_config(start, schemas)
    gates = with_baseline(build_gates(config, kinds, also_on), load_baseline(config.root, config.baseline))
    return Project(
        config=config,
        gates=gates,
        open_store=lambda: open_store(config),
        writers=evidence.EVIDENCE,
        statement=evidence.STATEMENT,
        tools=tools,
        clock=SystemClock(),
        cache=private_cache(config.root),
        coverage=measuring(gates),
        open_store_at=lambda root: open_store(replace(config, root=root)),
        always_on=ALWAYS_ON,
    )


def offered_gates(root: Path) -> Mapping[str, type[Gate]]:
    """Every gate class by name: our own, and those of installed packages that lie outside the project."""
    others: dict[str, type[Gate]] = {}
    for kind in third_party_gates(root):
        name = str(kind.name)
        if name in GATES or name in others:
            raise UsageError(f"two packages offer a gate {name!r}", fix="uninstall one of them")
        others[name] = kind
    return LazyMapping((*GATES, *others), lambda name: others[name] if name in others else GATES[name])


def build_gates(
    config: Config, kinds: Mapping[str, type[Gate]], also_on: Sequence[str] = ()
) -> tuple[ConfiguredGate, ...]:
    """Every gate that is on: those with a table, those of a profile, those of `also_on`, those that always are."""
    tables = dict(config.gates)
    for name in (*ALWAYS_ON, *(name for profile in config.profiles.values() for name in profile)):
        tables.setdefault(name, _implied(config, name))
    for name in also_on:
        _check_offered(name, {*kinds, *tables})
        tables.setdefault(name, GateTable(name, name))
    ordered = sorted(
        (_with_ownership(table, tables) for table in tables.values()), key=lambda table: _position(table.kind, kinds)
    )
    return tuple(_configure(table, config, kinds) for table in ordered if table.enabled or table.name in also_on)


def with_baseline(gates: Sequence[ConfiguredGate], baseline: Baseline) -> tuple[ConfiguredGate, ...]:
    """The gates with what the baseline records of each; `config` judges the baseline itself."""
    return tuple(_with_baseline(configured, baseline) for configured in gates)


def _with_baseline(configured: ConfiguredGate, baseline: Baseline) -> ConfiguredGate:
    gate = configured.gate
    if gate.name == "config":
        held: Any = gate  # its own fields are not those of the port
        return replace(configured, gate=replace(held, baseline=baseline))
    return configured if gate.name in NEVER_RECORDED else replace(configured, accepted=baseline.of_gate(gate.name))


def open_store(config: Config) -> TaskStore:
    """The store that the configured location is, known by its form; raises UsageError where it is none."""
    for store in STORES:
        if store.recognises(config.tasks):
            return store.open(config.tasks, config.root)
    what = f"no store can read {shown_location(config.tasks)!r}"
    where = f"{config.source}: tasks" if config.source else "tasks"
    raise UsageError(what, where, f"name a location like one of these: {', '.join(EXAMPLES)}")


def measuring(gates: Sequence[ConfiguredGate]) -> FloorsMeasuring:
    """What must be measured for the floors; nothing where there is no such gate."""
    named = [configured.gate for configured in gates if configured.gate.name == "coverage_floor"]
    if not named:
        return FloorsMeasuring(None)
    from pytest_agentgates.gates.coverage_floor import CoverageFloor

    floors = [gate for gate in named if isinstance(gate, CoverageFloor)]
    return FloorsMeasuring(floors[0] if floors else None)


def find_format(name: str) -> EvidenceWriter:
    """The writer of an output format; raises UsageError with the nearest name."""
    if name in evidence.FORMATS:
        return evidence.FORMATS[name]
    known = ", ".join(["text", *evidence.FORMATS])
    raise UsageError(f"there is no format {name!r}", fix=f"the formats are: {known}")


def private_cache(root: Path) -> Path | None:
    """A folder of our own, outside the project; None where the machine lets us have none."""
    name = hashlib.sha256(str(root).encode()).hexdigest()[:16]
    try:
        folder = _user_caches() / "pytest-agentgates" / name
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # a RuntimeError says that the user has no home
        return None
    return folder


def _user_caches() -> Path:
    """Where this system keeps caches; platformdirs, which knows it too, would load with every run of pytest."""
    named = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME", "")
    if os.path.isabs(named):
        return Path(named)
    places = {"win32": "AppData/Local", "darwin": "Library/Caches"}
    return Path.home() / places.get(sys.platform, ".cache")


def _check_offered(name: str, known: set[str]) -> None:
    if name not in known:
        wanted = nearest(name, known)
        fix = f"did you mean {wanted}?" if wanted else f"the gates are: {', '.join(sorted(known))}"
        raise UsageError(f"there is no gate {name!r}", fix=fix)


def _implied(config: Config, name: str) -> GateTable:
    asking = tuple(layer for layer, names in config.profiles.items() if name in names)
    return GateTable(name, name, layers=_layers_with(config, name), is_implied=True, asking=asking)


def _layers_with(config: Config, name: str) -> tuple[str, ...]:
    return () if name in ALWAYS_ON else tuple(layer for layer, names in config.profiles.items() if name in names)


def _position(kind: str, kinds: Mapping[str, type[Gate]]) -> int:
    return list(kinds).index(kind)


def _with_ownership(table: GateTable, tables: Mapping[str, GateTable]) -> GateTable:
    """What `tenant_filter` says of the tables holds for the gates beside it, unless they say it themselves."""
    said = tables.get("tenant_filter")
    if said is None or table.kind not in _TENANT_GATES:
        return table
    known = _OWNERSHIP if table.kind == "row_security" else (*_OWNERSHIP, "resolvers")
    shared = {key: value for key, value in said.options.items() if key in known}
    return replace(table, options={**shared, **table.options})


def _configure(table: GateTable, config: Config, kinds: Mapping[str, type[Gate]]) -> ConfiguredGate:
    layers = table.layers
    if layers:
        layers = tuple(dict.fromkeys((*layers, *_layers_with(config, table.name))))
    return ConfiguredGate(_construct(kinds[table.kind], table, kinds), table.blocking, layers)


def _rules_of(kind: Any) -> tuple[Rule, ...]:
    """A class attribute of every gate, which the port shows as a property."""
    return tuple(kind.rules)


def _construct(kind: Any, table: GateTable, kinds: Mapping[str, type[Gate]]) -> Gate:
    options = dict(table.options)
    if "name" in {item.name for item in fields(kind)}:
        options["name"] = table.name
    gate: Gate = kind(**options)
    if table.kind == "in_boundary" and table.is_implied:
        implied: Any = gate  # its own fields are not those of the port
        implied_gate: Gate = replace(implied, layers_asking=table.asking)
        return implied_gate
    if table.kind == "config":
        from pytest_agentgates.gates.config_holds import ConfigHolds

        assert isinstance(gate, ConfigHolds)  # noqa: S101 - no one else may offer a gate of its name

        def known() -> frozenset[str]:
            return frozenset(rule.code for offered in kinds.values() for rule in _rules_of(offered))

        return replace(gate, known=known, today=f"{datetime.now(UTC):%Y-%m-%d}")
    return gate
