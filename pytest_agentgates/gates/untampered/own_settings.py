"""This tool's own settings: whatever governs the judgement may get stricter, and nothing else."""

from __future__ import annotations

import fnmatch
from collections import Counter
from collections.abc import Iterator, Sequence

from pytest_agentgates.gates.untampered.settings_files import Settings, number

_ALWAYS_ON = ("ready", "tests_pass", "untampered", "in_boundary", "config")
# More, or bigger, of these is stricter.
_MORE = (
    *("gates.*.block", "gates.*.floors", "gates.*.floors.*", "gates.*.changed_lines", "gates.*.mutants"),
    *("gates.*.protected", "gates.*.owned", "gates.*.select", "gates.*.layers", "profiles.*"),
)
# Less, or smaller, of these is stricter.
_LESS = ("waivers", "max_attempts", "gates.*.advise", "gates.*.allow*", "gates.*.ignore*", "gates.*.public*")
_HARMLESS = ("agent", "gates.*.seconds")


def own_changes(before: Settings, after: Settings) -> Iterator[str]:
    """Each setting of ours that changed, but for gates that are new and what can only be stricter."""
    for key in sorted({*before.values, *after.values}):
        old, new = before.values.get(key), after.values.get(key)
        if old == new or isinstance(old, dict) or isinstance(new, dict) or _fits(key, _HARMLESS):
            continue
        if not _is_new(key, before) and not _is_stricter(key, before, after):
            yield f"{key} is {_shown(new)}, it was {_shown(old)}"


def _is_new(key: str, before: Settings) -> bool:
    """Whether the setting belongs to a gate, or to a configuration, that the base does not have."""
    if key.startswith("waivers["):
        return not any(known.startswith(f"{key.partition(']')[0]}]") for known in before.values)
    parts = key.split(".")
    if parts[0] == "gates" and len(parts) > 1 and parts[1] not in _ALWAYS_ON:
        return f"gates.{parts[1]}" not in before.values
    return not before.file and parts[0] != "gates" and key != "run.python"


def _is_stricter(key: str, before: Settings, after: Settings) -> bool:
    old, new = before.values.get(key), after.values.get(key)
    if new is True and key.endswith((".enabled", ".blocking")):
        return True
    if _fits(key, _MORE):
        return _is_more(old, new, before.words(key), after.words(key))
    return _fits(key, _LESS) and _is_more(new, old, after.words(key), before.words(key))


def _is_more(old: object, new: object, before: Sequence[str], after: Sequence[str]) -> bool:
    size, other = number(new), number(old)
    if size is not None or other is not None:
        return size is not None and (other is None or size >= other)
    return not Counter(before) - Counter(after)


def _fits(key: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(key, pattern) for pattern in patterns)


def _shown(value: object) -> str:
    if value is None:
        return "left out"
    return str(value).lower() if isinstance(value, bool) else repr(value)
