"""What old code is known to break: exact findings, counted, which may stay but never grow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.verdict import GateResult, GateStatus

RECORDED = "recorded in the baseline"
NEVER_RECORDED = frozenset({"ready", "tests_pass", "untampered", "config"})


@dataclass(frozen=True, order=True)
class Identity:
    """What makes a finding the same one after lines have moved; `text` is its edge or source line."""

    gate: str
    path: str
    rule: str
    text: str

    def __str__(self) -> str:
        """Render for a message."""
        return f"{self.rule} of {self.gate} in {self.path or 'no file'} ({self.text})"


@dataclass(frozen=True)
class Baseline:
    """How often each finding may stand; `lines` are those of its file, `path`."""

    path: str = ""
    counts: Mapping[Identity, int] = field(default_factory=dict)
    lines: Mapping[Identity, int] = field(default_factory=dict)

    def of_gate(self, name: str) -> Mapping[Identity, int]:
        """What is recorded of one gate."""
        return {identity: count for identity, count in self.counts.items() if identity.gate == name}


def excuse(gate: str, findings: Iterable[Finding], accepted: Mapping[Identity, int]) -> tuple[Finding, ...]:
    """Mark findings that are recorded, as many of each as are; the others go on to count."""
    left = Counter(accepted)
    marked = []
    for finding in findings:
        identity = _identity(gate, finding)
        if finding.counts and left[identity] > 0:
            left[identity] -= 1
            marked.append(replace(finding, waived=RECORDED))
        else:
            marked.append(finding)
    return tuple(marked)


def record(results: Iterable[GateResult]) -> Mapping[Identity, int]:
    """What of these results counts, as a baseline would have it."""
    return Counter(_identity(result.name, one) for result in results for one in result.findings if one.counts)


def unused(baseline: Baseline, results: Iterable[GateResult], gates: Iterable[str]) -> Iterator[tuple[Identity, str]]:
    """Entries that excuse less than they say, each with what is wrong; only gates that judged are asked.

    `gates` are those that are on.
    """
    judged = {one.name: one for one in results if one.status not in (GateStatus.SKIP, GateStatus.ERROR)}
    on = set(gates)
    found = Counter(
        _identity(name, one) for name, result in judged.items() for one in result.findings if one.waived == RECORDED
    )
    for identity, count in baseline.counts.items():
        if identity.gate not in on or identity.gate in NEVER_RECORDED:
            yield identity, "is of a gate that is not on or takes no baseline"
        elif identity.gate in judged and found[identity] < count:
            yield identity, f"is recorded {count} times and was found {found[identity]} times"


def grown(baseline: Baseline, before: Mapping[Identity, int]) -> Iterator[tuple[Identity, str]]:
    """Entries that excuse more than those of the base did."""
    for identity, count in baseline.counts.items():
        if count > before.get(identity, 0):
            yield identity, f"is recorded {count} times, {before.get(identity, 0)} times at the base"


def _identity(gate: str, finding: Finding) -> Identity:
    return Identity(gate, finding.path, finding.rule, finding.snippet or finding.message)
