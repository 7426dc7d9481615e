"""Processes, threads and worktrees that move tasks at once lose nothing, whatever store it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import Task
from pytest_agentgates.transaction_log import LogEntry, read
from tests.stores.every_store import EVERY_STORE, Example
from tests.stores.forms import opened
from tests.stores.mover import ATTEMPT, CLAIM, change

LONG = "AGENTGATES_STRESS" in os.environ
PROCESSES, UPDATES = (8, 250) if LONG else (3, 4)
THREADS, MOVES = (8, 50) if LONG else (3, 4)
ROOT = Path(__file__).parents[2]
SECONDS = 1200


def ready(name: str, folder: Path, count: int) -> Example:
    """A project whose last task is in progress."""
    example = EVERY_STORE[name]
    store = example.write(folder, count)
    store.apply(change(store.load()[-1].id, *CLAIM))
    return example


def start(name: str, folder: Path, number: int, count: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.stores.move_tasks", name, str(folder), str(number), str(count)]
    return subprocess.Popen(command, cwd=ROOT)


@pytest.mark.parametrize("name", EVERY_STORE)
def test_processes_lose_no_update(name: str, tmp_path: Path) -> None:
    example = ready(name, tmp_path, PROCESSES + 1)
    movers = [start(name, tmp_path, number, UPDATES) for number in range(PROCESSES)]
    assert [mover.wait(SECONDS) for mover in movers] == [0] * PROCESSES
    *own, shared = opened(example.location, tmp_path).load()
    assert [task.attempts for task in own] == [UPDATES // 2] * PROCESSES
    assert shared.attempts == PROCESSES * UPDATES // 2
    assert_log_is_complete(read(example.log(tmp_path)), [*own, shared])
    assert_version_counts_every_write(tmp_path, 1 + PROCESSES * (1 + UPDATES))


@pytest.mark.parametrize("name", EVERY_STORE)
def test_threads_of_one_store_lose_no_update(name: str, tmp_path: Path) -> None:
    example = ready(name, tmp_path, 1)
    store = opened(example.location, tmp_path)
    (task,) = opened(example.location, tmp_path).load()
    threads = [threading.Thread(target=attempt, args=(store.apply, task.id)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (after,) = opened(example.location, tmp_path).load()
    assert after.attempts == THREADS * MOVES
    assert_log_is_complete(read(example.log(tmp_path)), [after])


@pytest.mark.parametrize("name", EVERY_STORE)
def test_worktrees_share_the_lock_and_keep_a_list_each(name: str, tmp_path: Path) -> None:
    main, other = tmp_path / "main", tmp_path / "other"
    main.mkdir()
    git(main, "init", "-q")
    example = ready(name, main, 3)
    git(main, "add", "-A")
    git(main, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "Add tasks")
    git(main, "worktree", "add", "-q", str(other))
    movers = [start(name, folder, number, UPDATES) for folder in (main, other) for number in (0, 1)]
    assert [mover.wait(SECONDS) for mover in movers] == [0] * 4
    for folder in (main, other):
        *own, shared = opened(example.location, folder).load()
        assert [task.attempts for task in own] == [UPDATES // 2] * 2
        assert shared.attempts == UPDATES
        assert_log_is_complete(read(example.log(folder)), [*own, shared])
    assert len(list((main / ".git/agentgates").glob("*.lock"))) == 2  # the lock, and the place of who is next
    assert not list(other.rglob("*.lock"))


def attempt(apply: Callable[[TaskChange], Task], task_id: str) -> None:
    for _ in range(MOVES):
        apply(change(task_id, ATTEMPT))


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def assert_log_is_complete(entries: tuple[LogEntry, ...], tasks: list[Task]) -> None:
    """Every move stands there once, in the order of each task's history."""
    assert [entry.tx_id for entry in entries] == sorted({entry.tx_id for entry in entries})
    assert len(entries) == sum(len(task.history) for task in tasks)
    for task in tasks:
        told = [(entry.before, entry.after, entry.operation) for entry in entries if entry.task_id == task.id]
        assert told == [(step.before.value, step.after.value, step.reason) for step in task.history]


def assert_version_counts_every_write(folder: Path, writes: int) -> None:
    """Only tasks.json counts its versions."""
    path = folder / "tasks.json"
    assert not path.exists() or json.loads(path.read_bytes())["_version"] == writes
