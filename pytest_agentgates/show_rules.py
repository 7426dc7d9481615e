"""The words that `agentgates tasks select` goes by, as facts and as text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pytest_agentgates.core.selection import SelectionRules


def rules_facts(rules: SelectionRules) -> dict[str, object]:
    """The rules as plain data, in the form that the configuration has."""
    return {
        "max_rejections": rules.max_rejections,
        "layers": {
            layer: {
                "reject": [{"layer": item.layer, "words": list(item.words)} for item in table.reject],
                "indicators": {kind: list(words) for kind, words in table.indicators.items()},
                "default": {
                    "accept": table.accept_otherwise,
                    **({"layer": table.otherwise} if table.otherwise else {}),
                },
                "ignore": list(table.ignore),
            }
            for layer, table in rules.tables.items()
        },
    }


def rule_lines(facts: Mapping[str, Any]) -> list[str]:
    """The rules as TOML; JSON text and lists are written alike there."""
    lines = ["[tool.agentgates.selection]", f"max_rejections = {facts['max_rejections']}"]
    for layer, table in facts["layers"].items():
        head = f"tool.agentgates.selection.layers.{layer}"
        for item in table["reject"]:
            lines += ["", f"[[{head}.reject]]", f'layer = "{item["layer"]}"', f"words = {_toml(item['words'])}"]
        lines += ["", f"[{head}.indicators]"]
        lines += [f"{json.dumps(kind)} = {_toml(words)}" for kind, words in table["indicators"].items()]
        lines += ["", f"[{head}.default]"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in table["default"].items()]
        lines += ["", f"[{head}]", f"ignore = {_toml(table['ignore'])}"]
    return lines


def _toml(words: Sequence[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False)
