"""Text of others, made harmless for terminals and log viewers."""

from __future__ import annotations

# Line breaks and tabs lay text out; the others are spaces and joiners that real languages and emoji need.
_KEPT = "\n\t\u00a0\u200c\u200d"


def printable(text: str) -> str:
    """Show control characters, terminal escapes, text direction marks and lone surrogates as escapes."""
    whole_lines = text.replace("\r\n", "\n")
    if whole_lines.isprintable():
        return whole_lines
    return "".join(sign if sign.isprintable() or sign in _KEPT else _escape(sign) for sign in whole_lines)


def one_line(text: str) -> str:
    """The printable text with every run of white space, line breaks included, as one space."""
    return " ".join(printable(text).split())


def _escape(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


def counted(number: int, noun: str) -> str:
    """A number with its noun in the right form, as `1 finding` or `3 findings`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def differing(number: int) -> str:
    """How many files differ, as `1 file differs` or `3 files differ`."""
    return f"{counted(number, 'file')} {'differs' if number == 1 else 'differ'}"
