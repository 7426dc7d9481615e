"""Numbers inside one document that do not add up: totals and their parts, shares and their counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from pytest_agentgates.core.task import SPELLINGS

_TOTALS = ("total", "total_tests", "tests_total", "tests", "collected")
_PARTS = ("passed", "failed", "skipped")
_PERHAPS = ("errors", "error", "xfailed", "xpassed", "pending", "other", "deselected")
_SHARES = ("pass_rate", "success_rate", "pass_percentage", "percent_passed", "passed_percent")
_PROGRESS = ("progress", "completion", "percent_complete", "completion_percentage", "progress_percent", "progress_pct")
_COVERAGES = ("coverage_pct", "total_coverage_percent", "percent_covered", "line_coverage", "coverage_percent")
_STATEMENTS = (
    ("total_statements", "missed"),
    ("total_statements", "total_missed"),
    ("num_statements", "missing_lines"),
    ("lines_total", "lines_missed"),
)
_SHARE_OF = re.compile(
    r"(\d+)\s*/\s*(\d+)[^()\d%]{0,40}\(?(\d+(?:\.\d+)?)\s?%|(\d+(?:\.\d+)?)\s?%\s*\((\d+)\s*/\s*(\d+)"
)
_DONE_OF = re.compile(
    r"(?im)^[\s*#>|-]*(?:tasks?[ _-]*)?(?:completed|done|progress)(?:[ _-]*tasks?)?\W+"
    r"(\d+)\s*(?:/|of)\s*(\d+)\b(?! *(?:%|crit))"
)
_TOTAL_TASKS = re.compile(r"(?im)^[\s*#>|-]*(?:total[ _-]*tasks?|tasks?[ _-]*total|task[ _-]*count)\W+(\d+)\b(?!\s*/)")
_DONE_TASKS = re.compile(r"(?im)^[\s*#>|-]*(?:completed[ _-]*tasks?|tasks?[ _-]*completed)\W+(\d+)\b(?!\s*(?:/|of|%))")
_PERCENT_DONE = re.compile(
    r"(?im)^[\s*#>|-]*(?:progress|completion|complete)(?:[ _-]*percent(?:age)?)?\W+(\d+(?:\.\d+)?)\s?%"
)
_SLACK = 1.0  # percent points by which rounded shares may be off


def in_document(node: object) -> Iterator[str]:
    """Every contradiction in a document of JSON or YAML, told once."""
    yield from dict.fromkeys(_in_node(node, ""))


def in_text(text: str) -> Iterator[str]:
    """Shares in a text that their counts do not give, such as `4/14 (50 %)`."""
    for found in _SHARE_OF.finditer(text):
        part, whole, share = (found[1], found[2], found[3]) if found[1] else (found[5], found[6], found[4])
        if int(whole) and _is_off(float(share), int(part), int(whole)):
            yield f"it says {share} % for {part} of {whole}"


def of_list(text: str, total: int, done: int) -> Iterator[str]:
    """What a task list says of itself as a whole that its own tasks do not give."""
    for found in _DONE_OF.finditer(text):
        if (int(found[1]), int(found[2])) != (done, total):
            yield f"it says {found[1]} of {found[2]} are done, {done} of {total} of its tasks are"
    for pattern, count, what in ((_TOTAL_TASKS, total, "tasks"), (_DONE_TASKS, done, "completed tasks")):
        for found in pattern.finditer(text):
            if int(found[1]) != count:
                yield f"it says {found[1]} {what}, it has {count}"
    for found in _PERCENT_DONE.finditer(text):
        if total and _is_off(float(found[1]), done, total):
            yield f"it says {found[1]} % are done, {done} of {total} of its tasks are"


def _in_node(node: object, name: str) -> Iterator[str]:
    if isinstance(node, dict):
        for check in (_sum, _shares, _of_statements, _of_entries):
            yield from (f"{message}{f' ({name})' if name else ''}" for message in check(node))
        for key, value in node.items():
            yield from _in_node(value, str(key))
    elif isinstance(node, list):
        for value in node:
            yield from _in_node(value, name)
    elif isinstance(node, str):
        yield from in_text(node)


def _sum(node: Mapping[str, Any]) -> Iterator[str]:
    """The tests of a summary; what stands beside the three outcomes counts where it makes the sum."""
    total = next((node[name] for name in _TOTALS if _is_count(node.get(name))), None)
    parts = [node[name] for name in _PARTS if _is_count(node.get(name))]
    if total is None or not _is_count(node.get("passed")) or len(parts) == 1:
        return
    perhaps = [node[name] for name in _PERHAPS if _is_count(node.get(name))]
    sums = {sum(parts) + sum(more) for size in range(len(perhaps) + 1) for more in combinations(perhaps, size)}
    if total not in sums:
        yield f"it says {total} tests, their outcomes add up to {sum(parts) + sum(perhaps)}"


def _shares(node: Mapping[str, Any]) -> Iterator[str]:
    whole = next((node[name] for name in (*_TOTALS, "total_tasks") if _is_count(node.get(name))), 0)
    for names, part in ((_SHARES, node.get("passed")), (_PROGRESS, node.get("completed", node.get("done")))):
        for name in names:
            share = _percent(node.get(name))
            if whole and share is not None and isinstance(part, int) and _is_off(share, part, whole):
                yield f"it says {name} {node[name]} for {part} of {whole}"


def _of_statements(node: Mapping[str, Any]) -> Iterator[str]:
    share = next((node[name] for name in _COVERAGES if isinstance(node.get(name), int | float)), None)
    for total, missed in _STATEMENTS:
        whole, lost = node.get(total), node.get(missed)
        if share is None or not isinstance(whole, int) or not isinstance(lost, int):
            continue
        if 0 < whole >= lost and _is_off(float(share), whole - lost, whole):
            yield f"it says {share:g} % coverage, {lost} of {whole} statements are missed"


def _of_entries(node: Mapping[str, Any]) -> Iterator[str]:
    """What a list is said to hold, beside the list or in a summary beside it."""
    for name in ("tasks", "queue", "gates"):
        entries = node.get(name)
        if isinstance(entries, list) and entries and all(isinstance(entry, dict) for entry in entries):
            for place in (node, *(node.get(key) for key in ("summary", "metadata", "stats", "statistics", "progress"))):
                if isinstance(place, dict):
                    yield from _counted(place, name, entries)


def _counted(place: Mapping[str, Any], name: str, entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    kind = "gates" if name == "gates" else "tasks"
    for key in (f"total_{kind}", f"{kind}_total", f"{kind[:-1]}_count", f"{kind}_count"):
        if _is_count(place.get(key)) and place[key] != len(entries):
            yield f"it says {key} {place[key]}, {name} has {len(entries)}"
    words = Counter(_word(entry.get("status")) for entry in entries if isinstance(entry.get("status"), str))
    for key, value in place.items():
        word = _word(re.sub(rf"_?{kind}_?|_count$", "", key) if kind == "tasks" else key)
        if _is_count(value) and _is_status(key, kind) and value != words[word]:
            yield f"it says {key} {value}, {words[word]} of {name} have this status"


def _is_status(key: str, kind: str) -> bool:
    plain = re.sub(r"_?tasks_?|_count$", "", key) if kind == "tasks" else key
    return plain in SPELLINGS if kind == "tasks" else plain.upper() in ("PASS", "FAIL", "WARN", "SKIP", "ERROR")


def _word(text: object) -> str:
    plain = str(text).lower()
    return SPELLINGS[plain].value if plain in SPELLINGS else plain


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _percent(value: object) -> float | None:
    """A share as percent, however it is written."""
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%\s*", value)
        return float(found[1]) if found else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) * 100 if isinstance(value, float) and value <= 1 else float(value)


def _is_off(share: float, part: int, whole: int) -> bool:
    return abs(share - 100 * part / whole) > _SLACK
