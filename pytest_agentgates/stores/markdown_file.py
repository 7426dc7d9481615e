"""The store of many tasks in one Markdown file, each below its heading `## T001: Title`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast

from pytest_agentgates.core.printable import one_line
from pytest_agentgates.git_folder import common_git_folder
from pytest_agentgates.json_text import Replacement
from pytest_agentgates.task_files.criteria_text import WRITABLE, criteria, progress, ticks
from pytest_agentgates.task_files.form import Edit, Found, Vocabulary
from pytest_agentgates.task_files.form_store import FormStore
from pytest_agentgates.task_files.locked_change import Place
from pytest_agentgates.task_files.markdown_text import (
    Line,
    lines_of,
    logged,
    newline_at,
    prose_of,
    read_record,
    record_line,
    section,
    text_of,
)
from pytest_agentgates.task_files.own_words import in_own_words, with_own_words, writable_words

_TASK = re.compile(
    r"(?:Task[ \t]+)?\[?([A-Za-z0-9][\w.-]*\d[\w.-]*|\d+)\]?[ \t]*(?::|-{1,2}|\u2013|\u2014)(?:[ \t]+(.*))?"
)
_FIELD = re.compile(r"\*\*([A-Za-z][A-Za-z -]*?):?\*\*:?[ \t]*([^|]*?)[ \t]*(?=\||\Z)")
_NOTHING = ("", "(none)", "none", "-", "n/a")
_OWN = ("layer", "implementation_layer", "domain", "module", "owner", "assignee", "base")
_LEVEL = 3


def recognises(location: str) -> bool:
    """Whether a configured location has the form of this store: a path that ends in `.md`."""
    return "://" not in location and location.lower().endswith((".md", ".markdown"))


def open_store(path: Path, root: Path) -> FormStore:
    """The store of this file."""
    return FormStore(MarkdownFile(), Place(path, root, common_git_folder(root)))


@dataclass(frozen=True)
class _Spot:
    """The lines of a task, its fields as they stand and where, and its record's line."""

    lines: list[Line]
    values: Mapping[str, str]
    places: Mapping[str, tuple[int, int]]
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
        newline = newline_at(text, spot.lines[0].end)
        said = {**in_own_words(_own(spot.values), edit.fields), **({"status": edit.word} if edit.word else {})}
        proved = [*ticks(spot.lines, edit.fields, edit.change), *progress(text, spot.lines, edit.fields, edit.change)]
        edits = [*logged(text, spot.lines, edit.change), *proved, *_field_edits(text, spot, said)]
        added = ""
        if edit.word is not None and "status" not in spot.places:
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
    fields = {name.replace(" ", "_"): (line, span, value) for line, name, span, value in _fields(lines)}
    values = {name: value for name, (_, _, value) in fields.items()}
    last = max((line for line, _, _ in fields.values()), key=lambda line: line.number, default=lines[0])
    own = _own(values)
    return Found(
        line=lines[0].number,
        entry=_entry(match, lines, values),
        word=values.get("status", ""),
        spot=_Spot(lines, values, {name: span for name, (_, span, _) in fields.items()}, record_at, last),
        record=record,
        writable=(frozenset(("module", "base")) & own.keys()) | writable_words(own) | WRITABLE,
        lines={name: line.number for name, (line, _, _) in fields.items()},
    )


def _own(values: Mapping[str, str]) -> dict[str, object]:
    """The fields that say the same as those of tasks.json, as they stand there."""
    return {name: "" if values[name].lower() in _NOTHING else values[name] for name in _OWN if name in values}


def _field_edits(text: str, spot: _Spot, said: Mapping[str, object]) -> Iterator[Replacement]:
    for name, value in said.items():
        if name not in spot.places:
            continue
        start, end = spot.places[name]
        written = one_line(str(value or _NOTHING[1])).replace("|", "/")
        yield Replacement(start, end, written if text[start - 1] in " \t" else f" {written}")


def _entry(match: re.Match[str], lines: list[Line], values: Mapping[str, str]) -> dict[str, object]:
    needs = values.get("blocked_by", values.get("dependencies", ""))
    found: dict[str, object] = {
        "description": prose_of(section(lines, "description")),
        "acceptance_criteria": criteria(lines, lines[0].number),
        "dependencies": [] if needs.lower() in _NOTHING else re.findall(r"[\w.-]*\d[\w.-]*", needs),
        "agent": values.get("agent", ""),
        "labels": values.get("labels", ""),
        "body": text_of(lines[1:]),
        **with_own_words(_own(values)),
    }
    return {"id": match[1], "title": (match[2] or "").strip(), **{key: value for key, value in found.items() if value}}


def _fields(lines: list[Line]) -> Iterator[tuple[Line, str, tuple[int, int], str]]:
    """The fields between a task's heading and its first section."""
    for line in lines[1:]:
        if line.heading[0]:
            return
        if line.code or line.text.lstrip().startswith("<!--") or "**" not in line.text:
            continue
        for found in _FIELD.finditer(line.text):
            yield line, found[1].lower(), (line.start + found.start(2), line.start + found.end(2)), found[2]
