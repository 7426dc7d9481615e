"""A store in a temporary folder, and changes to it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import Step, TaskStatus
from pytest_agentgates.stores.json_file import JsonFileStore

PENDING, QUEUED, WORKING = TaskStatus.PENDING, TaskStatus.QUEUED, TaskStatus.IN_PROGRESS
CLAIM = (Step(PENDING, QUEUED, "selected"), Step(QUEUED, WORKING, "claimed"))
PASS = Step(WORKING, TaskStatus.COMPLETED, "gates_passed")
AT = "2026-01-02T03:04:05.000Z"


def change(task_id: str, *steps: Step, **more: Any) -> TaskChange:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return TaskChange(task_id, steps[0].before.value, steps, at, more.pop("agent", "agent-a"), "run-1", **more)


def store_of(folder: Path, text: str) -> JsonFileStore:
    path = folder / "tasks.json"
    path.write_bytes(text.encode())
    return JsonFileStore(path, folder, None)


def text_of(store: JsonFileStore) -> str:
    return store.path.read_bytes().decode()


def data_of(store: JsonFileStore) -> Any:
    return json.loads(text_of(store))
