"""The store of many tasks in one JSON file, as `docs/state/tasks.json`."""

from __future__ import annotations

from pathlib import Path

from pytest_agentgates.git_folder import common_git_folder
from pytest_agentgates.stores.json_file.store import JsonFileStore

__all__ = ["JsonFileStore", "open_store", "recognises"]


def recognises(location: str) -> bool:
    """Whether a configured location has the form of this store: a path that ends in `.json`."""
    return "://" not in location and location.lower().endswith(".json")


def open_store(path: Path, root: Path) -> JsonFileStore:
    """The store of this file; its lock is shared with all worktrees of the repository around `root`."""
    return JsonFileStore(path, root, common_git_folder(root))
