"""Processes that move tasks at once lose nothing, and one that is killed leaves a whole file."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_agentgates.core.task import Task
from pytest_agentgates.stores.json_file import JsonFileStore, open_store
from pytest_agentgates.transaction_log import mend, read
from tests.stores.mover import ATTEMPT, CLAIM, change

MOVER = str(Path(__file__).with_name("mover.py"))
PROCESSES = 4
MOVES = 20
KILLS = 200 if "AGENTGATES_STRESS" in os.environ else 12


def write_tasks(folder: Path, count: int) -> JsonFileStore:
    tasks = [{"id": f"T{number}", "status": "pending", "description": "x" * 2000} for number in range(count)]
    (folder / "tasks.json").write_text(json.dumps({"_version": 0, "tasks": tasks}, indent=2) + "\n")
    return open_store(folder / "tasks.json", folder)


def start(folder: Path, task_id: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, MOVER, str(folder), task_id, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def version_of(store: JsonFileStore) -> int:
    return int(json.loads(store.path.read_bytes())["_version"])


def test_processes_that_move_at_once_lose_nothing(tmp_path: Path) -> None:
    store = write_tasks(tmp_path, PROCESSES)
    movers = [start(tmp_path, f"T{number}", MOVES) for number in range(PROCESSES)]
    while any(mover.poll() is None for mover in movers):
        assert len(store.load()) == PROCESSES  # whole at every moment, without a lock
    assert [mover.communicate()[0] for mover in movers] == ["claimed\n"] * PROCESSES
    assert {mover.returncode for mover in movers} == {0}
    assert version_of(store) == PROCESSES * (MOVES + 1)
    assert [task.attempts for task in store.load()] == [MOVES] * PROCESSES
    entries = read(store.log_path)
    assert len(entries) == PROCESSES * (MOVES + len(CLAIM))
    assert [entry.tx_id for entry in entries] == sorted({entry.tx_id for entry in entries})
    assert_log_tells_the_histories(store)


def test_of_processes_that_claim_one_task_one_wins(tmp_path: Path) -> None:
    store = write_tasks(tmp_path, 1)
    movers = [start(tmp_path, "T0", 0) for _ in range(PROCESSES)]
    said = sorted(mover.communicate()[0].splitlines()[0] for mover in movers)
    assert sorted(mover.returncode for mover in movers) == [0, *[4] * (PROCESSES - 1)]
    assert said[0] == "claimed"
    assert all("task T0 is in_progress, not pending: last moved by mover" in line for line in said[1:])
    assert len(store.load()[0].history) == len(CLAIM)


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_process_that_is_killed_leaves_the_old_or_the_new_file(tmp_path: Path, seed: int) -> None:
    store = write_tasks(tmp_path, 2)
    before = store.load()[1]
    with start(tmp_path, "T0", 1_000_000) as mover:
        assert mover.stdout is not None
        assert mover.stdout.readline() == "claimed\n"
        time.sleep(random.Random(seed).uniform(0, 0.1))
        mover.kill()
    moved, other = store.load()
    assert (other.status, other.history) == (before.status, ())
    assert version_of(store) == moved.attempts + 1
    assert_log_is_at_most_one_behind(store, moved)
    store.apply(change("T1", *CLAIM))
    assert len(read(store.log_path)) >= len(moved.history)
    assert not list(tmp_path.glob(".tasks.json.*.agentgates-tmp"))


KILLED_AT = """
import os, runpy, signal, sys
moment, name = sys.argv.pop().split()
real = getattr(os, name)
def deadly(*arguments):
    if moment == "after":
        real(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(os, name, deadly)
sys.argv.pop(0)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize(
    ("moment", "moved"),
    [
        ("before fsync", False),  # the new bytes are not on the disk yet
        ("after fsync", False),
        ("before replace", False),
        ("after replace", True),
        ("before write", True),  # only the log is written by os.write
        ("after write", True),
    ],
)
def test_a_process_that_is_killed_between_two_steps_stops_no_other(tmp_path: Path, moment: str, moved: bool) -> None:
    store = write_tasks(tmp_path, 1)
    command = [sys.executable, "-c", KILLED_AT, MOVER, str(tmp_path), "T0", "0", moment]
    assert subprocess.run(command, check=False, capture_output=True).returncode == -signal.SIGKILL
    (task,) = store.load()
    assert task.history == (CLAIM if moved else ())
    assert len(list(tmp_path.glob(".tasks.json.*.agentgates-tmp"))) == (0 if moved else 1)
    store.apply(change("T0", ATTEMPT) if moved else change("T0", *CLAIM))
    assert not list(tmp_path.glob(".tasks.json.*.agentgates-tmp"))
    assert read(store.log_path)[-1].operation == ("attempt_failed" if moved else "claimed")


def assert_log_is_at_most_one_behind(store: JsonFileStore, moved: Task) -> None:
    mend(store.log_path)
    logged = len(read(store.log_path))
    assert logged in (len(moved.history), len(moved.history) - 1)


def assert_log_tells_the_histories(store: JsonFileStore) -> None:
    entries = read(store.log_path)
    for task in store.load():
        told = [(entry.before, entry.after, entry.operation) for entry in entries if entry.task_id == task.id]
        assert told == [(step.before.value, step.after.value, step.reason) for step in task.history]
