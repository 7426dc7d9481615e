"""What the words of one document say against each other: results and their details, dates, thresholds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from pytest_agentgates.core.task_contradictions import is_later

_PASSING = ("pass", "passed", "success", "ok", "true")
_SOME_OF = re.compile(r"\b(\d+)\s*/\s*(\d+)\b[^.;()]{0,40}\b(?:tests?|passing|passed)\b")
_BELOW = re.compile(
    r"(\d+(?:\.\d+)?)\s?%[^.;()]{0,30}coverage[^()]{0,10}\(threshold:?\s*(?:>=\s*)?(\d+(?:\.\d+)?)\s?%", re.IGNORECASE
)
_SUM = re.compile(r"\b(\d+)\b[^+()\d]{0,60}\+\s*(\d+)\b[^+()\d]{0,60}\((\d+)\s+(?:in )?total\)")
# Each moment comes before those behind it, as far as a mapping has them.
_MOMENTS = (
    ("created", "last_updated"),
    ("created", "resolved"),
    ("created", "phase_started", "phase_finished"),
    ("started", "finished"),
    ("start", "end"),
    ("start_time", "end_time"),
    ("run_at", "finished_at"),
    ("started_at", "finished_at"),
)
_SHARES = ("total_coverage_percent", "coverage_percent", "coverage_pct", "percent_covered", "coverage")
_THRESHOLDS = ("threshold_percent", "threshold", "coverage_threshold", "fail_under")


def in_words(node: object) -> Iterator[str]:
    """Every such contradiction in a document of JSON or YAML, told once."""
    yield from dict.fromkeys(_in_node(node, ""))


def _in_node(node: object, name: str) -> Iterator[str]:
    if isinstance(node, dict):
        told = f" ({name})" if name else ""
        for check in (_of_result, _of_moments, _of_threshold):
            yield from (f"{message}{told}" for message in check(node))
        for key, value in node.items():
            yield from _in_node(value, str(key))
    elif isinstance(node, list):
        for value in node:
            yield from _in_node(value, name)
    elif isinstance(node, str) and (found := _SUM.search(node)) and int(found[1]) + int(found[2]) != int(found[3]):
        yield f"it says {found[3]} in total for {found[1]} and {found[2]}"


def _of_result(node: Mapping[str, Any]) -> Iterator[str]:
    """A result whose own detail tells another one."""
    said = str(node.get("status", node.get("result", ""))).lower()
    if said not in _PASSING:
        return
    for text in (value for key, value in node.items() if key in ("detail", "details", "message", "note")):
        found = _SOME_OF.search(text) if isinstance(text, str) else None
        if found and int(found[1]) < int(found[2]):
            yield f"it says {said} for {found[1]} of {found[2]} tests"
        below = _BELOW.search(text) if isinstance(text, str) else None
        if below and float(below[1]) < float(below[2]):
            yield f"it says {said} for {below[1]} % coverage with a threshold of {below[2]} %"


def _of_moments(node: Mapping[str, Any]) -> Iterator[str]:
    """Those of tasks are told with their ids, elsewhere."""
    for names in _MOMENTS if "title" not in node else ():
        known = [(name, node[name]) for name in names if node.get(name)]
        for (first, before), (second, after) in pairwise(known):
            if is_later(before, after):
                yield f"it says {first} {before}, which is after its {second} {after}"


def _of_threshold(node: Mapping[str, Any]) -> Iterator[str]:
    share = _number(node, _SHARES)
    threshold = _number(node, _THRESHOLDS)
    met = node.get("threshold_met", node.get("met"))
    if share is not None and threshold is not None and isinstance(met, bool) and met != (share >= threshold):
        yield f"it says that the threshold of {threshold:g} % is {'met' if met else 'not met'} by {share:g} %"


def _number(node: Mapping[str, Any], names: tuple[str, ...]) -> float | None:
    found = (node[name] for name in names if isinstance(node.get(name), int | float))
    return next((float(value) for value in found if not isinstance(value, bool)), None)
