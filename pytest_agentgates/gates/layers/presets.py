"""Layers and what each may use; a preset is nothing but a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pytest_agentgates.source.globs import matches

Names = str | tuple[str, ...]


@dataclass(frozen=True)
class LayerSet:
    """Globs by layer, outermost first, and the layers that each may use beside itself."""

    globs: Mapping[str, tuple[str, ...]]
    allowed: Mapping[str, tuple[str, ...]]

    def layer_of(self, path: str) -> str:
        """The layer of a file, by the glob that says most; empty for none."""
        fitting = [
            (len(pattern.replace("*", "")), -place, name)
            for place, (name, patterns) in enumerate(self.globs.items())
            for pattern in patterns
            if matches(path, pattern)
        ]
        return max(fitting)[2] if fitting else ""

    def may_use(self, user: str, used: str) -> bool:
        """Whether one layer may use another."""
        return user == used or used in self.allowed.get(user, ())

    def skips(self, user: str, used: str) -> str:
        """The layer between the two that is skipped; empty where the direction itself is wrong."""
        pending = [(name, name) for name in self.allowed.get(user, ())]
        seen: set[str] = set()
        while pending:
            here, first = pending.pop(0)
            if here == used:
                return first
            if here not in seen:
                seen.add(here)
                pending += [(name, first) for name in self.allowed.get(here, ())]
        return ""


PRESETS: dict[str, LayerSet] = {
    "hexagonal": LayerSet(
        {
            "inbound": ("**/adapters/inbound/**",),
            "outbound": ("**/adapters/outbound/**",),
            "application": ("**/application/**",),
            "ports": ("**/ports/**", "**/ports.py"),
            "domain": ("**/domain/**",),
        },
        {
            "inbound": ("application", "ports", "domain"),
            "outbound": ("ports", "domain"),
            "application": ("ports", "domain"),
            "ports": ("domain",),
            "domain": ("ports",),
        },
    ),
    "clean": LayerSet(
        {
            "api": ("**/api/**", "**/presentation/**"),
            "infrastructure": ("**/infrastructure/**",),
            "application": ("**/application/**",),
            "domain": ("**/domain/**",),
            "frontend": ("frontend/**", "apps/web/**"),
        },
        {
            "api": ("application", "domain"),
            "infrastructure": ("application", "domain"),
            "application": ("domain",),
            "domain": (),
            "frontend": (),
        },
    ),
    "cqrs": LayerSet(
        {
            "api": ("**/{api,routes,routers,endpoints}/**", "**/{api,routes}.py"),
            "command": ("**/commands/**", "**/{commands,command_handlers}.py"),
            "query": ("**/queries/**", "**/{queries,query_handlers}.py"),
            "service": ("**/services/**", "**/{service,services}.py"),
            "repository": ("**/repositories/**", "**/{repository,repositories}.py"),
        },
        {
            "api": ("command", "query"),
            "command": ("service",),
            "query": ("service",),
            "service": ("repository",),
            "repository": (),
        },
    ),
}


def layer_set(preset: str, layers: Mapping[str, Names], allowed: Mapping[str, Names]) -> LayerSet:
    """The preset, or the user's own layers, outermost first, each of which may use the next."""
    if not layers:
        chosen = PRESETS[preset]
        return LayerSet(chosen.globs, {**chosen.allowed, **_tuples(allowed)})
    names = list(layers)
    inward = {name: tuple(names[place + 1 : place + 2]) for place, name in enumerate(names)}
    return LayerSet(_tuples(layers), {**inward, **_tuples(allowed)})


def _tuples(table: Mapping[str, Names]) -> dict[str, tuple[str, ...]]:
    return {name: (value,) if isinstance(value, str) else tuple(value) for name, value in table.items()}
