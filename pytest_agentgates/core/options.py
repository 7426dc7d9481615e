"""How a gate declares an option: a dataclass field with a default and a sentence of help."""

from __future__ import annotations

from dataclasses import field
from typing import Any


def option(default: Any, sentence: str) -> Any:
    """Declare an option; `sentence` appears in the JSON Schema and in the documentation.

    Options are bool, int, float, str, `tuple[str, ...]`, `dict[str, float]`, `dict[str, str]`,
    `dict[str, str | tuple[str, ...]]` or a `Literal` of strings.
    """
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata={"help": sentence})
    return field(default=default, metadata={"help": sentence})
