"""Writes the placeholders of every DB-API style in one way, `:name`."""

from __future__ import annotations

import re
from itertools import count

_SKIPPED = r"""
  (?P<text> [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' )
| (?P<name> "(?:[^"]|"")*" | `[^`]*` )
| (?P<dollar> (?P<tag>\$(?:[A-Za-z_]\w*)?\$) .*? (?P=tag) )
| (?P<comment> --[^\n]* | /\*.*?\*/ )
| (?P<cast> ::|:=|@@|@>|<@|\?[|&](?![|&]) )
"""
_ESCAPED_TEXT = r"(?P<text> [eE]?'(?:[^'\\]|\\.|'')*' )"
_PLACEHOLDERS = r"""
| (?P<pyformat> %\((?P<pyname>[^)]*)\)[sdbtr] )
| (?P<format> %[sbt](?!\w) )
| (?P<percent> %% )
| (?P<numbered> \?\d+ | (?<![\w$])\$\w+ )
| (?P<question> \? )
| (?P<named> (?<![\w:]):\w+ | (?<![\w@<])@\w+ )
"""
_FLAGS = re.VERBOSE | re.DOTALL
_PLAIN = re.compile(_SKIPPED + _PLACEHOLDERS, _FLAGS)
_BACKSLASH = re.compile(re.sub(r"\(\?P<text>.*\)", lambda _: _ESCAPED_TEXT, _SKIPPED, count=1) + _PLACEHOLDERS, _FLAGS)
_BACKSLASH_DIALECTS = frozenset(
    {"mysql", "bigquery", "clickhouse", "databricks", "hive", "spark", "doris", "starrocks"}
)
_POSTCOMPILE = re.compile(r"__\[POSTCOMPILE_(\w+)\]")
_ROW = r"\((?:\s*\?\s*,)*\s*\?\s*\)"
_REPEATED_ROWS = re.compile(rf"({_ROW})(?:\s*,\s*\1)+")
_REPEATED_MARKS = re.compile(r"\?(?:\s*,\s*\?){3,}(?=\s*\))(?<!\()")
_NO_WORD = re.compile(r"\W")
_LONG = 2_000


def normalised(sql: str, dialect: str) -> str:
    """The statement with `:name` for each placeholder; strings, names, comments and casts stay as they are."""
    pattern = _BACKSLASH if dialect in _BACKSLASH_DIALECTS else _PLAIN
    if "POSTCOMPILE" in sql:
        sql = _POSTCOMPILE.sub(r":\1", sql)
    kinds = {match.lastgroup for match in pattern.finditer(sql)} if "?" in sql else set()
    operators = dialect == "postgres" and bool(kinds & {"pyformat", "pyname", "format", "named", "numbered"})
    numbers = count(1)

    def write(match: re.Match[str]) -> str:
        group = match.lastgroup
        found = match.group()
        if group in {"pyformat", "pyname"}:
            return ":p_" + _NO_WORD.sub("_", match["pyname"])
        if group == "percent":
            return "%"
        if group == "format" or (group == "question" and not operators):
            return f":q{next(numbers)}"
        if group in {"named", "numbered"}:
            return f":p_{found[1:]}"
        return found

    return pattern.sub(write, _shortened(sql) if len(sql) > _LONG else sql)


def _shortened(sql: str) -> str:
    """Rows of nothing but marks say no more a thousand times than once."""
    return _REPEATED_ROWS.sub(r"\1", sql.replace("%s", "?") if "?" not in sql else sql)
