"""What a task list says of tests, coverage, tasks and files beside its tasks, as the manifests of agents do."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.evidence_claims import Claim
from pytest_agentgates.looked_at import LookedAt, found

_TESTS = ("tests_total", "total_tests", "test_count")
_COVERAGES = ("coverage_percent", "coverage_pct", "total_coverage_percent")
_CORRECT = "correct what is wrong there, or judge again: agentgates run ID"


def examine_reviews(at: LookedAt) -> Iterator[Finding]:
    """Every list that is JSON or YAML."""
    for path in at.lists:
        for name, node in _mappings(at.document(path), ""):
            told = f" ({name})" if name else ""
            for message in (*_numbers(at, node), *_unknown(at, node)):
                yield found(path, f"{message}{told}", _CORRECT)


def _mappings(node: object, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(node, dict):
        yield name, node
        for key, value in node.items():
            yield from _mappings(value, str(key))
    elif isinstance(node, list):
        for value in node:
            yield from _mappings(value, name)


def _numbers(at: LookedAt, node: Mapping[str, Any]) -> Iterator[str]:
    """Compared with the evidence that is named beside them, by the name of its file."""
    named = {posixpath.basename(value) for value in node.values() if isinstance(value, str) and value.endswith(".json")}
    tests, coverage = _first(node, _TESTS), _first(node, _COVERAGES)
    for claim in at.claims if named else ():
        if posixpath.basename(claim.path) in named:
            yield from _against(claim, tests, coverage)


def _against(claim: Claim, tests: float | None, coverage: float | None) -> Iterator[str]:
    if None not in (tests, claim.tests) and tests != claim.tests:
        yield f"it says {tests:g} tests, {claim.path} says {claim.tests}"
    if None not in (coverage, claim.coverage) and coverage != claim.coverage:
        yield f"it says {coverage:g} % coverage, {claim.path} says {claim.coverage:g} %"


def _unknown(at: LookedAt, node: Mapping[str, Any]) -> Iterator[str]:
    """Tasks that are only named."""
    tasks = node.get("tasks")
    names = [one for one in tasks if isinstance(one, str)] if isinstance(tasks, list) else []
    for name in names:
        if name not in at.known:
            yield f"it names the task {name}, which is in no task list"


def _first(node: Mapping[str, Any], names: tuple[str, ...]) -> float | None:
    values = (node.get(name) for name in names)
    return next((value for value in values if isinstance(value, int | float) and not isinstance(value, bool)), None)
