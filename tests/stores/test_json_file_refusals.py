"""A change that does not fit, or cannot be written, changes nothing and says why."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pytest_agentgates.core.task import TaskStatus
from pytest_agentgates.errors import AgentGatesError, UsageError
from pytest_agentgates.file_lock import lock_path_for, locked
from pytest_agentgates.stores.json_file import JsonFileStore
from pytest_agentgates.transaction_log import read
from tests.stores.json_store import CLAIM, PASS, change, store_of, text_of
from tests.test_safe_write import largest_file
from tests.unprivileged import folder_for_all, unprivileged

PENDING, WORKING = TaskStatus.PENDING, TaskStatus.IN_PROGRESS


@pytest.mark.parametrize("field", ["id", "status", "status_history", "updated_at"])
def test_no_caller_writes_what_the_store_writes(tmp_path: Path, field: str) -> None:
    store = store_of(tmp_path, '{"tasks": [{"id": "T1"}]}')
    with pytest.raises(ValueError, match=f"the store itself writes {field}"):
        store.apply(change("T1", *CLAIM, fields={field: "x"}))
    with pytest.raises(ValueError, match="must be text"):
        store.apply(change("T1", *CLAIM, fields={"owner": 3}))
    with pytest.raises(ValueError, match="do not join"):
        store.apply(change("T1", CLAIM[0], PASS))
    assert text_of(store) == '{"tasks": [{"id": "T1"}]}'


def test_a_version_that_went_back_is_refused(tmp_path: Path) -> None:
    store = store_of(tmp_path, '{"_version": 7, "tasks": [{"id": "T1"}]}')
    store.load()
    store_of(tmp_path, '{"_version": 5, "tasks": [{"id": "T1"}]}')
    with pytest.raises(UsageError) as caught:
        store.apply(change("T1", *CLAIM))
    assert str(caught.value) == (
        "tasks.json: _version went back from 7 to 5 since it was read\n  fix: look at what changed, then run it again"
    )


def test_the_mover_is_named(tmp_path: Path) -> None:
    history = [{"from": "pending", "to": "done", "at": "2026", "by": "evil\x1b[31m", "reason": "a\nb"}]
    task = {"id": "T1", "status": "done", "status_history": history}
    store = store_of(tmp_path, json.dumps({"tasks": [task]}, indent=1))
    with pytest.raises(UsageError) as caught:
        store.apply(change("T1", *CLAIM))
    assert str(caught.value) == (
        "tasks.json:3: task T1 is completed, not pending: last moved by evil\\x1b[31m at 2026 (a b)\n"
        "  fix: look at what changed, then run it again"
    )


def test_nothing_moves_where_the_log_cannot_be_written(tmp_path: Path) -> None:
    store = store_of(tmp_path, '{"tasks": [{"id": "T1"}]}')
    store.log_path.mkdir()
    with pytest.raises(UsageError, match=r"transaction-log.jsonl: cannot be written: Is a directory"):
        store.apply(change("T1", *CLAIM))
    assert text_of(store) == '{"tasks": [{"id": "T1"}]}'


def test_nothing_is_left_where_the_folder_cannot_be_written() -> None:
    with folder_for_all() as folder:
        store = store_of(folder, '{"tasks": [{"id": "T1"}]}')
        folder.chmod(0o555)
        with unprivileged(), pytest.raises(UsageError, match="Permission denied"):
            store.apply(change("T1", *CLAIM))
        assert [path.name for path in folder.iterdir()] == ["tasks.json"]


def test_nothing_is_left_where_the_disk_is_full(tmp_path: Path) -> None:
    text = json.dumps({"tasks": [{"id": "T1", "description": "x" * 5000}]})
    store = store_of(tmp_path, text)
    with largest_file(4000), pytest.raises(AgentGatesError, match=r"tasks\.json: cannot be written: File too large"):
        store.apply(change("T1", *CLAIM))
    assert text_of(store) == text
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".tasks.json.lock",
        ".tasks.json.next.lock",
        "tasks.json",
    ]


def test_the_lock_that_is_held_too_long_is_named(tmp_path: Path) -> None:
    store = store_of(tmp_path, '{"tasks": [{"id": "T1"}]}')
    impatient = JsonFileStore(store.path, tmp_path, None, lock_seconds=0.05)
    lock = lock_path_for(store.path, None)
    with locked(lock, 1), ThreadPoolExecutor(1) as threads:
        error = threads.submit(impatient.apply, change("T1", *CLAIM)).exception()
    assert isinstance(error, UsageError)
    assert error.mistakes[0].where == str(lock)


def test_a_program_that_writes_without_the_lock_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor saves between our reading and our writing: its change is kept, ours is made anew."""
    store = store_of(tmp_path, '{"tasks": [{"id": "T1"}, {"id": "T2"}]}')
    real_fsync = os.fsync
    saves = [text_of(store).replace('"T2"', '"T2", "title": "Edited"')]

    def edit_once(descriptor: int) -> None:
        real_fsync(descriptor)
        if saves:
            store.path.write_text(saves.pop())

    monkeypatch.setattr(os, "fsync", edit_once)
    store.apply(change("T1", *CLAIM))
    assert [(task.status, task.title) for task in store.load()] == [(WORKING, ""), (PENDING, "Edited")]


def test_a_program_that_never_stops_writing_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_of(tmp_path, '{"tasks": [{"id": "T1"}]}')
    real_fsync = os.fsync

    def always_edit(descriptor: int) -> None:
        real_fsync(descriptor)
        store.path.write_text(text_of(store) + " ")

    monkeypatch.setattr(os, "fsync", always_edit)
    with pytest.raises(UsageError, match="another program keeps writing the file"):
        store.apply(change("T1", *CLAIM))
    assert read(store.log_path) == ()


def test_a_circle_of_links_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    path.symlink_to("tasks.json")
    with pytest.raises(UsageError, match=r"tasks\.json: the task file cannot be read: Too many levels"):
        JsonFileStore(path, tmp_path, None).apply(change("T1", *CLAIM))
