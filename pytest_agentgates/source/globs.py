"""Globs over paths relative to the repository: `*` stays in its segment, `**` crosses segments."""

from __future__ import annotations

import fnmatch
import itertools
import re
from collections.abc import Iterator
from functools import lru_cache

from pytest_agentgates.errors import UsageError

_MAGIC = re.compile(r"[*?\[]")
_SPECIAL = re.compile(r"([*?\[{])")
_MOST_ALTERNATIVES = 1000


def matches(path: str, pattern: str) -> bool:
    """Whether a path (relative, with `/`) fits a pattern; case always counts.

    `*` and `?` stay within a segment, a segment `**` stands for any number of segments, `[..]` for one
    character, `{a,b}` for alternatives. A pattern that ends in `/`, or a plain one that names a folder,
    fits everything below; `.` fits everything. A path fits itself, such as `app/[id]/page.tsx`.
    Raises UsageError for a pattern with too many alternatives.
    """
    return path == pattern or _compiled(pattern).match(path) is not None


def static_prefix(pattern: str) -> str:
    """The folder (or the plain path) that everything a pattern fits lies in; empty for the root."""
    tidy = _tidy(pattern).rstrip("/")
    if not is_glob(pattern):
        return "" if tidy == "." else tidy
    plain = itertools.takewhile(lambda segment: not _SPECIAL.search(segment), tidy.split("/"))
    return "/".join(plain)


def is_glob(text: str) -> bool:
    """Whether a text has anything in it that a plain path has not."""
    return bool(_MAGIC.search(text)) or len(_alternatives(text)) > 1


def escape(path: str) -> str:
    """The pattern that fits this path literally."""
    return _SPECIAL.sub(r"[\1]", path)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    expressions = [_expression(_tidy(alternative)) for alternative in _alternatives(pattern)]
    return re.compile(f"(?s:{'|'.join(expressions)})\\Z")


def _tidy(pattern: str) -> str:
    while pattern.startswith("./"):
        pattern = pattern[2:].lstrip("/") or "."
    return pattern


def _expression(pattern: str) -> str:
    if pattern in ("", "."):
        return ".+" if pattern else "(?!)"
    body = _segments(pattern.rstrip("/").split("/"))
    if pattern.endswith("/"):
        return f"{body}/.+"
    return body if _MAGIC.search(pattern) else f"{body}(?:/.+)?"


def _segments(segments: list[str]) -> str:
    """Join segments; a `**` brings its own separator along, so that it may stand for nothing."""
    kept = [now for before, now in zip(["", *segments], segments, strict=False) if (before, now) != ("**", "**")]
    parts = ["(?:[^/]+/)*" if segment == "**" else _segment(segment) + "/" for segment in kept[:-1]]
    return "".join(parts) + (".+" if kept[-1] == "**" else _segment(kept[-1]))


def _segment(segment: str) -> str:
    """One segment; each `*` but the last takes as little as it can, so that no pattern is slow."""
    literals = [_literal(part) for part in _split_stars(segment)]
    if len(literals) == 1:
        return literals[0]
    first, *middle, last = literals
    return first + "".join(f"(?>[^/]*?{part})" for part in middle) + f"[^/]*{last}"


def _split_stars(segment: str) -> list[str]:
    parts = [""]
    for token in _tokens(segment):
        if token != "*":
            parts[-1] += token
        elif parts[-1] or len(parts) == 1:
            parts.append("")
    return parts


def _tokens(text: str) -> Iterator[str]:
    """Single characters, and whole `[..]` classes."""
    start = 0
    while start < len(text):
        end = _class_end(text, start) if text[start] == "[" else start + 1
        yield text[start:end]
        start = end


def _class_end(text: str, start: int) -> int:
    """Where a class ends; an unclosed `[` is an ordinary character, a leading `]` belongs to the class."""
    first = start + 2 if text[start + 1 : start + 2] == "!" else start + 1
    end = text.find("]", first + 1)
    inside = text[start:end]
    return start + 1 if end < 0 or "/" in inside else end + 1


def _literal(part: str) -> str:
    return "".join(_character(token) for token in _tokens(part))


def _character(token: str) -> str:
    if token == "?":
        return "[^/]"
    if len(token) == 1:
        return re.escape(token)
    expression = fnmatch.translate(token)
    return "(?!/)" + expression[len("(?s:") : -len(")\\Z")]


def _alternatives(pattern: str) -> list[str]:
    """The pattern without braces, once for each choice."""
    pending = [pattern]
    done: list[str] = []
    while pending:
        text = pending.pop()
        choices = _first_choice(text)
        if choices:
            pending.extend(reversed(choices))
        else:
            done.append(text)
        if len(pending) + len(done) > _MOST_ALTERNATIVES:
            raise UsageError(f"the glob {pattern!r} has more than {_MOST_ALTERNATIVES} alternatives", fix="split it")
    return done


def _first_choice(text: str) -> list[str]:
    """The texts that the first complete `{a,b}` stands for; a brace without a comma is an ordinary character."""
    position = 0
    for token in _tokens(text):
        commas, end = _brace_parts(text, position) if token == "{" else ([], 0)
        if commas:
            between = itertools.pairwise([position, *commas, end])
            return [text[:position] + text[left + 1 : right] + text[end + 1 :] for left, right in between]
        position += len(token)
    return []


def _brace_parts(text: str, start: int) -> tuple[list[int], int]:
    """Where the commas and the end of the brace at `start` are; end 0 where it is never closed."""
    commas: list[int] = []
    depth, position = 0, start
    for token in _tokens(text[start:]):
        depth += {"{": 1, "}": -1}.get(token, 0)
        if token == "," and depth == 1:
            commas.append(position)
        if depth == 0:
            return commas, position
        position += len(token)
    return [], 0
