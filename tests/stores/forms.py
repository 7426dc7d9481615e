"""Stores of every form in a temporary folder, opened as the configuration does."""

from __future__ import annotations

from pathlib import Path

from pytest_agentgates.core.ports import TaskStore
from pytest_agentgates.core.task import LEGAL, Step, Task
from pytest_agentgates.stores import STORES
from tests.stores.json_store import change


def opened(location: str, root: Path) -> TaskStore:
    return next(kind for kind in STORES if kind.recognises(location)).open(location, root)


def written(root: Path, location: str, text: str) -> TaskStore:
    """A store whose file, or whose folder's one file, holds this text."""
    path = root / location
    file = path if path.suffix else path / "task-1.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    return opened(location, root)


def any_step(task: Task) -> Step:
    return Step(task.status, LEGAL[task.status][0], "tried")


def move(store: TaskStore, task: Task) -> Task:
    return store.apply(change(task.id, any_step(task)))
