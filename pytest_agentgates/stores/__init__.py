"""The task stores: one line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pytest_agentgates.core.ports import TaskStore
from pytest_agentgates.stores import (
    backlog_md,
    beads,
    json_file,
    markdown_file,
    markdown_folder,
    spec_kit,
    sql,
    taskmaster,
    yaml_manifest,
)


@dataclass(frozen=True)
class StoreKind:
    """One kind of store: whether a configured location is one, and how to open it (location, root)."""

    recognises: Callable[[str], bool]
    open: Callable[[str, Path], TaskStore]


def _at_path(open_store: Callable[[Path, Path], TaskStore]) -> Callable[[str, Path], TaskStore]:
    """How a store of files is opened: its location is a path, relative to the root."""
    return lambda location, root: open_store(root / location, root)


# The first that recognises a location opens it: databases by their URL, those of trackers before the plain forms.
STORES = (
    StoreKind(sql.recognises, sql.open_store),
    StoreKind(taskmaster.recognises, _at_path(taskmaster.open_store)),
    StoreKind(beads.recognises, _at_path(beads.open_store)),
    StoreKind(spec_kit.recognises, _at_path(spec_kit.open_store)),
    StoreKind(backlog_md.recognises, _at_path(backlog_md.open_store)),
    StoreKind(json_file.recognises, _at_path(json_file.open_store)),
    StoreKind(yaml_manifest.recognises, _at_path(yaml_manifest.open_store)),
    StoreKind(markdown_file.recognises, _at_path(markdown_file.open_store)),
    StoreKind(markdown_folder.recognises, _at_path(markdown_folder.open_store)),
)

# One location that each of them opens, in the same order: what a message names where none does.
EXAMPLES = (
    "postgresql://host/database",
    ".taskmaster/tasks/tasks.json",
    ".beads/issues.jsonl",
    "specs/001-name/tasks.md",
    "backlog/tasks",
    "docs/state/tasks.json",
    "manifest.yaml",
    "docs/tasks.md",
    "docs/tasks",
)
