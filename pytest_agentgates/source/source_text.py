"""The text of a Python file, decoded as Python decodes it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import unicodedata
from functools import cached_property

_COOKIE = re.compile(rb"\A(?:[^\n\r]*[\n\r]{1,2})?[^\n\r]*coding[:=]")
_LONGEST_CODE = 200


class SourceText:
    """Decoded source, with one newline for every kind of line end."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def lines(self) -> list[str]:
        """The lines, as Python counts them."""
        return self.text.split("\n")

    @cached_property
    def plain(self) -> str:
        """The text with names as Python reads them: letters of full width are plain ones."""
        return self.text if self.text.isascii() else unicodedata.normalize("NFKC", self.text)

    def lines_with(self, word: str) -> list[int]:
        """The numbers of the lines that a word stands in, ascending."""
        found: list[int] = []
        line, seen = 1, 0
        at = self.plain.find(word)
        while at >= 0:
            line += self.plain.count("\n", seen, at)
            seen = at
            found.append(line)
            at = self.plain.find(word, at + 1)
        return found

    def code(self, line: int) -> str:
        """One line without the space around it; a very long one is cut."""
        return self.lines[line - 1].strip()[:_LONGEST_CODE]

    def column(self, node: ast.expr | ast.stmt) -> int:
        """Where a node begins, counted in characters from 1."""
        return self.character(node.lineno, node.col_offset)

    def character(self, line: int, offset: int) -> int:
        """The column of a byte offset as the parser counts it."""
        if not offset:
            return 1
        content = self.lines[line - 1]
        if content.isascii():
            return offset + 1
        return len(content.encode("utf-8")[:offset].decode("utf-8", "ignore")) + 1

    def segment(self, node: ast.expr) -> str:
        """The text of an expression, on one line."""
        first, last = node.lineno, node.end_lineno or node.lineno
        start, end = self.character(first, node.col_offset) - 1, self.character(last, node.end_col_offset or 0) - 1
        if first == last:
            return self.lines[first - 1][start:end]
        middle = [line.strip() for line in self.lines[first : last - 1]]
        return " ".join([self.lines[first - 1][start:].rstrip(), *middle, self.lines[last - 1][:end].lstrip()])


def decode(source: bytes) -> SourceText:
    """Decode by byte order mark and coding cookie.

    Raises SyntaxError for an unknown coding, UnicodeDecodeError for bytes that do not fit it.
    """
    if source.isascii() and not _COOKIE.match(source):
        text = source.decode("ascii")
    else:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        try:
            text = source.decode(encoding)
        except LookupError as error:
            raise SyntaxError(str(error)) from error
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return SourceText(text)
