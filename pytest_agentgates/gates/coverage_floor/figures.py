"""How percentages and lines are told."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import groupby


def percent(covered: int, total: int) -> Fraction:
    """The exact percentage; all of nothing is 100."""
    return Fraction(100 * covered, total) if total else Fraction(100)


def shown(value: Fraction) -> str:
    """With one decimal, never rounded up: what is below a floor must not look as if it reached it."""
    tenths = int(value * 10)
    return f"{tenths // 10}.{tenths % 10}"


def exact(value: Fraction) -> str:
    """A configured percentage as it was written."""
    return f"{float(value):g}"


def ranges(lines: Iterable[int], statements: Iterable[int]) -> str:
    """The lines as `12-15, 20`; lines without a statement do not part a range."""
    chosen = set(lines)
    runs = groupby(sorted({*statements, *chosen}), key=chosen.__contains__)
    ends = [(run[0], run[-1]) for inside, group in runs if inside for run in [list(group)]]
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ends)
