"""Reads YAML with the place of each value, and edits it in place: every other byte stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_agentgates.core.printable import one_line
from pytest_agentgates.errors import UsageError
from pytest_agentgates.json_text import Replacement
from pytest_agentgates.yaml_events import UnsureError, exact_events, quick_events

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_OLD_BOOLS = frozenset(("y", "n", "yes", "no", "on", "off"))
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*|[0-9]{4}-[0-9]{2}-[0-9]{2}")
# What JSON leaves as it is and YAML wants escaped.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_DEEPEST = 60


@dataclass(frozen=True)
class Node:
    """A value that stands at text[start:end]; `value` holds plain values, Nodes in the order of the text inside."""

    value: Any
    start: int
    end: int
    line: int
    style: str = ""
    flow: bool = False
    keys: Mapping[str, Node] = field(default_factory=dict)

    @property
    def plain(self) -> object:
        """The value without its places."""
        if isinstance(self.value, dict):
            return {key: node.plain for key, node in self.value.items()}
        return [node.plain for node in self.value] if isinstance(self.value, list) else self.value


@dataclass(frozen=True)
class _Reading:
    text: str
    offset: int
    first_line: int
    shown_as: str
    events: Iterator[Any]

    def place(self, event: Any) -> tuple[int, int, int]:
        start, end = event.start_mark.index, event.end_mark.index
        end = start + len(self.text[start:end].rstrip())
        return start + self.offset, end + self.offset, self.first_line + event.start_mark.line

    def refuse(self, what: str, event: Any, fix: str) -> UsageError:
        return UsageError(what, f"{self.shown_as}:{self.first_line + event.start_mark.line}", fix)


def read_yaml(text: str, shown_as: str, *, offset: int = 0, first_line: int = 1) -> Node | None:
    """The one document of a text, None for an empty one; places count from `offset` and `first_line`.

    Raises UsageError with `file:line` for what is not YAML, for anchors, tags, and keys that stand twice.
    """
    try:
        quick = _document(_Reading(text, offset, first_line, shown_as, quick_events(text)))
    except (UnsureError, UsageError):
        quick = None
    # Only of a document that holds something do both parsers tell the same line.
    return quick if quick and quick.value else _read_exactly(text, shown_as, offset, first_line)


def set_keys(text: str, mapping: Node, after: str, values: Mapping[str, object]) -> list[Replacement]:
    """Give keys of a mapping these values; those that it lacks follow the key `after`, in this order."""
    present = {key: value for key, value in values.items() if key in mapping.value}
    edits = [edit for key, value in present.items() for edit in _changed(text, mapping, key, value)]
    quote = mapping.keys[after].style
    added = [
        f"{quote}{key}{quote}: {_rendered(value, '')}" for key, value in values.items() if key not in mapping.value
    ]
    if not added:
        return edits
    end = mapping.value[after].end
    if mapping.flow:
        return [*edits, Replacement(end, end, "".join(f", {line}" for line in added))]
    start = mapping.keys[after].start
    line_start = text.rfind("\n", 0, start) + 1
    indent = "".join(letter if letter == "\t" else " " for letter in text[line_start:start])
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    newline = "\r\n" if text[:line_end].endswith("\r") else "\n"
    line_end -= newline == "\r\n"
    return [*edits, Replacement(line_end, line_end, "".join(f"{newline}{indent}{line}" for line in added))]


def plain_value(text: str) -> object:
    """What a scalar without quotes means."""
    if text in _NULLS:
        return None
    if text in _BOOLS:
        return _BOOLS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _read_exactly(text: str, shown_as: str, offset: int, first_line: int) -> Node | None:
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return _document(_Reading(text, offset, first_line, shown_as, exact_events(text)))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        what = one_line(str(error.problem or error.context))
        raise UsageError(f"not YAML: {what}", f"{shown_as}:{line}", "correct it, or quote the value") from None
    except (YAMLError, ValueError) as error:
        line = first_line + text.count("\n", 0, getattr(error, "position", 0) or 0)
        raise UsageError(f"not YAML: {one_line(str(error))}", f"{shown_as}:{line}", "remove the character") from None


def _document(reading: _Reading) -> Node | None:
    found: list[Node] = []
    for event in reading.events:
        name = type(event).__name__
        if name in ("StreamStartEvent", "StreamEndEvent", "DocumentStartEvent", "DocumentEndEvent"):
            continue
        if found:
            raise reading.refuse("there is more than one document", event, "keep one document in the file")
        found.append(_node(reading, event, 0))
    return found[0] if found else None


def _node(reading: _Reading, event: Any, depth: int) -> Node:
    if getattr(event, "anchor", None) is not None:
        fix = "write the value out where it is used"
        raise reading.refuse(f"the anchor or alias {event.anchor!r} is not read", event, fix)
    if getattr(event, "tag", None) is not None:
        raise reading.refuse(f"the tag {one_line(str(event.tag))} is not read", event, "write the value without a tag")
    if depth > _DEEPEST:
        raise reading.refuse("the YAML is nested too deeply", event, "restore the file from git")
    name = type(event).__name__
    if name == "MappingStartEvent":
        return _mapping(reading, event, depth)
    if name == "SequenceStartEvent":
        return _sequence(reading, event, depth)
    start, end, line = reading.place(event)
    style = event.style or ""
    return Node(event.value if style else plain_value(event.value), start, end, line, style)


def _mapping(reading: _Reading, opening: Any, depth: int) -> Node:
    start, end, line = reading.place(opening)
    values: dict[str, Node] = {}
    keys: dict[str, Node] = {}
    for event in reading.events:
        if type(event).__name__ == "MappingEndEvent":
            end = reading.place(event)[1] if opening.flow_style else max([end, *(node.end for node in values.values())])
            break
        key = _node(reading, event, depth + 1)
        name = reading.text[key.start - reading.offset : key.end - reading.offset] if not key.style else key.value
        if not isinstance(name, str) or isinstance(key.value, (dict, list)):
            raise reading.refuse("a key must be text", event, "write a plain key")
        if name in values:
            raise reading.refuse(f"key {name} stands twice in one mapping", event, "remove one of them")
        keys[name] = key
        values[name] = _after_colon(reading, key, _node(reading, next(reading.events), depth + 1))
    return Node(values, start, end, line, flow=bool(opening.flow_style), keys=keys)


def _after_colon(reading: _Reading, key: Node, value: Node) -> Node:
    """A value that is not written out stands right after the colon, and not where the parser noticed."""
    if value.style or value.start != value.end:
        return value
    colon = reading.text.find(":", key.end - reading.offset) + 1 + reading.offset
    return replace(value, start=colon, end=colon, line=key.line)


def _sequence(reading: _Reading, opening: Any, depth: int) -> Node:
    start, end, line = reading.place(opening)
    items: list[Node] = []
    for event in reading.events:
        if type(event).__name__ == "SequenceEndEvent":
            end = reading.place(event)[1] if opening.flow_style else max([end, *(node.end for node in items)])
            break
        items.append(_node(reading, event, depth + 1))
    return Node(items, start, end, line, flow=bool(opening.flow_style))


def _changed(text: str, mapping: Node, key: str, value: object) -> list[Replacement]:
    """What to replace for another value of a key; of a list that keeps its length only what differs."""
    node = mapping.value[key]
    if node.plain == value:
        return []
    if isinstance(node.value, list) and isinstance(value, list):
        if len(node.value) == len(value):
            return [_replaced(one, new) for one, new in zip(node.value, value, strict=True) if one.plain != new]
        if not node.flow:
            colon = text.index(":", mapping.keys[key].end) + 1
            return [Replacement(colon, node.end, f" {_rendered(value, '')}")]
    return [_replaced(node, value)]


def _replaced(node: Node, value: object) -> Replacement:
    written = _rendered(value, node.style)
    empty = node.start == node.end
    return Replacement(node.start, node.end, f" {written}" if empty else written)


def _rendered(value: object, style: str) -> str:
    if isinstance(value, str):
        if style == "'" and value.isprintable():
            return "'" + value.replace("'", "''") + "'"
        if style != '"' and _PLAIN.fullmatch(value) and _is_text_to_all(value):
            return value
    raw = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", raw)


def _is_text_to_all(value: str) -> bool:
    """Whether a plain scalar is text, to readers of YAML 1.1 as well."""
    return isinstance(plain_value(value), str) and value.lower() not in _OLD_BOOLS
