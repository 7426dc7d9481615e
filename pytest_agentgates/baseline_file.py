"""The file of the baseline: a JSON array, sorted, one entry a line."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_agentgates.core.baseline import Baseline, Identity
from pytest_agentgates.errors import UsageError
from pytest_agentgates.json_outline import Item, read_items, root_start, skip_space

_TEXTS = ("gate", "path", "rule", "identity")
_FIX = "correct the entry, take it out, or write the file anew: agentgates check --write-baseline"


def load_baseline(root: Path, path: str) -> Baseline:
    """The baseline of a project; empty where it has none.

    Raises UsageError with `file:line` for a file that is damaged or lies outside the project.
    """
    name = posixpath.normpath(path)
    if posixpath.isabs(name) or name.startswith(".."):
        raise UsageError(f"the baseline {path!r} lies outside the project", "baseline", "name a file inside it")
    try:
        data = (root / name).read_bytes()
    except FileNotFoundError:
        return Baseline(name)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", name, "make it readable") from error
    return parse_baseline(data, name)


def parse_baseline(data: bytes, path: str) -> Baseline:
    """The baseline that a file holds; raises UsageError with `file:line` for a damaged one."""
    try:
        text = data.decode("utf-8")
        items = _items(text)
    except UnicodeDecodeError as error:
        raise UsageError("the baseline is not UTF-8 text", path, _FIX) from error
    except (json.JSONDecodeError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        raise UsageError(f"the baseline is damaged: {error}", f"{path}:{line}", _FIX) from error
    counts: dict[Identity, int] = {}
    lines: dict[Identity, int] = {}
    for item in items:
        line = text.count("\n", 0, item.start) + 1
        identity, count = _entry(item.value, f"{path}:{line}")
        if identity in counts:
            raise UsageError("the baseline has this entry twice", f"{path}:{line}", _FIX)
        counts[identity], lines[identity] = count, line
    return Baseline(path, counts, lines)


def render_baseline(counts: Mapping[Identity, int]) -> bytes:
    """The text of the file, the same for the same findings."""
    entries = [json.dumps(_plain(identity, counts[identity]), ensure_ascii=False) for identity in sorted(counts)]
    return ("[\n" + ",\n".join(entries) + "\n]\n" if entries else "[]\n").encode("utf-8", "backslashreplace")


def _items(text: str) -> list[Item]:
    start = root_start(text)
    if text[start : start + 1] != "[":
        raise json.JSONDecodeError("a list of entries is expected", text, start)
    items, end = read_items(text, start)
    if skip_space(text, end) != len(text):
        raise json.JSONDecodeError("there is more after the list", text, end)
    return items


def _entry(value: Any, where: str) -> tuple[Identity, int]:
    if not isinstance(value, dict) or set(value) != {*_TEXTS, "count"}:
        raise UsageError(f"a baseline entry has the keys {', '.join(_TEXTS)} and count", where, _FIX)
    if not all(isinstance(value[key], str) for key in _TEXTS):
        raise UsageError(f"{', '.join(_TEXTS)} of a baseline entry are texts", where, _FIX)
    count = value["count"]
    if type(count) is not int or count < 1:
        raise UsageError("the count of a baseline entry is a whole number from 1", where, _FIX)
    return Identity(value["gate"], value["path"], value["rule"], value["identity"]), count


def _plain(identity: Identity, count: int) -> dict[str, object]:
    texts = (identity.gate, identity.path, identity.rule, identity.text)
    return {**dict(zip(_TEXTS, texts, strict=True)), "count": count}
