"""What is wrong with a configuration: every mistake with its key, its line and the nearest valid name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pytest_agentgates.config_schema import top_level_schema, with_common_properties
from pytest_agentgates.errors import Mistake
from pytest_agentgates.toml_lines import line_of
from pytest_agentgates.validate import mistakes_of, nearest


def config_mistakes(
    table: Mapping[str, Any], gate_schemas: Mapping[str, Mapping[str, Any]], prefix: str
) -> list[Mistake]:
    """Every mistake in a table of the configuration; `prefix` is the key that the table stands under."""
    mistakes = mistakes_of(table, top_level_schema(), prefix)
    gates = table.get("gates", {})
    if isinstance(gates, dict):
        for name, options in gates.items():
            mistakes += _gate_mistakes(name, options, gate_schemas, _join(prefix, f"gates.{name}"))
        mistakes += _profile_mistakes(table, {*gate_schemas, *gates}, prefix)
    return mistakes


def in_order(mistakes: Sequence[Mistake], source: str, text: str) -> list[Mistake]:
    """The mistakes with their lines, in the order of the file."""
    lines = [line_of(text, mistake.where.split(".")) for mistake in mistakes]
    ordered = sorted(zip(lines, mistakes, strict=True), key=lambda pair: pair[0])
    return [replace(mistake, where=_place(source, line, mistake.where)) for line, mistake in ordered]


def _gate_mistakes(
    name: str, options: object, gate_schemas: Mapping[str, Mapping[str, Any]], key: str
) -> list[Mistake]:
    if not isinstance(options, dict):
        return [Mistake(f"a gate is a table, not {type(options).__name__}", key, f"write [{key}]")]
    kind = str(options.get("type", name))
    if kind not in gate_schemas:
        wanted = nearest(kind, gate_schemas)
        fix = f"did you mean {wanted}?" if wanted else f"the gates are: {', '.join(sorted(gate_schemas))}"
        return [Mistake(f"AGT003 no one offers a gate {kind!r}", key, fix)]
    schema = dict(gate_schemas[kind])
    schema["properties"] = with_common_properties(schema["properties"])
    return mistakes_of(options, schema, key) + _switched_off(name, options, key)


def _switched_off(name: str, options: Mapping[str, Any], key: str) -> list[Mistake]:
    """The gates that carry the promise cannot be taken out of it."""
    if name not in ("ready", "tests_pass", "config"):
        return []
    off = [option for option in ("enabled", "blocking") if options.get(option) is False]
    return [Mistake(f"{name} cannot be switched off", f"{key}.{option}", "remove this line") for option in off]


def _profile_mistakes(table: Mapping[str, Any], known: set[str], prefix: str) -> list[Mistake]:
    mistakes = []
    for layer, profile in table.get("profiles", {}).items():
        for name in profile.get("gates", ()) if isinstance(profile, dict) else ():
            if name not in known:
                wanted = nearest(str(name), known)
                fix = f"did you mean {wanted}?" if wanted else "name a gate that exists"
                key = _join(prefix, f"profiles.{layer}.gates")
                mistakes.append(Mistake(f"AGT003 no one offers a gate {name!r}", key, fix))
    return mistakes


def _join(prefix: str, key: str) -> str:
    return f"{prefix}.{key}" if prefix else key


def _place(source: str, line: int, key: str) -> str:
    return f"{source}:{line}: {key}" if line else f"{source}: {key}"
