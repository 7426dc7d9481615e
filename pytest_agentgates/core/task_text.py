"""What the Markdown of a task says about files: "Files to Create/Modify" and "Adjacent Scope"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)[ \t#]*\Z")
_ENTRY = re.compile(r"[ \t]*[-*+][ \t]+(.*)\Z")
_LABEL = re.compile(r"\**[ \t]*(included|expected minor|out of scope)[ \t]*\**[ \t]*:[ \t]*\**", re.IGNORECASE)
_SPAN = re.compile(r"`([^`]+)`")
_FILES = ("files to create/modify", "files to create", "files to modify", "files to create or modify")
_ADJACENT = "adjacent scope"


@dataclass(frozen=True)
class ScopeOfText:
    """The code spans under each heading, in their order; prose is left out."""

    included: tuple[str, ...] = ()
    minor: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


def read_scope(text: str) -> ScopeOfText:
    """Read both sections; empty where the text has neither.

    Of an entry of "Files to Create/Modify" only the first code span counts, and where there is none its first word.
    In "Adjacent Scope" what stands in parentheses explains and does not count.
    """
    if _ADJACENT not in text.lower() and not any(heading in text.lower() for heading in _FILES):
        return ScopeOfText()
    found: dict[str, list[str]] = {"included": [], "expected minor": [], "out of scope": []}
    for kind, path in _paths(text.splitlines()):
        found[kind].append(path)
    return ScopeOfText(*(tuple(dict.fromkeys(paths)) for paths in found.values()))


def _paths(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    section, label = "", ""
    for line in lines:
        heading = _HEADING.match(line)
        if heading:
            section, label = heading[1].lower(), ""
            continue
        entry = _ENTRY.match(line)
        if entry and section.startswith(_FILES):
            yield from (("included", path) for path in _first_path(entry[1]))
        elif entry and section.startswith(_ADJACENT):
            named = _LABEL.match(entry[1])
            label = named[1].lower() if named else label
            rest = entry[1][named.end() :] if named else entry[1]
            yield from ((label, path) for path in _SPAN.findall(_without_parentheses(rest)) if label)


def _first_path(entry: str) -> list[str]:
    spans = _SPAN.findall(entry)
    return spans[:1] or entry.split()[:1]


def _without_parentheses(text: str) -> str:
    return re.sub(r"\([^()]*\)", "", text)
