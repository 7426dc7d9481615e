"""A PostgreSQL that stops while tasks are claimed: none is lost, none is claimed twice, and nobody sees a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_agentgates.core.task import TaskStatus
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.stores.sql.write_rows import write_row
from tests.postgres_server import PostgresServer, postgres_server
from tests.stores.mover import CLAIM, change
from tests.stores.sql_stores import Place, ended, let_go

LONG = "AGENTGATES_STRESS" in os.environ
AGENTS, TASKS, OUTAGES = (8, 400, 5) if LONG else (4, 40, 1)
MOVES = ("selected", "claimed", "gates_passed")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of this file's own, because it is stopped here."""
    with postgres_server() as server:
        yield server


def test_a_claim_that_is_cut_off_is_not_written(
    server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(server.new_database(), tmp_path).filled(1)
    store = place.opened()

    def write_and_stop(*words: object) -> None:
        write_row(*words)  # type: ignore[arg-type]  # handed on as they came
        server.stop()

    with monkeypatch.context() as patch:
        patch.setattr("pytest_agentgates.stores.sql.store.write_row", write_and_stop)
        with pytest.raises(AgentGatesError, match="the connection broke while the move of task T0 was written"):
            store.apply(change("T0", *CLAIM))
        with pytest.raises(AgentGatesError, match=r"postgresql://.*: the database cannot be read: .*refused"):
            store.load()
    server.start()
    assert [task.status for task in store.load()] == [TaskStatus.PENDING]
    assert store.apply(change("T0", *CLAIM)).status is TaskStatus.IN_PROGRESS
    assert [entry.operation for entry in store.read_log()] == ["selected", "claimed"]


def test_a_connection_that_went_stale_is_made_anew(server: PostgresServer, tmp_path: Path) -> None:
    store = Place(server.new_database(), tmp_path).filled(1).opened()
    store.load()
    server.stop()
    server.start()
    wait_until_stale()
    assert [task.id for task in store.load()] == ["T0"]


def test_meanwhile_each_command_says_so_once(server: PostgresServer, tmp_path: Path) -> None:
    place = Place(server.new_database().replace("//admin", "//admin:s3cret-word"), tmp_path).filled(1)
    server.stop()
    try:
        command = [sys.executable, "-m", "pytest_agentgates", "tasks", "claim", "T0", "--agent", "ann"]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    finally:
        server.start()
    message, fix = ran.stderr.splitlines()
    assert (ran.returncode, ran.stdout) == (3, "")
    assert message.startswith(f"agentgates: postgresql://admin@127.0.0.1:{server.port}/")
    assert "the database cannot be read: connection failed" in message
    assert fix == "  fix: see that it can be reached and used from here, then run the same command again"
    assert "s3cret" not in ran.stderr
    wait_until_stale()
    assert [task.status for task in place.opened().load()] == [TaskStatus.PENDING]


def test_agents_go_on_when_it_is_back(server: PostgresServer, tmp_path: Path) -> None:
    place = Place(server.new_database(), tmp_path).filled(TASKS)
    agents = [place.start("work", f"agent-{number}") for number in range(AGENTS)]
    let_go(agents)
    for outage in range(1, OUTAGES + 1):
        _wait_for_claims(place, outage * TASKS // (OUTAGES + 1))
        server.stop()
        time.sleep(0.5)
        server.start()
        wait_until_stale()
    said = "".join(ended(agents))
    log = place.opened().read_log()
    assert {task.status for task in place.opened().load()} == {TaskStatus.COMPLETED}
    moves = Counter((entry.task_id, entry.operation) for entry in log)
    assert moves == Counter({(f"T{n}", move): 1 for n in range(TASKS) for move in MOVES})
    assert "the database cannot be" in said
    assert "Traceback" not in said


def wait_until_stale() -> None:
    """Let the connection of this process rest: one that was used within the last second is taken for good."""
    time.sleep(1.1)


def _wait_for_claims(place: Place, count: int) -> None:
    end = time.monotonic() + 120
    while place.scalar("SELECT count(*) FROM agentgates_log WHERE operation = 'claimed'") < count:
        assert time.monotonic() < end
        time.sleep(0.02)
