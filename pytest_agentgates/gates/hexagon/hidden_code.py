"""HEX011, HEX012, HEX014: imports that nobody can read from the source, in layers that must not hide any."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.hexagon.components import DOMAINS, MODELS, PORTS, Role
from pytest_agentgates.gates.hexagon.view import HexagonView

_ALWAYS = ("builtins.exec", "builtins.eval")
_NEVER = ("builtins.compile",)


def judge_hidden_code(view: HexagonView) -> Iterator[Finding]:
    """Dynamic imports without a literal, `exec`, `eval`, and changes of where modules come from."""
    for path, role in view.components.roles.items():
        if role not in DOMAINS | PORTS:
            continue
        outline = view.facts.outline(path)
        for dynamic in outline.dynamic:
            if dynamic.name in _NEVER or (dynamic.argument is not None and dynamic.name not in _ALWAYS):
                continue
            message = f"`{dynamic.code}` runs code that nobody can read from the source"
            fix = "import what is needed by its name, or have it handed over as an argument"
            yield Finding(_code(role), message, path, dynamic.line, dynamic.column, fix, snippet=dynamic.code)
        for edit in outline.path_edits:
            message = f"`{edit.code}` changes where modules come from"
            fix = "leave the search path to the installation, and import by the full name"
            yield Finding(_code(role), message, path, edit.line, edit.column, fix, snippet=edit.code)


def _code(role: Role) -> str:
    if role in PORTS:
        return "HEX012"
    return "HEX014" if role in MODELS else "HEX011"
