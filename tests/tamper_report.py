"""Prints at the end of a run which tricks were caught, by which rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest

TRICK, RULES = "trick", "caught by"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each trick, and the count for each family."""
    lines = sorted(_lines(terminalreporter))
    if not lines:
        return
    terminalreporter.section("tricks")
    families: dict[str, list[bool]] = defaultdict(list)
    for family, name, is_caught, rules in lines:
        families[family].append(is_caught)
        terminalreporter.write_line(f"{'caught' if is_caught else 'MISSED'}  {name}  {rules}")
    for family, caught in families.items():
        terminalreporter.write_line(f"{family}: {sum(caught)} of {len(caught)} caught")
    every = [one for caught in families.values() for one in caught]
    terminalreporter.write_line(f"all: {sum(every)} of {len(every)} caught")


def _lines(reporter: pytest.TerminalReporter) -> Iterator[tuple[str, str, bool, str]]:
    for outcome in ("passed", "failed"):
        for report in reporter.stats.get(outcome, []):
            found = dict(getattr(report, "user_properties", ()))
            if TRICK in found and report.when == "call":
                family, name = found[TRICK]
                yield family, name, report.passed, found.get(RULES, "")
