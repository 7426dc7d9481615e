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
    taskmaster,
    yaml_manifest,
)


@dataclass(frozen=True)
class StoreKind:
    """One kind of store: whether a configured location is one, and how to open it (path, root)."""

    recognises: Callable[[str], bool]
    open: Callable[[Path, Path], TaskStore]


# The first that recognises a location opens it: those of trackers before the plain forms.
STORES = (
    StoreKind(taskmaster.recognises, taskmaster.open_store),
    StoreKind(beads.recognises, beads.open_store),
    StoreKind(spec_kit.recognises, spec_kit.open_store),
    StoreKind(backlog_md.recognises, backlog_md.open_store),
    StoreKind(json_file.recognises, json_file.open_store),
    StoreKind(yaml_manifest.recognises, yaml_manifest.open_store),
    StoreKind(markdown_file.recognises, markdown_file.open_store),
    StoreKind(markdown_folder.recognises, markdown_folder.open_store),
)
