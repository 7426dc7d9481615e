"""Whether the files that decide over a clean run stayed as they were laid out while the tests ran."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Mapping
from pathlib import Path

from pytest_agentgates.core.workspace_port import ExpectedTests
from pytest_agentgates.source.tree import differences, digest_files


def deciding_files(expected: Iterable[ExpectedTests], base_files: Iterable[str]) -> tuple[str, ...]:
    """The mapped tests, the modules beside them, and every conftest.py; paths relative to the tree."""
    mapped = {one.partition("::")[0] for tests in expected for one in tests.functions}
    folders = {posixpath.dirname(path) for path in mapped}
    beside = (path for path in base_files if path.endswith(".py") and _decides(path, folders))
    return tuple(sorted(mapped.union(beside)))


def state_of(root: Path, paths: Iterable[str]) -> Mapping[str, str]:
    """What tells whether a file was written: its bytes, and what the system notes of a change that was taken back."""
    digests = digest_files(root, tuple(paths))
    return {path: f"{digest} {_noted(f'{root}{os.sep}{path}')}" for path, digest in digests.items()}


def rewritten(root: Path, before: Mapping[str, str]) -> tuple[str, ...]:
    """The files that are no longer as they were."""
    return differences(before, state_of(root, before))


def _decides(path: str, folders: Iterable[str]) -> bool:
    return posixpath.basename(path) == "conftest.py" or posixpath.dirname(path) in folders


def _noted(path: str) -> str:
    """The file's own number and when it was changed, which no program can set."""
    try:
        found = os.lstat(path)
    except OSError:
        return ""
    return f"{found.st_ino} {found.st_ctime_ns}"
