"""Processes, threads and agents that move tasks of one database at once lose nothing."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pytest_agentgates.core.task import TaskStatus
from tests.stores.mover import ATTEMPT, CLAIM, change
from tests.stores.sql_stores import Place, ended, let_go

LONG = "AGENTGATES_STRESS" in os.environ
PROCESSES, UPDATES = 8, 250 if LONG else 10
AGENTS, TASKS = (50, 1000) if LONG else (8, 40)
OPENINGS = 10 if LONG else 1


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A database that is empty."""
    if request.param == "sqlite":
        return Place("sqlite:///tasks.db", tmp_path)
    return Place(request.getfixturevalue("postgres").new_database(), tmp_path)


def begun(place: Place) -> Place:
    """The database with a task for each process, all in progress."""
    store = place.filled(PROCESSES).opened()
    for number in range(PROCESSES):
        store.apply(change(f"T{number}", *CLAIM))
    return place


def check_updates(place: Place, updates: int) -> None:
    tasks = place.opened().load()
    assert sum(task.attempts for task in tasks) == updates
    assert place.version() == 2 * PROCESSES + updates  # each task was added, and claimed
    log = place.opened().read_log()
    assert len({entry.tx_id for entry in log}) == len(log) == 2 * PROCESSES + updates
    for task in tasks:
        moves = [(entry.before, entry.after) for entry in log if entry.task_id == task.id]
        assert moves == [(step.before.value, step.after.value) for step in task.history]


def test_no_update_of_a_process_is_lost(place: Place) -> None:
    begun(place)
    workers = [place.start("update", number, PROCESSES, UPDATES) for number in range(PROCESSES)]
    let_go(workers)
    ended(workers)
    check_updates(place, PROCESSES * UPDATES)


def test_no_update_of_a_thread_is_lost(place: Place) -> None:
    shared = begun(place).opened()

    def update(number: int) -> None:
        store = shared if number % 2 else place.opened()
        for turn in range(UPDATES):
            store.apply(change(f"T{(number + turn) % PROCESSES}", ATTEMPT))

    with ThreadPoolExecutor(PROCESSES) as threads:
        list(threads.map(update, range(PROCESSES)))
    check_updates(place, PROCESSES * UPDATES)


def test_agents_claim_each_task_exactly_once(place: Place) -> None:
    place.filled(TASKS)
    agents = [place.start("work", f"agent-{number}") for number in range(AGENTS)]
    let_go(agents)
    lines = [line for written in ended(agents) for line in written.splitlines()]
    assert sorted(lines) == sorted(f"completed T{number}" for number in range(TASKS))
    assert {task.status for task in place.opened().load()} == {TaskStatus.COMPLETED}
    claims = Counter(entry.task_id for entry in place.opened().read_log() if entry.operation == "claimed")
    assert claims == Counter({f"T{number}": 1 for number in range(TASKS)})


def test_a_new_database_is_opened_by_many_at_once(place: Place) -> None:
    for _ in range(OPENINGS):
        workers = [place.start("open_new") for _ in range(PROCESSES)]
        let_go(workers)
        assert ended(workers) == ["0\n"] * PROCESSES
        assert place.scalar("SELECT count(*) FROM agentgates_meta") == 1
        for path in place.folder.glob("tasks.db*"):
            path.unlink()
