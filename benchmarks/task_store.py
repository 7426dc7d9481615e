"""Times one move in a tasks.json, and claims of many processes at once in SQLite and PostgreSQL.

python -m benchmarks.task_store [--runs N] [--rounds N] [--processes N] [--claims N]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.paired import show_machine
from pytest_agentgates.core.ports import TaskChange, TaskStore
from pytest_agentgates.core.task import MoveReason, Step, TaskStatus
from pytest_agentgates.stores import json_file, sql
from tests.postgres_server import postgres_server

_ATTEMPT = Step(TaskStatus.IN_PROGRESS, TaskStatus.IN_PROGRESS, MoveReason.ATTEMPT_FAILED.value, 1)
_CLAIM = (
    Step(TaskStatus.PENDING, TaskStatus.QUEUED, MoveReason.SELECTED.value),
    Step(TaskStatus.QUEUED, TaskStatus.IN_PROGRESS, MoveReason.CLAIMED.value),
)
_GOALS = {1_000: 15, 10_000: 120}
_TASKS = 1_000


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description="Time moves and claims of tasks.")
    parser.add_argument("--runs", type=int, default=21, metavar="N", help="moves in each tasks.json (21)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="rounds of claims in each database (5)")
    parser.add_argument("--processes", type=int, default=8, metavar="N", help="processes that claim at once (8)")
    parser.add_argument("--claims", type=int, default=100, metavar="N", help="claims of each process (100)")
    parser.add_argument("--worker", nargs=4, metavar="WORD", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        url, folder, first, count = options.worker
        _claim(sql.open_store(url, Path(folder)), int(first), int(count))
        return
    show_machine("sqlalchemy", "psycopg")
    for count, goal in _GOALS.items():
        _show_moves(count, options.runs, goal)
    work = (options.processes, options.claims)
    with postgres_server(is_durable=True) as server:
        for name, new_url, goal in (
            ("SQLite", lambda: "sqlite:///tasks.db", 100),
            ("PostgreSQL", server.new_database, 300),
        ):
            rates = [_claims_per_second(new_url, *work) for _ in range(options.rounds)]
            print(
                f"{name}: {statistics.median(rates):.0f} claims/s by {work[0]} processes"
                f" (least {min(rates):.0f}, most {max(rates):.0f}, {work[1]} claims each); goal: {goal}"
            )


def _show_moves(count: int, runs: int, goal: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "tasks.json"
        document = {"_version": 1, "tasks": [{**task, "status": "in_progress"} for task in _tasks(count)]}
        path.write_text(json.dumps(document, indent=2))
        store = json_file.open_store(path, path.parent)
        size = path.stat().st_size
        cpu = time.process_time()
        times = sorted(_timed(partial(_move, store, turn * count // runs)) for turn in range(runs))
        cpu = (time.process_time() - cpu) * 1000 / runs
    print(
        f"one move in a tasks.json of {count} tasks ({size / 1e6:.1f} MB): median {statistics.median(times):.1f} ms"
        f" (least {times[0]:.1f}, most {times[-1]:.1f}), {cpu:.1f} ms CPU; goal: {goal} ms"
    )


def _claims_per_second(new_url: Callable[[], str], processes: int, claims: int) -> float:
    """Each process claims tasks of its own, from the first claim to the end of the last process."""
    with tempfile.TemporaryDirectory() as folder:
        url = new_url()
        sql.open_store(url, Path(folder)).add([*_tasks(max(_TASKS, processes * claims))])
        command = [sys.executable, "-m", "benchmarks.task_store", "--worker", url, folder]
        pipe = subprocess.PIPE
        workers = [
            subprocess.Popen([*command, str(first), str(claims)], stdin=pipe, stdout=pipe, text=True)
            for first in range(0, processes * claims, claims)
        ]
        for worker in workers:
            assert worker.stdout
            worker.stdout.readline()
        seconds = _timed(lambda: [worker.communicate("go\n") for worker in workers]) / 1000
    if any(worker.returncode for worker in workers):
        raise SystemExit("a process that claims failed")
    return processes * claims / seconds


def _claim(store: TaskStore, first: int, count: int) -> None:
    store.load()
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(first, first + count):
        store.apply(_change(number, *_CLAIM))


def _move(store: TaskStore, number: int) -> None:
    store.apply(_change(number, _ATTEMPT))


def _change(number: int, *steps: Step) -> TaskChange:
    return TaskChange(f"TASK-{number:05}", steps[0].before.value, steps, datetime.now(UTC), "agent", "")


def _tasks(count: int) -> Iterator[dict[str, object]]:
    for number in range(count):
        yield {
            "id": f"TASK-{number:05}",
            "title": f"Create the use case number {number}",
            "description": "Keeps what was asked for, and refuses what was not. " * 4,
            "layer": "application",
            "status": "pending",
            "deliverables": [f"src/orders/use_case_{number}.py"],
            "test_files": [f"tests/orders/test_use_case_{number}.py"],
        }


def _timed(work: Callable[[], object]) -> float:
    """Milliseconds on the wall."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
