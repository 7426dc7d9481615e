"""TMP006: comments that silence a tool, and marks that exempt from one, counted on both sides."""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.untampered.rules import SUPPRESSED
from pytest_agentgates.gates.untampered.versions import Versions

_KINDS = {
    "noqa": re.compile(r"#\s*(?:ruff:\s*|flake8:\s*)?noqa\b", re.IGNORECASE),
    "type: ignore": re.compile(r"#\s*type:\s*ignore\b"),
    "mypy: ignore-errors": re.compile(r"#\s*mypy:\s*\S+"),
    "pyright: ignore": re.compile(r"#\s*pyright:\s*\S+"),
    "pylint: disable": re.compile(r"#\s*pylint:\s*(?:disable|skip-file)"),
    "pragma: no cover": re.compile(r"#\s*pragma:?\s*no\s*(?:cover|branch|mutate)", re.IGNORECASE),
    "nosec": re.compile(r"#\s*nosec\b"),
    "agentgates: ignore": re.compile(r"#\s*agentgates:\s*ignore\b"),
    "@cross_tenant": re.compile(r"@(?:\w+\.)*cross_tenant\b"),
    "@no_type_check": re.compile(r"@(?:\w+\.)*no_type_check\b"),
}
# One comment of these silences a tool for the whole file.
_WHOLE_FILE = re.compile(
    r"#\s*(?:(?:ruff|flake8):\s*noqa|mypy:\s*(?:ignore-errors|disable-error-code)|pylint:\s*skip-file|type:\s*ignore\s*$)",
    re.IGNORECASE,
)
# These do not say what they silence.
_BLANKET = re.compile(
    r"#\s*(?:noqa(?!\s*:\s*\w)|type:\s*ignore(?!\s*\[))|@(?:\w+\.)*no_type_check\b",
    re.IGNORECASE,
)
_UNMEASURED = re.compile(r"#\s*pragma:?\s*no\s*cover", re.IGNORECASE)
_DEFINITION = re.compile(r"\s*(?:async\s+def|def|class)\s")


def accuse_comments(file: Versions, *, has_floor: bool) -> Iterator[tuple[Finding, bool]]:
    """A finding for each kind of comment there is more of now; with it, whether a new one is a blanket.

    A blanket silences a whole file, or does not say what it silences; where a floor of coverage is asked for, one
    takes a whole function or class out of it.
    """
    if file.after is None or not file.path.endswith((".py", ".pyi")):
        return
    before, after = _exempting(file.old_text), _exempting(file.new_text)
    for kind, pattern in _KINDS.items():
        old = Counter(text for text, _ in before if pattern.match(text))
        new = [(text, line) for text, line in after if pattern.match(text)]
        if len(new) <= sum(old.values()):
            continue
        text, line = next(((text, line) for text, line in new if not old[text]), new[-1])
        yield (
            Finding(
                SUPPRESSED.code,
                f"what silences a tool, of the kind '{kind}': {len(new)} now, {sum(old.values())} at the base",
                file.path,
                line,
                fix="mend what the tool found and take it out",
                snippet=f"{kind} {text}",
            ),
            any(_is_blanket(text, file, line, has_floor) for text, line in new if not old[text]),
        )


def _is_blanket(text: str, file: Versions, line: int, has_floor: bool) -> bool:
    if has_floor and _UNMEASURED.match(text) and _DEFINITION.match(file.line(line)):
        return True
    return bool(_BLANKET.match(text)) or _silences_all(text, file, line)


def _silences_all(text: str, file: Versions, line: int) -> bool:
    return bool(_WHOLE_FILE.match(text)) and file.line(line) == text.strip() and text not in file.old_text


def _exempting(text: str) -> list[tuple[str, int]]:
    """Every comment, and every line that begins a decorator, with its line."""
    lines = ((line.strip(), number) for number, line in enumerate(text.split("\n"), 1))
    return [*_comments(text), *((line, number) for line, number in lines if line.startswith("@"))]


def _comments(text: str) -> list[tuple[str, int]]:
    """Every comment with its line; what does not tokenize is searched line by line."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, IndentationError, SyntaxError):
        lines = enumerate(text.split("\n"), 1)
        return [(line[line.index("#") :], number) for number, line in lines if "#" in line]
    return [(token.string, token.start[0]) for token in tokens if token.type == tokenize.COMMENT]
