"""Finds the line on which a key of a TOML document stands."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEADER = re.compile(r"^\s*\[+\s*([^\]]+?)\s*\]+")
_KEY = re.compile(r"""^\s*((?:[\w.-]+|"[^"]*"|'[^']*')+)\s*=""")


def line_of(text: str, key: Sequence[str]) -> int:
    """The line (from 1) of the deepest part of `key` that the text spells out; 0 where it has none of it."""
    best, depth = 0, 0
    table: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _parts(header.group(1))
            found = table
        elif entry := _KEY.match(line):
            found = [*table, *_parts(entry.group(1))]
        else:
            continue
        if len(found) > depth and list(key[: len(found)]) == found:
            best, depth = number, len(found)
    return best


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"' ") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.]+", dotted)]
