"""The text of statements: literals, f-strings, parts that are joined."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from pytest_agentgates.gates.tenant_filter.arguments import Arguments
from pytest_agentgates.gates.tenant_filter.values import Choice, Items, Sql, Thing

HOLE = "agentgates_unknown"
_PERCENT = "%"
_SHORTEST = 12


_STATEMENT = re.compile(
    r"\A[\s(]*(?:--[^\n]*\n\s*)*(?:SELECT\b.*\bFROM\b|UPDATE\b.*\bSET\b|DELETE\s+FROM\b|INSERT\s+INTO\b|WITH\b.*\bAS\b|MERGE\s+INTO\b)",
    re.IGNORECASE | re.DOTALL,
)


def is_statement(text: str) -> bool:
    """Whether a text reads as a statement on rows."""
    return len(text) > _SHORTEST and _STATEMENT.match(text) is not None


def joined_text(parts: Sequence[Thing], node: ast.expr, kind: str) -> Sql:
    """The text of an f-string or of `a + b`; what is not known leaves a hole."""
    if kind == _PERCENT:
        first = parts[0]
        return (
            Sql(first.text, first.line, is_open=True) if isinstance(first, Sql) else Sql("", node.lineno, is_open=True)
        )
    texts = [_text(one) for one in parts]
    return Sql("".join(text for text, _ in texts), node.lineno, any(is_open for _, is_open in texts))


def text_joined_by(separator: Sql, thing: Thing) -> Sql:
    """`" AND ".join(conditions)`."""
    if not isinstance(thing, Items):
        return Sql(f" {HOLE} ", separator.line, is_open=True)
    texts = [_text(one) for one in thing.values]
    text = separator.text.join(text for text, _ in texts) or f" {HOLE} "
    return Sql(text, separator.line, thing.is_open or not texts or any(is_open for _, is_open in texts))


def formatted(base: Sql, given: Arguments) -> Sql:
    """`"... {}".format(...)`: every part is a hole."""
    del given
    return Sql(base.text.replace("{}", HOLE), base.line, is_open=True)


def _text(thing: Thing) -> tuple[str, bool]:
    if isinstance(thing, Sql):
        return thing.text, thing.is_open
    if isinstance(thing, Choice):
        texts = [one for one in thing.values if isinstance(one, Sql)]
        if len(texts) == len(thing.values):
            return max(texts, key=lambda one: len(one.text)).text, True
    return f" {HOLE} ", True
