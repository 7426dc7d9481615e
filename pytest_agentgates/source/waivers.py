"""Reads `# agentgates: ignore[CODE, ...] reason` comments and `@cross_tenant` marks from Python files."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_agentgates.core.finding import Waiver
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.source.globs import escape
from pytest_agentgates.source.sweep_marks import MARK, marks_in

PHRASE = b"agentgates: ignore"
_COMMENT = re.compile(r"#\s*agentgates: ignore(?:\[(?P<codes>[^\]]*)\])?(?P<reason>.*)")


def read_waivers(root: Path, files: Sequence[str]) -> tuple[Waiver, ...]:
    """The waivers in the comments and marks of all Python files among `files`, in order.

    Raises AgentGatesError for a file that cannot be read.
    """
    python = [path for path in files if path.endswith((".py", ".pyi")) and not (root / path).is_symlink()]
    return tuple(waiver for path in python for waiver in waivers_in(_bytes_of(root, path), path))


def waivers_in(source: bytes, path: str) -> tuple[Waiver, ...]:
    """The waivers in one file, one for each code; none where the file does not parse.

    A comment covers its statement, on a `def` or `class` line the whole body, on a line of its own the
    statement that follows. One without codes has the rule "", one without a reason the reason "".
    """
    if PHRASE not in source and MARK.encode() not in source:
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
            spans, marks = _spans(tree), tuple(marks_in(tree, path))
        comments = list(_comments(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return ()
    return (*(waiver for comment in comments for waiver in _waivers(comment, path, spans)), *marks)


@dataclass(frozen=True)
class _Comment:
    line: int
    is_alone: bool
    codes: str
    reason: str


@dataclass(frozen=True)
class _Span:
    """A statement: what a comment in its head covers reaches from `start` to `end`."""

    start: int
    head_end: int
    end: int
    is_simple: bool


def _bytes_of(root: Path, path: str) -> bytes:
    try:
        return (root / path).read_bytes()
    except FileNotFoundError:
        return b""  # it went away after the files were listed
    except OSError as error:
        raise AgentGatesError(f"the file cannot be read: {error.strerror}", path, "make it readable") from error


def _comments(source: bytes) -> Iterator[_Comment]:
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        found = _COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
        if found:
            reason = re.split(r"(?:^|\s)#\s", found["reason"])[0].strip()  # another tool's comment is no reason
            yield _Comment(token.start[0], not token.line[: token.start[1]].strip(), found["codes"] or "", reason)


def _waivers(comment: _Comment, path: str, spans: Sequence[_Span]) -> Iterator[Waiver]:
    first, last = _lines(comment, spans)
    for code in [code.strip() for code in comment.codes.split(",")]:
        yield Waiver(code, escape(path), comment.reason, f"{path}:{comment.line}", first, last)


def _lines(comment: _Comment, spans: Sequence[_Span]) -> tuple[int, int]:
    within = [span for span in spans if span.start <= comment.line <= span.head_end]
    within = [span for span in within if span.is_simple or not comment.is_alone]
    if within:
        nearest = min(within, key=lambda span: span.head_end - span.start)
        return nearest.start, nearest.end
    following = [span for span in spans if span.start > comment.line]
    if comment.is_alone and following:
        nearest = min(following, key=lambda span: (span.start, -span.end))
        return nearest.start, nearest.end
    return comment.line, comment.line


def _spans(tree: ast.Module) -> list[_Span]:
    return [_span(node) for node in ast.walk(tree) if isinstance(node, ast.stmt)]


def _span(node: ast.stmt) -> _Span:
    """Only `def` and `class` are covered with their bodies, other compound statements by their heads."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    start = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    end = node.end_lineno or node.lineno
    below = _first_line_below(node)
    if not below:
        return _Span(start, end, end, is_simple=True)
    head_end = max(node.lineno, below - 1)
    is_definition = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return _Span(start, head_end, end if is_definition else head_end, is_simple=False)


def _first_line_below(node: ast.stmt) -> int:
    """Where the body of a compound statement begins; 0 for a simple one."""
    if isinstance(node, ast.Match):
        return node.cases[0].pattern.lineno
    body: list[ast.stmt] = getattr(node, "body", [])
    return _span(body[0]).start if body else 0
