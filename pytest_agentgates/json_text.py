"""Edits JSON text in place: what is written follows the style of its siblings, every other byte stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pytest_agentgates.json_outline import Item, Member, read_items, read_members, root_start

_TOKENS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|(?P<colon>\s*:\s*)|(?P<comma>,\s*)')
_FIRST_INDENT = re.compile(r"\n([ \t]+)[^ \t\r\n]")
_LEADING_SPACE = re.compile(r"[ \t]*")
_STARTS_ITS_LINE = re.compile(r'[ \t]*,?[ \t]*(?:"[^"\\]*(?:\\.[^"\\]*)*"[ \t]*:[ \t]*)?')
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Replacement:
    """What becomes of text[start:end]."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Style:
    """How a document is laid out; `multiline` is False where it stands on one line."""

    newline: str
    unit: str
    colon: str
    comma: str
    ascii: bool
    multiline: bool


def style_of(text: str) -> Style:
    """The style of a whole document, from the first place that shows it."""
    first_break = text.find("\n")
    indent = _FIRST_INDENT.search(text)
    plain = Style(
        newline="\r\n" if first_break > 0 and text[first_break - 1] == "\r" else "\n",
        unit=indent[1] if indent else "",
        colon=": ",
        comma=", ",
        ascii=text.isascii(),
        multiline="\n" in text.rstrip(),
    )
    return _spaced_like(text, root_start(text), len(text), plain)


def set_members(text: str, start: int, values: Mapping[str, object], style: Style) -> list[Replacement]:
    """Give members of the object at `start` these values, and add those that it lacks, in this order."""
    members, end = read_members(text, start)
    present = {member.key: member for member in members}
    edits = [
        _changed_member(text, members, present[key], value, style)
        for key, value in values.items()
        if key in present and not _same(present[key].item.value, value)
    ]
    added = {key: value for key, value in values.items() if key not in present}
    return [*edits, _added_members(text, Item(None, start, end), members, added, style)] if added else edits


def append_items(text: str, start: int, values: Sequence[object], style: Style) -> list[Replacement]:
    """Add values to the end of the array at `start`."""
    if not values:
        return []
    items, end = read_items(text, start)
    room = _room(text, Item(None, start, end), items, style)
    return [room.filled([_render(text, value, items, room) for value in values])]


def splice(text: str, replacements: Iterable[Replacement]) -> str:
    """The text with every replacement made; they must not overlap."""
    parts: list[str] = []
    done = 0
    for edit in sorted(replacements, key=lambda edit: edit.start):
        parts += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*parts, text[done:]])


@dataclass(frozen=True)
class _Room:
    """Where new entries of a container go, and what stands around them."""

    start: int
    end: int
    lead: str
    between: str
    tail: str
    indent: str
    own_lines: bool
    style: Style

    def filled(self, written: Sequence[str]) -> Replacement:
        return Replacement(self.start, self.end, self.lead + self.between.join(written) + self.tail)


def _changed_member(text: str, members: Sequence[Member], member: Member, value: object, style: Style) -> Replacement:
    start, end = member.item.start, member.item.end
    line = text.rfind("\n", 0, member.key_start) + 1
    own_line = line > 0 and not text[line : member.key_start].strip(" \t,")
    room = _Room(start, end, "", "", "", _indent_at(text, start), own_line, style)
    siblings = [other.item for other in members if other is not member]
    return room.filled([_render(text, value, [*siblings, member.item], room)])


def _added_members(
    text: str, container: Item, members: Sequence[Member], added: Mapping[str, object], style: Style
) -> Replacement:
    whole = [Item(member.item.value, member.key_start, member.item.end) for member in members]
    room = _room(text, container, whole, style)
    siblings = [member.item for member in members]
    colon = text[members[-1].key_end : members[-1].item.start] if members else room.style.colon
    return room.filled(
        [_one_line(key, style) + colon + _render(text, value, siblings, room) for key, value in added.items()]
    )


def _room(text: str, container: Item, entries: Sequence[Item], style: Style) -> _Room:
    local = _spaced_like(text, container.start, container.end, style)
    if not entries:
        return _empty_room(text, container, local)
    last = entries[-1]
    if len(entries) > 1:
        between = text[entries[-2].end : last.start]
    else:
        lead = text[container.start + 1 : last.start]
        between = f",{lead}" if "\n" in lead else local.comma
    return _Room(last.end, last.end, between, between, "", _indent_at(text, last.start), "\n" in between, local)


def _empty_room(text: str, container: Item, style: Style) -> _Room:
    start, end = container.start + 1, container.end - 1
    inner = text[start:end]
    line = text.rfind("\n", 0, container.start) + 1
    starts_line = style.multiline and _STARTS_ITS_LINE.fullmatch(text, line, container.start)
    if "\n" not in inner and not starts_line:
        return _Room(start, end, inner, style.comma, inner, "", False, style)
    outer = _indent_at(text, container.start)
    indent = outer + style.unit
    lead = style.newline + indent
    return _Room(start, end, lead, f",{lead}", style.newline + outer, indent, True, style)


def _render(text: str, value: object, siblings: Sequence[Item], room: _Room) -> str:
    alike = [item for item in siblings if item.value and _shape(item.value) == _shape(value)]
    own_lines, style = room.own_lines, room.style
    if alike and isinstance(value, (dict, list)):
        own_lines = "\n" in text[alike[-1].start : alike[-1].end]
        style = _spaced_like(text, alike[-1].start, alike[-1].end, style)
    if not own_lines:
        return _one_line(value, style)
    lines = _dump(value, style, indent=style.unit, separators=(",", style.colon))
    return lines.replace("\n", style.newline + room.indent)


def _one_line(value: object, style: Style) -> str:
    return _dump(value, style, indent=None, separators=(style.comma, style.colon))


def _dump(value: object, style: Style, *, indent: str | None, separators: tuple[str, str]) -> str:
    raw = json.dumps(value, ensure_ascii=style.ascii, indent=indent, separators=separators)
    if _LONE_SURROGATE.search(raw):  # which UTF-8 has no bytes for
        return json.dumps(value, indent=indent, separators=separators)
    return raw


def _shape(value: object) -> tuple[bool, bool, bool]:
    entries = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    nested = any(isinstance(entry, (dict, list)) for entry in entries)
    return isinstance(value, dict), isinstance(value, list), nested


def _same(before: object, after: object) -> bool:
    return json.dumps(before) == json.dumps(after)  # `==` takes 1, 1.0 and true for equal


def _indent_at(text: str, position: int) -> str:
    line = text.rfind("\n", 0, position) + 1
    return _LEADING_SPACE.match(text, line)[0]  # type: ignore[index]  # the pattern matches everywhere


def _spaced_like(text: str, start: int, end: int, style: Style) -> Style:
    found: dict[str, str] = {}
    for token in _TOKENS.finditer(text, start, end):
        if token.lastgroup:
            found.setdefault(token.lastgroup, token[0])
        if found.keys() == {"colon", "comma"}:
            break
    colon = found.get("colon", style.colon)
    comma = found.get("comma", "\n")
    if "\n" in comma:
        comma = ", " if colon.endswith(" ") else ","
    return replace(style, colon=colon, comma=comma)
