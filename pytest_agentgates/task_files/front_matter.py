"""A Markdown file that is one task: front matter and sections."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pytest_agentgates.errors import UsageError
from pytest_agentgates.json_text import Replacement
from pytest_agentgates.task_files.criteria_text import WRITABLE, criteria, progress, ticks
from pytest_agentgates.task_files.form import Edit, Found
from pytest_agentgates.task_files.markdown_text import ids_in, lines_of, logged, prose_of, section
from pytest_agentgates.task_files.yaml_entry import found_in, yaml_edits
from pytest_agentgates.yaml_text import Node, read_yaml

_MARK = "---"
_PERSON = re.compile(r"(?m)(?<=[:,\[-] )@(?=\w)|(?<=\[)@(?=\w)")


def read_task(text: str, shown_as: str, names: Mapping[str, str]) -> Found:
    """The task of a file; raises UsageError where it has no front matter or one that is not YAML."""
    start, end, body = _front_matter(text, shown_as)
    node = _read_yaml(text[start:end], shown_as, start)
    if node is None:
        raise UsageError("the front matter is empty", f"{shown_as}:1", "add `id:` to it")
    found = found_in(text, node, names, shown_as)
    lines = list(lines_of(text, body, text.count("\n", 0, body) + 1))
    own = {
        "description": prose_of(section(lines, "description")),
        "acceptance_criteria": criteria(lines, found.line),
        "dependencies": ids_in(section(lines, "dependencies")),
        "body": text[body:],
    }
    entry = {key: value for key, value in own.items() if value}
    said = {key: value for key, value in found.entry.items() if value is not None}
    return replace(found, entry={**entry, **said}, writable=found.writable | WRITABLE)


def task_edits(text: str, edit: Edit, names: Mapping[str, str]) -> Sequence[Replacement]:
    """What to replace in the text: keys of the front matter, boxes, and lines of the progress log."""
    _, _, body = _front_matter(text, "")
    lines = list(lines_of(text, body))
    in_yaml = replace(edit, fields={key: value for key, value in edit.fields.items() if key not in WRITABLE})
    said = [*ticks(lines, edit.fields, edit.change), *progress(text, lines, edit.fields, edit.change)]
    return [*yaml_edits(text, in_yaml, names), *said, *logged(text, lines, edit.change)]


def _read_yaml(text: str, shown_as: str, start: int) -> Node | None:
    """The YAML of a front matter; names such as `@ann` may stand without quotes, as Backlog.md writes them."""
    stand_in = next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in text)
    said, persons = _PERSON.subn(stand_in, text)
    node = read_yaml(said, shown_as, offset=start, first_line=2)
    return _put_back(node, stand_in) if node and persons else node


def _put_back(node: Node, stand_in: str) -> Node:
    value = node.value
    if isinstance(value, dict):
        value = {key: _put_back(one, stand_in) for key, one in value.items()}
    elif isinstance(value, list):
        value = [_put_back(one, stand_in) for one in value]
    return replace(node, value=value.replace(stand_in, "@") if isinstance(value, str) else value)


def _front_matter(text: str, shown_as: str) -> tuple[int, int, int]:
    """Where the YAML begins and ends, and where the body begins."""
    lines = lines_of(text)
    first = next(lines, None)
    if first is None or first.text.rstrip() != _MARK:
        fix = "begin the file with `---`, `id: ...`, `---`, or move it to another folder"
        raise UsageError("there is no front matter", f"{shown_as}:1", fix)
    start = text.find("\n") + 1
    for line in lines:
        if line.text.rstrip() == _MARK:
            after = text.find("\n", line.end)
            return start, line.start, len(text) if after < 0 else after + 1
    raise UsageError("the front matter does not end", f"{shown_as}:1", "close it with a line `---`")
