"""Keeps mypy's cache honest.

mypy takes a file for unchanged when its size and its modification time, in whole seconds, are those it knows.
An edit of the same length within a second, or with the time set back, would stay unseen.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pytest_agentgates.find_tool import version_of

_STAMPS = "agentgates-stamps.json"
_SOURCES = (".py", ".pyi")
_MOST_STAMPS = 200_000


def trusted_cache(folder: Path | None, root: Path, files: Iterable[str]) -> Path | None:
    """A cache folder that can hide no edit, or None where there is none; emptied when it could.

    Each version of mypy has its own: a cache of another version can make it hang.
    """
    if folder is None:
        return None
    cache = folder / f"mypy-{version_of('mypy')}"
    try:
        before, now = _read(cache), dict(_stamps(root, files))
        if cache.exists() and not _is_trusted(before, now):
            shutil.rmtree(cache)
            before = {}
        cache.mkdir(parents=True, exist_ok=True)
        _write(cache, {**before, **now})
    except OSError:
        return None
    return cache


def _is_trusted(before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether no identity that the cache knows stands for another content by now."""
    if not before or len(before) > _MOST_STAMPS:
        return False
    return all(before.get(identity, digest) == digest for identity, digest in now.items())


def _stamps(root: Path, files: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What mypy takes for the identity of a file, and the digest of its content."""
    for path in files:
        if path.endswith(_SOURCES):
            try:
                facts = os.stat(root / path)
                content = (root / path).read_bytes()
            except OSError:
                continue
            yield f"{path} {facts.st_size} {int(facts.st_mtime)}", hashlib.sha256(content).hexdigest()


def _read(cache: Path) -> dict[str, str]:
    """Every identity that the cache may know; empty where that cannot be told."""
    try:
        stamps = json.loads((cache / _STAMPS).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def _write(cache: Path, stamps: dict[str, str]) -> None:
    unfinished = cache / f"{_STAMPS}.{os.getpid()}"
    unfinished.write_text(json.dumps(stamps), encoding="utf-8")
    unfinished.replace(cache / _STAMPS)
