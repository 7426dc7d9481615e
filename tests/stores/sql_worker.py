"""A process that works on tasks in a database: `sql_worker.py MODE URL FOLDER ...`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from pytest_agentgates.choose_next import claim_next
from pytest_agentgates.core.task import Step, TaskStatus
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.stores import sql
from pytest_agentgates.wiring import wire_project
from tests.stores.mover import ATTEMPT, change, say

PASS = Step(TaskStatus.IN_PROGRESS, TaskStatus.COMPLETED, "gates_passed")
_RETRY_SECONDS = 0.05
_GIVE_UP_SECONDS = 300


def update(url: str, folder: Path, number: int, tasks: int, count: int) -> None:
    """Fail tasks COUNT times, one after another, so that all processes meet on all of them."""
    store = sql.open_store(url, folder)
    begin()
    for turn in range(count):
        store.apply(change(f"T{(number + turn) % tasks}", ATTEMPT))


def work(folder: Path, agent: str) -> None:
    """Claim and complete one task after another as an agent does, until none is left; says each that it claimed.

    While the database cannot be reached it says why, and tries again.
    """
    project = wire_project(folder)
    begin()
    end = time.monotonic() + _GIVE_UP_SECONDS
    while time.monotonic() < end:
        try:
            task = claim_next(project, agent, "").task
            if task is None:
                return
            project.open_store().apply(change(task.id, PASS))
            say(f"completed {task.id}")
        except AgentGatesError as error:
            say(f"failed {error}")
            time.sleep(_RETRY_SECONDS)


def open_new(url: str, folder: Path) -> None:
    """Use a database that may have no tables yet."""
    begin()
    say(str(len(sql.open_store(url, folder).load())))


def begin() -> None:
    """Wait until all are ready."""
    say("ready")
    sys.stdin.readline()


def main(mode: str, url: str, folder: Path, words: list[str]) -> None:
    """Do what the mode says."""
    modes: dict[str, Callable[[], None]] = {
        "update": lambda: update(url, folder, *map(int, words)),
        "work": lambda: work(folder, *words),
        "open_new": lambda: open_new(url, folder),
    }
    modes[mode]()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4:])
