"""The store of many tasks in one Markdown file, each below its heading `## T001: Title`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast

from pytest_agentgates.core.task import LAYERS
from pytest_agentgates.git_folder import common_git_folder
from pytest_agentgates.json_text import Replacement
from pytest_agentgates.task_files.form import Edit, Found, Vocabulary
from pytest_agentgates.task_files.form_store import FormStore
from pytest_agentgates.task_files.locked_change import Place
from pytest_agentgates.task_files.markdown_text import (
    Line,
    criteria,
    lines_of,
    logged,
    newline_at,
    read_record,
    record_line,
    section,
    text_of,
)

_TASK = re.compile(
    r"(?:Task[ \t]+)?\[?([A-Za-z0-9][\w.-]*\d[\w.-]*|\d+)\]?[ \t]*(?::|-{1,2}|\u2013|\u2014)(?:[ \t]+(.*))?"
)
_FIELD = re.compile(r"\*\*([A-Za-z][A-Za-z -]*?):?\*\*:?[ \t]*([^|]*?)[ \t]*(?=\||\Z)")
_NOTHING = ("", "(none)", "none", "-", "n/a")
_DOMAINS = {"backend": "infrastructure_backend", "frontend": "infrastructure_frontend"}
_OWN = {"layer": "layer", "module": "module", "owner": "owner", "base": "base"}
_LEVEL = 3


def recognises(location: str) -> bool:
    """Whether a configured location has the form of this store: a path that ends in `.md`."""
    return "://" not in location and location.lower().endswith((".md", ".markdown"))


def open_store(path: Path, root: Path) -> FormStore:
    """The store of this file."""
    return FormStore(MarkdownFile(), Place(path, root, common_git_folder(root)))


@dataclass(frozen=True)
class _Spot:
    """The lines of a task, its status in the text, and its record's line."""

    lines: list[Line]
    status: tuple[int, int] | None
    record: Line | None
    last_field: Line


@dataclass(frozen=True)
class MarkdownFile:
    """`**Status**: ...` and other fields below the heading, criteria and files in sections."""

    vocabulary: ClassVar[Vocabulary] = Vocabulary()

    def files(self, path: Path) -> Sequence[Path]:
        """The file itself."""
        return (path,)

    def read(self, text: str, shown_as: str) -> Sequence[Found]:
        """The tasks of the file."""
        return [_found(lines, match, shown_as) for lines, match in _tasks(text)]

    def edits(self, text: str, edit: Edit) -> Sequence[Replacement]:
        """What to replace in the text."""
        spot = cast(_Spot, edit.found.spot)
        edits = logged(text, spot.lines, edit.change)
        newline = newline_at(text, spot.lines[0].end)
        added = ""
        if edit.word is not None and spot.status:
            edits.append(Replacement(*spot.status, edit.word))
        elif edit.word is not None:
            added += f"{newline}{newline}**Status**: {edit.word}"
        written = record_line(edit.record)
        if spot.record:
            edits.append(Replacement(spot.record.start, spot.record.end, written))
        else:
            added += f"{newline}{newline if spot.last_field is spot.lines[0] and not added else ''}{written}"
        return [*edits, Replacement(spot.last_field.end, spot.last_field.end, added)] if added else edits


def _tasks(text: str) -> Iterator[tuple[list[Line], re.Match[str]]]:
    lines: list[Line] = []
    task: re.Match[str] | None = None
    level = 0
    for line in lines_of(text):
        own, title = line.heading
        match = _TASK.fullmatch(title) if 0 < own <= _LEVEL and (not task or own <= level) else None
        if own and (match or own <= level):
            if task:
                yield lines, task
            lines, task, level = [], match, own if match else 0
        lines.append(line)
    if task:
        yield lines, task


def _found(lines: list[Line], match: re.Match[str], shown_as: str) -> Found:
    record_at, record = read_record(lines, shown_as)
    fields = {name: (line, span, value) for line, name, span, value in _fields(lines)}
    values = {name: value for name, (_, _, value) in fields.items()}
    status = fields.get("status")
    last = max((line for line, _, _ in fields.values()), key=lambda line: line.number, default=lines[0])
    return Found(
        line=lines[0].number,
        entry=_entry(match, lines, values),
        word=values.get("status", ""),
        spot=_Spot(lines, status[1] if status else None, record_at, last),
        record=record,
        status_line=status[0].number if status else 0,
    )


def _entry(match: re.Match[str], lines: list[Line], values: Mapping[str, str]) -> dict[str, object]:
    named = {own: values[key] for key, own in _OWN.items() if values.get(key, "").lower() not in _NOTHING}
    domain = values.get("domain", "")
    layer = _DOMAINS.get(domain, domain if domain in LAYERS else "")
    needs = values.get("blocked by", values.get("dependencies", ""))
    found: dict[str, object] = {
        "description": text_of(section(lines, "description")),
        "acceptance_criteria": criteria(section(lines, "acceptance criteria")),
        "dependencies": [] if needs.lower() in _NOTHING else re.findall(r"[\w.-]*\d[\w.-]*", needs),
        "layer": layer,
        "domain": domain,
        "agent": values.get("agent", ""),
        "body": text_of(lines[1:]),
        **named,
    }
    return {"id": match[1], "title": (match[2] or "").strip(), **{key: value for key, value in found.items() if value}}


def _fields(lines: list[Line]) -> Iterator[tuple[Line, str, tuple[int, int], str]]:
    """The fields between a task's heading and its first section."""
    for line in lines[1:]:
        if line.heading[0]:
            return
        if line.code or not line.text.lstrip("-* \t") or "**" not in line.text:
            continue
        for found in _FIELD.finditer(line.text):
            yield line, found[1].lower(), (line.start + found.start(2), line.start + found.end(2)), found[2]
