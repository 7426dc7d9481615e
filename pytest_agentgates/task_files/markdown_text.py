"""Markdown by its lines: front matter, headings outside of code, the progress log, the kept record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from itertools import pairwise

from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.printable import one_line
from pytest_agentgates.errors import UsageError
from pytest_agentgates.json_text import Replacement
from pytest_agentgates.task_files.form import RECORD

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*\Z")
_ITEM = re.compile(r"[ \t]*[-*+][ \t]+(.*)\Z")
_ID = re.compile(r"`?\[?([A-Za-z]*[\w.-]*\d[\w.-]*)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_RECORD = re.compile(rf"[ \t]*<!-- {RECORD}: (.*) -->[ \t]*")


@dataclass(frozen=True)
class Line:
    """One line without its end, where it starts, its number; `code` where it stands in a fence or a comment."""

    text: str
    start: int
    number: int
    code: bool

    @property
    def end(self) -> int:
        """Where the text of the line ends."""
        return self.start + len(self.text)

    @property
    def heading(self) -> tuple[int, str]:
        """Level and text of a heading; level 0 where it is none."""
        found = None if self.code else _HEADING.match(self.text)
        return (len(found[1]), found[2]) if found else (0, "")


def lines_of(text: str, start: int = 0, number: int = 1) -> Iterator[Line]:
    """The lines of a text from a place on."""
    fence, comment = "", False
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end].removesuffix("\r")
        mark = _FENCE.match(line)
        code = bool(fence or mark or comment)
        if mark and not comment:
            fence = _after_mark(fence, mark[1], line)
        elif not fence:
            comment = _comment_open(line, comment)
        yield Line(line, start, number, code)
        start, number = end + 1, number + 1


def section(lines: list[Line], *names: str) -> list[Line]:
    """The lines below the first heading of one of these names (lower case), up to the next of its level."""
    level = 0
    found: list[Line] = []
    for line in lines:
        own, title = line.heading
        if level and own and own <= level:
            return found
        if level:
            found.append(line)
        elif own and title.lower().startswith(names):
            level = own
    return found


def text_of(lines: list[Line]) -> str:
    """The lines as one text, without blank lines around it."""
    return "\n".join(line.text for line in lines).strip()


def prose_of(lines: list[Line]) -> str:
    """The same without comments, which Markdown does not show."""
    return _COMMENT.sub("", text_of(lines)).strip()


def ids_in(lines: list[Line]) -> list[str]:
    """The ids that list entries begin with."""
    items = [_ITEM.match(line.text) for line in lines if not line.code]
    named = [_ID.match(item[1].strip("* ")) for item in items if item]
    return [one[1].rstrip(".-") for one in named if one]


def read_record(lines: list[Line], shown_as: str) -> tuple[Line | None, Mapping[str, object]]:
    """The kept record of a task and its line; raises UsageError where somebody broke it."""
    for line in lines:
        found = _RECORD.fullmatch(line.text)
        if found:
            try:
                record = json.loads(found[1])
            except (ValueError, RecursionError):
                record = None
            if not isinstance(record, dict):
                where = f"{shown_as}:{line.number}"
                raise UsageError(f"the record of {RECORD} is not JSON", where, "restore the line from git")
            return line, record
    return None, {}


def record_line(record: Mapping[str, object], indent: str = "") -> str:
    """The record as a comment that Markdown does not show."""
    raw = json.dumps(dict(record)).replace("--", "-\\u002d").replace("-->", "-\\u002d>")
    return f"{indent}<!-- {RECORD}: {raw} -->"


def newline_at(text: str, position: int) -> str:
    """The line end that the line before a place has, or else that of the text."""
    end = text.rfind("\n", 0, position + 1)
    end = text.find("\n", position) if end < 0 else end
    return "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"


def logged(text: str, lines: list[Line], change: TaskChange) -> list[Replacement]:
    """A line in the task's Progress Log for each step, where it has such a section."""
    by = f" by {one_line(change.agent)}" if change.agent else ""
    told = [f"{step.before.value} to {step.after.value}{by} ({one_line(step.reason)})" for step in change.steps]
    return log_lines(text, lines, change, told)


def log_lines(text: str, lines: list[Line], change: TaskChange, told: Sequence[str]) -> list[Replacement]:
    """Lines behind the last entry of the Progress Log and all that is part of it, where the task has such a section."""
    heading = next((line for line in lines if line.heading[1].lower().startswith("progress log")), None)
    if heading is None or not told:
        return []
    last = _end_of_entries(section(lines, "progress log"))
    place = (last or heading).end
    newline = newline_at(text, place)
    at = change.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    blank = "" if last else newline
    return [Replacement(place, place, blank + "".join(f"{newline}- {at}: {line}" for line in told))]


def _end_of_entries(lines: Sequence[Line]) -> Line | None:
    """The last line that belongs to an entry: right below it, indented, or in a block of code that has begun."""
    last: Line | None = None
    for before, line in pairwise((None, *lines)):
        if not line or not line.text.strip():
            continue
        is_entry = _ITEM.match(line.text) and not line.code
        is_code = before and before.code and line.code
        if is_entry or (last and (before is last or is_code or line.text.startswith((" ", "\t")))):
            last = line
    return last


def _after_mark(fence: str, mark: str, line: str) -> str:
    if not fence:
        return mark
    closes = mark[0] == fence[0] and len(mark) >= len(fence) and not line.strip().strip(mark[0])
    return "" if closes else fence


def _comment_open(line: str, comment: bool) -> bool:
    opened, closed = line.rfind("<!--"), line.rfind("-->")
    return opened > closed if opened >= 0 or closed >= 0 else comment
