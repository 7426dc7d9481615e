"""The task stores: one line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pytest_agentgates.core.ports import TaskStore
from pytest_agentgates.stores import json_file


@dataclass(frozen=True)
class StoreKind:
    """One kind of store: whether a configured location is one, and how to open it (path, root)."""

    recognises: Callable[[str], bool]
    open: Callable[[Path, Path], TaskStore]


STORES = (StoreKind(json_file.recognises, json_file.open_store),)
