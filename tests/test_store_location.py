"""Locations of task stores: paths stay what they are, and no password of a URL is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.store_location import files_of, is_database, local_file, shown_location

SERVER = "postgresql+psycopg://agents:{}@db.example.org:5432/tasks"


@pytest.mark.parametrize(
    ("location", "shown", "file"),
    [
        ("docs/state/tasks.json", "docs/state/tasks.json", "docs/state/tasks.json"),
        ("sqlite:///docs/state/tasks.db", "docs/state/tasks.db", "docs/state/tasks.db"),
        ("sqlite+pysqlite:////srv/tasks.db?timeout=5", "/srv/tasks.db", "/srv/tasks.db"),
        ("postgresql://db/tasks", "postgresql://db/tasks", ""),
        ("postgresql://agents@db/tasks?sslmode=require", "postgresql://agents@db/tasks", ""),
    ],
)
def test_a_location_is_shown_and_leads_to_its_file(location: str, shown: str, file: str) -> None:
    assert (shown_location(location), local_file(location)) == (shown, file)


@pytest.mark.parametrize("password", ["s3cret", "s3cret:s3cret", "s3cret@s3cret", "s3cret/s3cret", "%40s3cret#"])
def test_a_password_is_never_shown(password: str) -> None:
    assert shown_location(SERVER.format(password)) == "postgresql+psycopg://agents@db.example.org:5432/tasks"


def test_a_password_among_the_parameters_is_never_shown() -> None:
    assert shown_location("postgresql://db/tasks?user=ann&password=s3cret") == "postgresql://db/tasks"


@pytest.mark.parametrize(
    ("location", "files"),
    [
        ("tasks.json", ("tasks.json", "transaction-log.jsonl", "transaction-log.torn")),
        ("state/t.md", ("state/t.md", "state/transaction-log.jsonl", "state/transaction-log.torn")),
        ("sqlite:///t.db", ("t.db", "t.db-journal", "t.db-wal", "t.db-shm")),
        ("sqlite:////project/t.db", ("t.db", "t.db-journal", "t.db-wal", "t.db-shm")),
        ("postgresql://db/tasks", ()),
    ],
)
def test_what_moves_write_is_known(location: str, files: tuple[str, ...]) -> None:
    assert files_of(location, Path("/project")) == files


def test_only_urls_are_databases() -> None:
    assert [is_database(text) for text in ("sqlite:///t.db", "C:/tasks.json", "tasks")] == [True, False, False]
