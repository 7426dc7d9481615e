"""JSON documents in random layouts, that know where each of their values stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st

Path = tuple[str | int, ...]

LETTERS = st.text(st.characters(codec="utf-8"), max_size=5)
SCALARS = st.none() | st.booleans() | st.integers(-999, 999) | st.floats(allow_nan=False, width=16) | LETTERS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(LETTERS, inner, max_size=4),
    max_leaves=12,
)
CONTAINERS = st.lists(VALUES, max_size=4) | st.dictionaries(LETTERS, VALUES, max_size=4)


@dataclass
class Writer:
    """Writes JSON with white space drawn at random, and notes where each value came to stand."""

    space: Callable[[], str]
    ascii: bool
    text: str = ""
    spans: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def write(self, value: object, path: Path = ()) -> None:
        start = len(self.text)
        if isinstance(value, dict):
            self._write_all("{}", [(key, inner, (*path, key)) for key, inner in value.items()])
        elif isinstance(value, list):
            self._write_all("[]", [(None, inner, (*path, index)) for index, inner in enumerate(value)])
        else:
            self.text += json.dumps(value, ensure_ascii=self.ascii)
        self.spans[path] = (start, len(self.text))

    def gap(self, path: Path, entries: list[Path]) -> tuple[int, int]:
        """Where new entries of a container may stand: after the last, or anywhere in an empty one."""
        if entries:
            end = self.spans[entries[-1]][1]
            return end, end
        start, end = self.spans[path]
        return start + 1, end - 1

    def _write_all(self, brackets: str, entries: list[tuple[str | None, object, Path]]) -> None:
        self.text += brackets[0] + self.space()
        for number, (key, value, path) in enumerate(entries):
            self.text += "," + self.space() if number else ""
            if key is not None:
                self.text += json.dumps(key, ensure_ascii=self.ascii) + self.space() + ":" + self.space()
            self.write(value, path)
            self.text += self.space()
        self.text += brackets[1]


@st.composite
def documents(draw: st.DrawFn, values: st.SearchStrategy[object] = CONTAINERS) -> Writer:
    """A document of one of these values, in a layout drawn at random."""
    value = draw(values)
    ascii_only = draw(st.booleans())
    signs = draw(st.sampled_from([("",), ("", " "), (" ", "\n  ", "\r\n\t", "")]))
    writer = Writer(lambda: draw(st.sampled_from(signs)), ascii_only)
    writer.text = draw(st.sampled_from(["", "\ufeff", "\n"]))
    writer.write(value)
    writer.text += draw(st.sampled_from(["", "\n", "\r\n"]))
    return writer
