"""The JSON Schema of the configuration, built from the gates' own options."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pytest_agentgates.core.task import LAYERS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SIMPLE = {bool: "boolean", int: "integer", float: "number", str: "string"}
_TEXTS = {"type": "array", "items": {"type": "string"}}


def options_schema(gate: type) -> dict[str, Any]:
    """The schema of a gate's options: each dataclass field with its help and default."""
    hints = get_type_hints(gate)
    properties: dict[str, Any] = {}
    for item in fields(gate):
        if "help" in item.metadata:
            properties[item.name] = {**_type_schema(hints[item.name]), "description": item.metadata["help"]}
            if item.default is not MISSING:
                properties[item.name]["default"] = _plain(item.default)
    return {"type": "object", "properties": properties, "additionalProperties": False}


def common_properties() -> dict[str, Any]:
    """The options that every gate has."""
    return {
        "type": {"type": "string", "description": "The kind of gate, where the name is the user's own."},
        "enabled": {"type": "boolean", "description": "Whether the gate is on.", "default": True},
        "blocking": {"type": "boolean", "description": "Whether its failure fails the run.", "default": True},
        "layers": {**_TEXTS, "description": "The layers of tasks it is on for; all when left out."},
    }


def with_common_properties(own: Mapping[str, Any]) -> dict[str, Any]:
    """A gate's own options and those of every gate; a gate's own `layers` table may stand where the list does."""
    common = common_properties()
    both = {name: {"anyOf": [common[name], own[name]]} for name in common.keys() & own.keys()}
    return {**common, **own, **both}


def top_level_schema() -> dict[str, Any]:
    """The schema of `[tool.agentgates]` with gates and profiles left open."""
    text = {"type": "string", "minLength": 1}
    waiver = {
        "type": "object",
        "required": ["rule", "path", "reason"],
        "additionalProperties": False,
        "properties": {"rule": text, "path": text, "reason": {"type": "string"}, "expires": {}},
    }
    properties = {
        "tasks": {**text, "description": "The task store: a path, or the URL of a database."},
        "evidence": {**text, "description": "The folder that evidence is written to."},
        "baseline": {**text, "description": "The file that records the findings of old code."},
        "agent": {**text, "description": "The name of the agent that works here."},
        "base": {**text, "description": "The revision that changes are measured against."},
        "source_roots": {**_TEXTS, "description": "The folders that hold Python source; all when left out."},
        "max_attempts": {"type": "integer", "minimum": 1, "description": "Failed judgements until a task is blocked."},
        "gates": {"type": "object", "description": "One table for each gate."},
        "profiles": {"type": "object", "additionalProperties": _profile(), "description": "Gates by layer."},
        "waivers": {"type": "array", "items": waiver, "description": "Findings that may stand, each with its reason."},
        "run": _run(),
        "selection": _selection(),
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def config_schema(gates: Mapping[str, type]) -> dict[str, Any]:
    """The whole JSON Schema, for editors and for `agentgates schema config`."""
    schema = top_level_schema()
    tables = {name: _with_common(options_schema(gate)) for name, gate in sorted(gates.items())}
    command = tables.get("command", {"type": "object"})
    schema["properties"]["gates"] |= {"properties": tables, "additionalProperties": command}
    return {"$schema": DIALECT, "title": "pytest-agentgates", **schema}


def _with_common(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "properties": with_common_properties(schema["properties"])}


def _profile() -> dict[str, Any]:
    return {"type": "object", "required": ["gates"], "additionalProperties": False, "properties": {"gates": _TEXTS}}


def _run() -> dict[str, Any]:
    properties = {
        "python": {"type": "string", "description": "The project's interpreter, where the tool has its own."},
        "carry": {**_TEXTS, "description": "Untracked files that tests need."},
        "environment": {**_TEXTS, "description": "Variables that the tests need, by name or glob."},
        "seconds": {"type": "integer", "minimum": 0, "description": "Time limit of the tests; 0 for none."},
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _selection() -> dict[str, Any]:
    words = {**_TEXTS, "minItems": 1}
    rejecting = _table({"layer": {"enum": list(LAYERS)}, "words": words}, "layer", "words")
    otherwise = _table({"accept": {"type": "boolean"}, "layer": {"enum": list(LAYERS)}})
    layer = _table(
        {
            "reject": {"type": "array", "items": rejecting, "description": "Words of other layers, looked for first."},
            "indicators": {"type": "object", "additionalProperties": words, "description": "Words of the layer."},
            "default": {**otherwise, "description": "What becomes of a task with none of the words."},
            "ignore": {**_TEXTS, "description": "Phrases whose words tell of no layer."},
        }
    )
    return _table(
        {
            "max_rejections": {"type": "integer", "minimum": 1, "description": "Rejections until a person decides."},
            "layers": {**_table(dict.fromkeys(LAYERS, layer)), "description": "The words of each layer."},
        }
    )


def _table(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": [*required], "additionalProperties": False}


def _type_schema(hint: Any) -> dict[str, Any]:
    if hint in _SIMPLE:
        return {"type": _SIMPLE[hint]}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (UnionType, typing.Union):
        return {"anyOf": [_type_schema(argument) for argument in arguments]}
    if origin is tuple:
        return {"type": "array", "items": _type_schema(arguments[0])}
    if origin in (dict, typing.Mapping):
        return {"type": "object", "additionalProperties": _type_schema(arguments[1])}
    raise TypeError(f"an option cannot be of type {hint}")


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
