"""Changed lines that no test covers, and suppressions that were added."""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pytest_agentgates.base_tree import changed_lines
from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.workspace_port import BaseTree
from pytest_agentgates.coverage_settings import CONFIG_FILES, CoverageSettings, read_settings
from pytest_agentgates.errors import UsageError
from pytest_agentgates.gates.coverage_floor.figures import exact, percent, ranges, shown
from pytest_agentgates.gates.coverage_floor.measured import FileCoverage
from pytest_agentgates.gates.coverage_floor.rules import CHANGED, SUPPRESSED

_PRAGMA = re.compile(r"#\s*(?:pragma|PRAGMA)[:\s]?\s*(?:no|NO)\s*(?:cover|COVER|branch|BRANCH)")


@dataclass(frozen=True)
class ChangedFile:
    """A file that differs from the base: its text now and then, and the lines that are new."""

    path: str
    text: str
    before: str
    lines: frozenset[int]


@dataclass(frozen=True)
class ChangedCoverage:
    """The changed statements of all files together."""

    covered: int
    total: int
    findings: tuple[Finding, ...]

    @property
    def actual(self) -> Fraction:
        """The exact percentage."""
        return percent(self.covered, self.total)


def changed_files(root: Path, base: BaseTree, paths: Iterable[str]) -> list[ChangedFile]:
    """The files among `paths` that are new or differ from the base."""
    found = []
    for path in paths:
        if (root / path).is_symlink() or not (root / path).is_file():
            continue
        now, before = (root / path).read_bytes(), base.read(path)
        if now != before:
            texts = [content.decode("utf-8", "replace") for content in (now, before or b"")]
            found.append(ChangedFile(path, texts[0], texts[1], frozenset(changed_lines(texts[1], texts[0]))))
    return found


def judge_changes(
    changed: Iterable[ChangedFile], measured: Mapping[str, FileCoverage], wanted: float
) -> ChangedCoverage:
    """How many changed statements were executed; COV002 for each file with others, where too few were."""
    statements = {file.path: _statements(file, measured[file.path]) for file in changed}
    missing = {path: lines & measured[path].missing for path, lines in statements.items()}
    total = sum(map(len, statements.values()))
    covered = total - sum(map(len, missing.values()))
    actual, needed = percent(covered, total), Fraction(str(wanted))
    if actual >= needed:
        return ChangedCoverage(covered, total, ())
    texts = {file.path: file.text.split("\n") for file in changed}
    head = f"changed lines {shown(actual)} % (needed {exact(needed)} %)"
    return ChangedCoverage(
        covered,
        total,
        tuple(
            Finding(
                CHANGED.code,
                f"{head}: changed lines {ranges(lines, measured[path].statements)} are not covered",
                path,
                min(lines),
                fix="test what was changed",
                snippet=texts[path][min(lines) - 1].strip(),
            )
            for path, lines in missing.items()
            if lines
        ),
    )


def added_pragmas(changed: Iterable[ChangedFile]) -> list[Finding]:
    """COV006 for each file with more comments that keep code out of the count than it had."""
    findings = []
    for file in changed:
        before, now = _pragmas(file.before), _pragmas(file.text)
        if len(now) > len(before):
            line = min((number for number in now if number in file.lines), default=min(now))
            findings.append(
                Finding(
                    SUPPRESSED.code,
                    f"comments that keep code out of the count: {len(now)} here, {len(before)} in the base",
                    file.path,
                    line,
                    fix="test the code and take the comment out, or waive it with a reason",
                    snippet=now[line],
                )
            )
    return findings


def added_settings(root: Path, base: BaseTree, now: CoverageSettings) -> list[Finding]:
    """COV006 for each entry of the coverage configuration that keeps more code out of the count."""
    added = Counter(now.suppressions()) - Counter(_settings_of(base).suppressions())
    return [
        Finding(
            SUPPRESSED.code,
            f"the coverage configuration gained {entry!r}",
            now.where,
            _line_of(root / now.where, entry.partition(": ")[2]),
            fix="take it out, or waive it with a reason",
            snippet=entry,
        )
        for entry in added.elements()
    ]


def _statements(file: ChangedFile, coverage: FileCoverage) -> frozenset[int]:
    """The changed statements; a changed line within a statement of several lines counts as its first."""
    first = _first_lines(file.text)
    return frozenset(first.get(line, line) for line in file.lines) & coverage.statements


def _first_lines(text: str) -> dict[int, int]:
    """For each line of a logical line the first one; empty where the text cannot be tokenized."""
    found: dict[int, int] = {}
    start = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT):
                continue
            start = start or token.start[0]
            if token.type == tokenize.NEWLINE:
                found.update(dict.fromkeys(range(start, token.end[0] + 1), start))
                start = 0
    except (tokenize.TokenError, SyntaxError):
        return {}
    return found


def _pragmas(text: str) -> dict[int, str]:
    """The lines that keep code out of the count, by number."""
    return {number: line.strip() for number, line in enumerate(text.split("\n"), 1) if _PRAGMA.search(line)}


def _settings_of(base: BaseTree) -> CoverageSettings:
    """The base's coverage configuration; one that cannot be read suppressed nothing."""

    def read(name: str) -> str | None:
        content = base.read(name)
        return None if content is None else content.decode("utf-8", "replace")

    try:
        return read_settings(read)
    except UsageError:
        return CoverageSettings(CONFIG_FILES[0])


def _line_of(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((number for number, line in enumerate(lines, 1) if text in line), 0)
