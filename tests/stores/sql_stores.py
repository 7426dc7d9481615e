"""Stores in databases, and processes that work on them at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy

from pytest_agentgates.stores import sql
from pytest_agentgates.stores.sql.store import SqlStore

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Place:
    """A database and the folder of the project that uses it."""

    url: str
    folder: Path

    def filled(self, count: int) -> Place:
        """The same with tasks `T0`, `T1` and so on, which are pending."""
        (self.folder / "agentgates.toml").write_text(f'tasks = "{self.url}"\n')
        self.opened().add([{"id": f"T{number}", "title": f"Task {number}"} for number in range(count)])
        return self

    def opened(self) -> SqlStore:
        return sql.open_store(self.url, self.folder)

    def version(self) -> int:
        """The store's version: the sum of what each task counts."""
        return int(self.scalar("SELECT sum(version) FROM agentgates_tasks"))

    def scalar(self, query: str) -> int:
        with self.opened().database.reading() as connection:
            return int(connection.execute(sqlalchemy.text(query)).scalar_one())

    def start(self, mode: str, *words: object) -> subprocess.Popen[str]:
        """Start a worker; it says `ready` and waits for a line on its standard input."""
        command = [sys.executable, "-m", "tests.stores.sql_worker", mode, self.url, str(self.folder), *map(str, words)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True)


def let_go(workers: Sequence[subprocess.Popen[str]]) -> None:
    """Let all begin at once, when all are ready."""
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()


def ended(workers: Sequence[subprocess.Popen[str]], seconds: float = 600) -> list[str]:
    """What each wrote until it ended well."""
    written = [worker.communicate(timeout=seconds)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * len(workers), written
    return written
