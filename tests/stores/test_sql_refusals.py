"""What a database store refuses, each time with one clear message that holds no password."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from pytest_agentgates.errors import AgentGatesError, MovedError, UsageError
from pytest_agentgates.stores import sql
from pytest_agentgates.stores.sql import schema
from pytest_agentgates.transaction_log import LogEntry
from tests.postgres_server import PostgresServer
from tests.stores.mover import ATTEMPT, CLAIM, change
from tests.stores.sql_stores import ROOT, Place

FILE = "sqlite:///tasks.db"
_UNABLE = "unable to open database file"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """One pending task in SQLite."""
    return Place(FILE, tmp_path).filled(1)


def by_hand(place: Place, statement: str) -> None:
    with sqlite3.connect(place.folder / "tasks.db") as connection:
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("sqlite://", "the URL names no file"),
        ("sqlite:///:memory:", "the URL names no file"),
        ("sqlite+aiosqlite:///tasks.db", "tasks cannot be kept by the driver aiosqlite"),
        ("postgresql+asyncpg://ann:s3cret@host/tasks", "tasks cannot be kept by the driver asyncpg"),
        ("postgresql://ann:s3cret@host:port/tasks", "this is no URL of a database"),
        ("postgresql://ann:s3cret@host", "the URL names no database"),
    ],
)
def test_a_url_that_cannot_be_used(location: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        sql.open_store(location, tmp_path)
    assert "s3cret" not in str(caught.value)
    assert "fix: write " in str(caught.value)


@pytest.mark.parametrize(
    ("library", "location"), [("sqlalchemy", FILE), ("psycopg", "postgresql://ann:s3cret@host/tasks")]
)
def test_a_missing_library_names_the_extra(library: str, location: str) -> None:
    script = f"""
import sys
from pathlib import Path
from pytest_agentgates.errors import UsageError
from pytest_agentgates.stores import sql
from pytest_agentgates.stores.sql import schema
sys.modules["{library}"] = None
try:
    sql.open_store("{location}", Path())
except UsageError as error:
    print(error)
"""
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"need {library}, which is not installed" in ran.stdout
    assert "pip install 'pytest-agentgates[sql]'" in ran.stdout
    assert "s3cret" not in ran.stdout


@pytest.mark.parametrize(
    ("make", "reason", "fix"),
    [
        pytest.param(lambda path: path.rmdir(), _UNABLE, "create the folder state, then run", id="no folder"),
        pytest.param(lambda path: (path / "tasks.db").mkdir(), _UNABLE, "see that it can be", id="a folder"),
        pytest.param(
            lambda path: (path / "tasks.db").write_text("text " * 99), "file is not a database", "see", id="a text"
        ),
    ],
)
def test_a_file_that_cannot_be_opened(make: Callable[[Path], object], reason: str, fix: str, tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    make(folder)
    with pytest.raises(AgentGatesError, match=rf"^state/tasks.db: the database cannot be read: {reason}\n.*fix: {fix}"):
        sql.open_store("sqlite:///state/tasks.db", tmp_path).load()


def test_a_wrong_password_is_not_repeated(tmp_path: Path, postgres: PostgresServer) -> None:
    url = postgres.url(role="nobody-there").replace("nobody-there", "nobody-there:s3cret")
    with pytest.raises(AgentGatesError, match='role "nobody-there" does not exist') as caught:
        sql.open_store(url, tmp_path).load()
    assert "s3cret" not in str(caught.value)


def test_a_role_that_may_not_write_is_told_so(tmp_path: Path, postgres: PostgresServer) -> None:
    place = Place(postgres.new_database(), tmp_path).filled(1)
    reader = f"reader_{place.url[-8:]}"
    with place.opened().database.writing("a role") as connection:
        connection.exec_driver_sql(f"CREATE ROLE {reader} LOGIN")
        connection.exec_driver_sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}")
    store = sql.open_store(place.url.replace("admin", reader), tmp_path)
    assert [task.id for task in store.load()] == ["T0"]
    with pytest.raises(AgentGatesError, match="cannot be written: permission denied for table agentgates_tasks"):
        store.apply(change("T0", *CLAIM))


def test_tables_of_a_newer_version_are_refused(place: Place) -> None:
    by_hand(place, "UPDATE agentgates_meta SET schema_version = 99")
    for use in (place.opened().load, lambda: place.opened().apply(change("T0", *CLAIM))):
        with pytest.raises(UsageError, match=r"the tables are of version 99, this tool knows \d+\n  fix: upgrade"):
            use()


def test_older_tables_are_brought_up_to_date(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = (*schema.MIGRATIONS, ("ALTER TABLE agentgates_tasks ADD COLUMN colour TEXT",))
    monkeypatch.setattr(schema, "MIGRATIONS", newer)
    assert [task.id for task in place.opened().load()] == ["T0"]
    assert place.scalar("SELECT count(colour) FROM agentgates_tasks") == 0
    assert place.scalar("SELECT schema_version FROM agentgates_meta") == len(newer)


def test_a_migration_that_fails_leaves_everything_as_it_was(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    half = ("ALTER TABLE agentgates_tasks ADD COLUMN colour TEXT", "NONSENSE")
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, half))
        with pytest.raises(AgentGatesError, match='near "NONSENSE": syntax error'):
            place.opened().load()
    assert [task.id for task in place.opened().load()] == ["T0"]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SET entry = '{'", 'tasks.db:1: the entry of task "T0" is no JSON object'),
        ("SET entry = '[1]'", 'tasks.db:1: the entry of task "T0" is no JSON object'),
        ("SET status = 'dnoe'", 'tasks.db:1: status "dnoe" is unknown\n  fix: did you mean "done"?'),
        ("SET id = 'a/b'", 'tasks.db:1: id "a/b" holds /'),
    ],
)
def test_a_row_that_somebody_broke_is_named(statement: str, message: str, place: Place) -> None:
    by_hand(place, f"UPDATE agentgates_tasks {statement}")
    with pytest.raises(UsageError) as caught:
        place.opened().load()
    assert message in str(caught.value)


def test_columns_that_somebody_changed_count(place: Place) -> None:
    by_hand(place, "UPDATE agentgates_tasks SET status = 'done', owner = 'ann'")
    task = place.opened().load()[0]
    assert (task.status, task.owner) == ("completed", "ann")


def test_of_several_tasks_none_is_added_where_one_is_none(place: Place) -> None:
    with pytest.raises(UsageError, match='T2: status "dnoe" is unknown'):
        place.opened().add([{"id": "T1"}, {"id": "T2", "status": "dnoe"}])
    assert [task.id for task in place.opened().load()] == ["T0"]


def test_a_task_whose_row_is_held_is_not_waited_for(tmp_path: Path, postgres: PostgresServer) -> None:
    place = Place(postgres.new_database(), tmp_path).filled(1)
    with place.opened().database.writing("nothing") as connection:
        connection.exec_driver_sql("SELECT * FROM agentgates_tasks FOR UPDATE")
        with pytest.raises(MovedError, match="task T0 is being moved by another process at this moment"):
            place.opened().apply(change("T0", *CLAIM))
    assert place.opened().apply(change("T0", *CLAIM)).status == "in_progress"
    assert place.opened().apply(change("T0", ATTEMPT)).attempts == 1


def test_a_file_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    first, other = Place(FILE, tmp_path).filled(1), tmp_path / "other"
    other.mkdir()
    for place in (first, Place(FILE, other).filled(2)):
        by_hand(place, "PRAGMA wal_checkpoint(TRUNCATE)")
    store = first.opened()
    assert len(store.load()) == 1
    (other / "tasks.db").replace(tmp_path / "tasks.db")
    assert len(store.load()) == 2


def test_the_log_has_a_column_for_each_field() -> None:
    assert set(schema.LOG.c.keys()) == {item.name for item in fields(LogEntry)}
