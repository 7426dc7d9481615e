"""`[tool.agentgates]` in pyproject.toml, or agentgates.toml, as one frozen value."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pytest_agentgates.config_file import FILES, find_root, read_text
from pytest_agentgates.config_mistakes import config_mistakes, in_order
from pytest_agentgates.config_schema import common_properties, top_level_schema
from pytest_agentgates.core.finding import Waiver
from pytest_agentgates.errors import UsageError
from pytest_agentgates.validate import mistakes_of

_ENVIRONMENT = {
    "AGENTGATES_TASKS": "tasks",
    "AGENTGATES_EVIDENCE": "evidence",
    "AGENTGATES_AGENT": "agent",
    "AGENTGATES_BASE": "base",
}


@dataclass(frozen=True)
class GateTable:
    """One gate as it is configured; `kind` names the gate class, `options` its fields.

    An implied one has no table of its own; `asking` are then the layers whose profiles name it.
    """

    name: str
    kind: str
    enabled: bool = True
    blocking: bool = True
    layers: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    is_implied: bool = False
    asking: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunSettings:
    """How the tests are run; `seconds` 0 means without a time limit."""

    python: str = ""
    carry: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    seconds: int = 0


@dataclass(frozen=True)
class Config:
    """The configuration; `source` is the file it came from, relative to `root`, empty for none.

    `revision` is the commit that it was read from, empty for the disk.
    """

    root: Path
    source: str = ""
    text: str = ""
    revision: str = ""
    tasks: str = "docs/state/tasks.json"
    evidence: str = ".claude/evidence"
    baseline: str = "agentgates-baseline.json"
    agent: str = ""
    base: str = ""
    max_attempts: int = 3
    source_roots: tuple[str, ...] = ()
    gates: Mapping[str, GateTable] = field(default_factory=dict)
    profiles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    run: RunSettings = RunSettings()
    selection: Mapping[str, Any] = field(default_factory=dict)


def load_config(start: Path, gate_schemas: Mapping[str, Mapping[str, Any]]) -> Config:
    """Read the configuration that governs `start`; `gate_schemas` maps gate kinds to their options' schema.

    Raises UsageError with every mistake at once, each with its key, its line and the nearest valid name.
    """
    root, source = find_root(start)
    if not source:
        return _with_environment(Config(root))
    return parse_config(Config(root, source, read_text(root / source)), gate_schemas)


def parse_config(unread: Config, gate_schemas: Mapping[str, Mapping[str, Any]]) -> Config:
    """Read the text of a configuration; raises UsageError as `load_config` does."""
    source, text = unread.source, unread.text
    table = _table(_parse(text, source), source)
    prefix = "" if source == "agentgates.toml" else "tool.agentgates"
    mistakes = config_mistakes(table, gate_schemas, prefix)
    if mistakes:
        raise UsageError.of(in_order(mistakes, source, text))
    return _with_environment(_build(unread, table))


def run_settings(texts: Mapping[str, str]) -> RunSettings:
    """How the tests are run as other texts of the configuration files say, such as those of the base.

    `texts` maps the names of the files to what they hold; what cannot be read there says nothing.
    """
    return _run_settings(_other_table(texts).get("run", {}))


def gate_tables(texts: Mapping[str, str]) -> Mapping[str, GateTable]:
    """The gates as other texts of the configuration files set them up; none where they cannot be read."""
    table = _other_table(texts)
    profiles = table.get("profiles", {}).values()
    named = {name: GateTable(name, name) for profile in profiles for name in profile.get("gates", ())}
    gates = {name: _gate(name, options) for name, options in table.get("gates", {}).items()}
    return {**named, **gates}


def tasks_location(texts: Mapping[str, str]) -> str:
    """Where the tasks are as other texts of the configuration files say."""
    return str(_other_table(texts).get("tasks", Config.tasks))


def governing_table(texts: Mapping[str, str]) -> Mapping[str, Any]:
    """What other texts of the configuration files set; empty where they cannot be read, or set nothing."""
    return _other_table(texts)


def waivers_of(text: str, source: str) -> tuple[Waiver, ...]:
    """The waivers in another text of a configuration file; none where it cannot be read."""
    return tuple(_waiver(entry, source) for entry in _other_table({source: text}).get("waivers", ()))


def _other_table(texts: Mapping[str, str]) -> Mapping[str, Any]:
    """The table that governs among such texts, by the names of the files; empty where none can be read."""
    for name in FILES:
        try:
            table = _table(tomllib.loads(texts.get(name, "")), name)
        except (tomllib.TOMLDecodeError, UsageError):
            continue
        if table and not mistakes_of(table, top_level_schema(), ""):
            return table
    return {}


def _parse(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"is not valid TOML: {error}", source, "correct the syntax there") from error


def _table(document: dict[str, Any], source: str) -> dict[str, Any]:
    if source == "agentgates.toml":
        return document
    tool = document.get("tool", {})
    table = tool.get("agentgates", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise UsageError("tool.agentgates is not a table", source, "write [tool.agentgates]")
    return table


def _build(config: Config, table: Mapping[str, Any]) -> Config:
    simple = {
        name: table[name]
        for name in ("tasks", "evidence", "baseline", "agent", "base", "max_attempts")
        if name in table
    }
    return replace(
        config,
        **simple,
        source_roots=tuple(table.get("source_roots", ())),
        gates={name: _gate(name, options) for name, options in table.get("gates", {}).items()},
        profiles={layer: tuple(profile["gates"]) for layer, profile in table.get("profiles", {}).items()},
        waivers=tuple(_waiver(entry, config.source) for entry in table.get("waivers", ())),
        run=_run_settings(table.get("run", {})),
        selection=table.get("selection", {}),
    )


def _run_settings(run: Mapping[str, Any]) -> RunSettings:
    return RunSettings(
        python=run.get("python", ""),
        carry=tuple(run.get("carry", ())),
        environment=tuple(run.get("environment", ())),
        seconds=run.get("seconds", 0),
    )


def _gate(name: str, options: Mapping[str, Any]) -> GateTable:
    own = {key: _frozen(value) for key, value in options.items() if key not in common_properties() or _is_own(value)}
    return GateTable(
        name=name,
        kind=options.get("type", name),
        enabled=options.get("enabled", True),
        blocking=options.get("blocking", True),
        layers=() if "layers" in own else tuple(options.get("layers", ())),
        options=own,
    )


def _is_own(value: object) -> bool:
    """Whether the value is a gate's own: what every gate has is never a table."""
    return isinstance(value, dict)


def _frozen(value: object) -> object:
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return tuple(value) if isinstance(value, list) else value


def _waiver(entry: Mapping[str, Any], source: str) -> Waiver:
    return Waiver(
        rule=entry["rule"],
        path=entry["path"],
        reason=entry.get("reason", ""),
        where=source,
        expires=str(entry.get("expires", "")),
    )


def _with_environment(config: Config) -> Config:
    given = {name: os.environ.get(variable) for variable, name in _ENVIRONMENT.items()}
    named: dict[str, Any] = {name: value for name, value in given.items() if value}
    return replace(config, **named)
