"""Places in functions that may look at the rows of all tenants."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

from pytest_agentgates.source.sweep_marks import reason_of

_Span = tuple[int, int, str]


@dataclass(frozen=True)
class ExemptPlaces:
    """Functions marked `@cross_tenant(reason="...")` and those named as resolvers; `used` are those that were met."""

    root: Path
    resolvers: frozenset[str]
    used: set[str] = field(default_factory=set)
    _spans: dict[str, tuple[_Span, ...]] = field(default_factory=dict)

    def holds(self, path: str, line: int) -> bool:
        """Whether the line lies in such a function."""
        if path not in self._spans:
            self._spans[path] = self._read(path)
        met = [name for first, last, name in self._spans[path] if first <= line <= last]
        self.used.update(f"{path}::{name}" for name in met)
        return bool(met)

    def _read(self, path: str) -> tuple[_Span, ...]:
        """What cannot be read exempts nothing."""
        try:
            tree = ast.parse((self.root / path).read_bytes())
        except (OSError, ValueError, SyntaxError, RecursionError):
            return ()
        functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
        return tuple(
            (one.lineno, one.end_lineno or one.lineno, one.name) for one in functions if self._is_exempt(one, path)
        )

    def _is_exempt(self, function: ast.FunctionDef | ast.AsyncFunctionDef, path: str) -> bool:
        module = path.removesuffix(".py").replace("/", ".")
        named = any(
            name == function.name or f".{module}.{function.name}".endswith(f".{name}") for name in self.resolvers
        )
        return named or any(reason_of(one) for one in function.decorator_list)
