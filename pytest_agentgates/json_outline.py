"""Tells where each value of a JSON text stands, so that one can be changed and no other byte."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Decode = Callable[[str, int], tuple[object, int]]

BOM = "\ufeff"
_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True, slots=True)
class Item:
    """A value that stands at text[start:end]."""

    value: object
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Member:
    """A key that stands at text[key_start:key_end], and its value."""

    key: str
    key_start: int
    key_end: int
    item: Item


def decode_value(text: str, start: int) -> tuple[object, int]:
    """The value that begins at `start` and where it ends; raises JSONDecodeError."""
    return _DECODER.raw_decode(text, start)


def skip_space(text: str, start: int) -> int:
    """The next place that is not JSON's white space."""
    return _SPACE.match(text, start).end()  # type: ignore[union-attr]  # the pattern matches everywhere


def root_start(text: str) -> int:
    """Where the top-level value begins, past a byte order mark."""
    return skip_space(text, len(BOM) if text.startswith(BOM) else 0)


def read_members(text: str, start: int, decoders: Mapping[str, Decode] | None = None) -> tuple[list[Member], int]:
    """The members of the object that begins at `start`, and where it ends; raises JSONDecodeError.

    `decoders` names a way of its own to read the value of some keys.
    """
    chosen = decoders or {}
    members: list[Member] = []
    index = skip_space(text, start + 1)
    if text[index : index + 1] == "}":
        return members, index + 1
    while True:
        key, key_end = _read_key(text, index)
        value_start = skip_space(text, _past(text, skip_space(text, key_end), ":"))
        value, end = chosen.get(key, decode_value)(text, value_start)
        members.append(Member(key, index, key_end, Item(value, value_start, end)))
        index = skip_space(text, end)
        if text[index : index + 1] == "}":
            return members, index + 1
        index = skip_space(text, _past(text, index, ","))


def read_items(text: str, start: int, decode: Decode = decode_value) -> tuple[list[Item], int]:
    """The items of the array that begins at `start`, and where it ends; raises JSONDecodeError."""
    items: list[Item] = []
    index = skip_space(text, start + 1)
    if text[index : index + 1] == "]":
        return items, index + 1
    while True:
        value, end = decode(text, index)
        items.append(Item(value, index, end))
        index = skip_space(text, end)
        if text[index : index + 1] == "]":
            return items, index + 1
        index = skip_space(text, _past(text, index, ","))


def find(text: str, path: Sequence[str | int]) -> Item:
    """The value that a path of keys and indices leads to; of a repeated key, the last.

    Raises KeyError or IndexError where there is none.
    """
    start = root_start(text)
    value, end = decode_value(text, start)
    item = Item(value, start, end)
    for step in path:
        item = _member(text, item.start, step) if isinstance(step, str) else read_items(text, item.start)[0][step]
    return item


def _read_key(text: str, start: int) -> tuple[str, int]:
    if text[start : start + 1] != '"':
        raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, start)
    key, end = decode_value(text, start)
    return str(key), end


def _past(text: str, start: int, sign: str) -> int:
    if text[start : start + 1] != sign:
        raise json.JSONDecodeError(f"Expecting {sign!r} delimiter", text, start)
    return start + 1


def _member(text: str, start: int, key: str) -> Item:
    members, _ = read_members(text, start)
    return {member.key: member.item for member in members}[key]


_DECODER = json.JSONDecoder()
