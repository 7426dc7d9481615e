"""Reads the YAML that front matter mostly is, a key and its value on each line, without the whole grammar."""

from __future__ import annotations

import re

from pytest_agentgates.errors import UsageError
from pytest_agentgates.yaml_text import Node, plain_value, read_yaml

# Words whose meaning hangs on no other line and no other sign: what is not as plain goes to the parser.
_WORDS = r"[A-Za-z0-9_][A-Za-z0-9_./-]*(?: [A-Za-z0-9_(][A-Za-z0-9_./()-]*)*"
_LINE = re.compile(rf"([A-Za-z_][A-Za-z0-9_-]*): *(?:({_WORDS})|\[\])? *\r?(?:\n|$)")
_KEY = re.compile(r"(?m)^[A-Za-z_][A-Za-z0-9_-]*:[ \r\n]")


def read_front_matter(text: str, shown_as: str, *, offset: int, first_line: int) -> Node | None:
    """The same as `read_yaml`, and raises the same, but faster where each line has a key of its own."""
    flat = _flat(text, shown_as, offset, first_line)
    return flat or read_yaml(text, shown_as, offset=offset, first_line=first_line)


def _flat(text: str, shown_as: str, offset: int, first_line: int) -> Node | None:
    """The mapping, None where a line needs those around it, or is no YAML by itself."""
    values: dict[str, Node] = {}
    keys: dict[str, Node] = {}
    position = 0
    for number, line in enumerate(text.splitlines(keepends=True), first_line):
        if not _KEY.match(line):
            return None
        pair = _pair(line, shown_as, offset + position, number)
        if pair is None or pair[0].value in values:
            return None
        keys[pair[0].value], values[pair[0].value] = pair
        position += len(line)
    if not values:
        return None
    end = max(node.end for node in values.values())
    return Node(values, offset, end, first_line, keys=keys)


def _pair(line: str, shown_as: str, start: int, number: int) -> tuple[Node, Node] | None:
    found = _LINE.fullmatch(line)
    if found is None or (found[2] is None and "[" not in line):
        return _parsed(line, shown_as, start, number)
    name = found[1]
    if not isinstance(plain_value(name), str):
        return None
    key = Node(name, start, start + len(name), number)
    if found[2] is None:
        opened = start + line.index("[")
        return key, Node([], opened, opened + 2, number, flow=True)
    first, last = found.span(2)
    return key, Node(plain_value(found[2]), start + first, start + last, number)


def _parsed(line: str, shown_as: str, start: int, number: int) -> tuple[Node, Node] | None:
    try:
        node = read_yaml(line, shown_as, offset=start, first_line=number)
    except UsageError:
        return None
    if node is None or not isinstance(node.value, dict) or len(node.value) != 1:
        return None
    ((name, value),) = node.value.items()
    key = node.keys[name]
    return (key, value) if isinstance(key.value, str) else None
