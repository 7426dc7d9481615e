"""Rules, findings and waivers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs: an error fails its gate, a warning is advice."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Rule:
    """A stable code, what a finding of it means, and whether it fails the gate."""

    code: str
    summary: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True)
class Finding:
    """One thing a gate found; `line` and `column` count from 1, 0 means the whole file.

    `path` is relative to the repository, with `/`; empty for what lies in no file.
    `snippet` is the text that the fingerprint rests on, so that it survives line moves.
    """

    rule: str
    message: str
    path: str = ""
    line: int = 0
    column: int = 0
    fix: str = ""
    severity: Severity = Severity.ERROR
    snippet: str = ""
    fingerprint: str = ""
    waived: str = ""

    @property
    def place(self) -> str:
        """`path:line:column`, as editors understand it, as far as it is known."""
        parts = [self.path] if self.path else []
        if self.path and self.line:
            parts.append(str(self.line))
            parts.append(str(self.column or 1))
        return ":".join(parts)

    @property
    def counts(self) -> bool:
        """Whether the finding fails its gate."""
        return self.severity is Severity.ERROR and not self.waived


@dataclass(frozen=True)
class Waiver:
    """Permission to leave findings of one rule standing, with the reason.

    `path` is a glob; `line` 0 means the whole file; `where` says where the waiver itself stands.
    `expires` is an ISO date, empty for none; `problem` says why it waives nothing, empty where it may.
    """

    rule: str
    path: str
    reason: str
    where: str
    line: int = 0
    last_line: int = 0
    expires: str = ""
    problem: str = ""

    def covers(self, finding: Finding) -> bool:
        """Whether rule and lines fit; the caller has matched the path."""
        if self.rule != finding.rule:
            return False
        return not self.line or self.line <= finding.line <= max(self.line, self.last_line)


def waive(findings: Iterable[Finding], waivers: dict[str, tuple[Waiver, ...]]) -> tuple[Finding, ...]:
    """Mark each finding that a waiver of its path covers; one without a reason or with a problem waives nothing."""
    return tuple(_waive_one(finding, waivers.get(finding.path, ())) for finding in findings)


def _waive_one(finding: Finding, waivers: tuple[Waiver, ...]) -> Finding:
    for waiver in waivers:
        if waiver.reason and not waiver.problem and waiver.covers(finding):
            return replace(finding, waived=waiver.reason)
    return finding
