"""What files of evidence claim, whoever wrote them, and where they contradict each other or themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_LIMIT = 20_000_000
_LONGEST_LIST = 1000  # a longer one holds tests, not totals
_PASSED_OF = re.compile(r"\b(\d+)/(\d+) tests?\b")
_PERCENT = re.compile(r"\b(\d+(?:\.\d+)?) ?% line coverage\b")
_TOTALS = ("total_tests", "total", "collected")
_COVERAGES = ("coverage_pct", "total_coverage_percent", "percent_covered")
_VERDICTS = ("overall_status", "status", "result", "verdict")
_PASSING = ("pass", "passed", "success", "ok", "green")
_FAILING = ("fail", "failed", "failure", "error", "red")
_TIMES = ("run_at", "timestamp", "timestamp_utc", "created", "report_date")


@dataclass(frozen=True)
class Claim:
    """One file of evidence: what it says of tests, coverage (percent), time and verdict; None where it says nothing."""

    path: str
    kind: str
    tests: int | None
    coverage: float | None
    at: datetime | None
    tasks: tuple[str, ...]
    is_own: bool
    passed: bool | None = None
    mistakes: tuple[str, ...] = ()


def read_claim_of(path: str, data: bytes) -> Claim | None:
    """Read one file; None for one that is no JSON object, or claims nothing."""
    if len(data) > _LIMIT:
        return None
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    values = list(_values(document))
    claim = Claim(
        path,
        _kind(path),
        _tests(values),
        _coverage(values),
        _time(document),
        _tasks(document),
        "schema_version" in document and "run_id" in document,
        _passed(document),
        tuple(_mistakes(document)),
    )
    says_nothing = claim.tests is None and claim.coverage is None and "gates" not in document
    return None if says_nothing and "status" not in document else claim


def contradictions(claims: Sequence[Claim]) -> Iterator[tuple[str, str]]:
    """Each pair of files about the same work that disagree: the first path, and what is the matter."""
    for index, one in enumerate(claims):
        for other in claims[index + 1 :]:
            if _subject(one) != _subject(other):
                continue
            if one.tests is not None and other.tests is not None and one.tests != other.tests:
                yield one.path, f"it says {one.tests} tests, {other.path} says {other.tests}"
            if one.coverage is not None and other.coverage is not None and one.coverage != other.coverage:
                yield one.path, f"it says {one.coverage:g} % coverage, {other.path} says {other.coverage:g} %"


def _kind(path: str) -> str:
    name = path.rpartition("/")[2]
    return "report" if "report" in name else "failures" if "failures" in name else "gates"


def _subject(claim: Claim) -> tuple[str, str]:
    """The folder, and what stands in a file's name before the kind: `T006_T012_test_report.json`."""
    folder, _, name = claim.path.rpartition("/")
    return folder, re.split(r"(?:quality_gates|test_report|test_failures)", name)[0]


def _values(node: object, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value with its key, outer ones first."""
    if isinstance(node, dict):
        plain = {name: value for name, value in node.items() if not isinstance(value, dict | list)}
        yield from plain.items()
        for name, value in node.items():
            if isinstance(value, dict | list):
                yield from _values(value, str(name))
    elif isinstance(node, list) and len(node) < _LONGEST_LIST:
        for value in node:
            yield from _values(value, key)


def _tests(values: Sequence[tuple[str, Any]]) -> int | None:
    for name in _TOTALS:
        found = next((value for key, value in values if key == name and type(value) is int), None)
        if found is not None:
            return int(found)
    texts = (
        _PASSED_OF.search(value) for key, value in values if key in ("detail", "message") and isinstance(value, str)
    )
    match = next((found for found in texts if found), None)
    return int(match[2]) if match else None


def _coverage(values: Sequence[tuple[str, Any]]) -> float | None:
    known = (value for key, value in values if key in _COVERAGES and isinstance(value, int | float))
    found = next(known, None)
    if found is not None:
        return float(found)
    texts = (_PERCENT.search(value) for _, value in values if isinstance(value, str))
    match = next((one for one in texts if one), None)
    return float(match[1]) if match else None


def _time(document: Mapping[str, Any]) -> datetime | None:
    for name in _TIMES:
        value = document.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str) and "T" in value:
            try:
                moment = datetime.fromisoformat(value)
            except ValueError:
                continue
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _tasks(document: Mapping[str, Any]) -> tuple[str, ...]:
    tasks = document.get("tasks")
    items = tasks if isinstance(tasks, list) else []
    named = [one.get("id") if isinstance(one, dict) else one for one in items]
    return tuple(str(one) for one in (*named, document.get("task_id")) if one)


def _passed(document: Mapping[str, Any]) -> bool | None:
    """The verdict; failed tests or a blocking gate that failed tell it as well."""
    said = _verdict(document).lower()
    failed = [value for key, value in _values(document) if key == "failed" and type(value) is int and value]
    if said in _FAILING or failed or _failing_gates(document.get("gates")):
        return False
    return True if said in _PASSING else None


def _verdict(document: Mapping[str, Any]) -> str:
    """The word for how it went; empty where there is none."""
    summary = document.get("summary")
    within = [summary.get(key) for key in ("overall", *_VERDICTS)] if isinstance(summary, dict) else []
    words = [*(document.get(key) for key in _VERDICTS), *within]
    return next((word for word in words if isinstance(word, str)), "")


def _failing_gates(gates: object) -> list[Mapping[str, Any]]:
    """Gates that failed and decide; one that does not say so decides."""
    every = gates.values() if isinstance(gates, dict) else gates if isinstance(gates, list) else ()
    deciding = [one for one in every if isinstance(one, dict) and one.get("blocking", one.get("required", True))]
    return [one for one in deciding if str(one.get("status")).lower() in _FAILING]


def _mistakes(document: Mapping[str, Any]) -> Iterator[str]:
    """Sums that do not add up inside one file, and a verdict that its own results do not bear out."""
    verdict = _verdict(document)
    if verdict.lower() in _PASSING and _passed(document) is False:
        yield f"it says {verdict}, and holds tests or blocking gates that failed"
    gates, summary = document.get("gates"), document.get("summary")
    if isinstance(gates, dict) and isinstance(summary, dict):
        blocking = [gate for gate in gates.values() if isinstance(gate, dict) and gate.get("blocking")]
        passed = sum(str(gate.get("status")).upper() == "PASS" for gate in blocking)
        said = summary.get("blocking_pass")
        if type(said) is int and said != passed:
            yield f"its summary says {said} blocking gates passed, its gates say {passed}"
    files = document.get("test_files")
    total = document.get("total_tests")
    counts = list(files.values()) if isinstance(files, dict) else []
    if counts and all(type(count) is int for count in (*counts, total)) and sum(counts) != total:
        yield f"it says {total} tests, its files add up to {sum(counts)}"
