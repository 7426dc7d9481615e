"""A database as the store needs it: transactions, and errors in words that never hold a password."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from pytest_agentgates.core.printable import one_line
from pytest_agentgates.errors import AgentGatesError, UsageError
from pytest_agentgates.store_location import local_file, shown_location
from pytest_agentgates.stores.sql.engine import LOCK_SECONDS, WRITES, engine_of
from pytest_agentgates.task_files.locked_change import shown

_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


@dataclass(frozen=True)
class Database:
    """One database; `shown_as` names it in messages."""

    url: URL
    shown_as: str

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that only reads; raises AgentGatesError where the database cannot be read."""
        with self._in_words("read"), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, what: str) -> Iterator[Connection]:
        """A transaction that is written whole or not at all; `what` names in a message what may be lost.

        Raises AgentGatesError where the database cannot be written.
        """
        with self._in_words("written"), self._engine.connect() as raw:
            connection = raw.execution_options(**{WRITES: True})
            with connection.begin() as transaction:
                yield connection
                self._commit(transaction, what)

    @property
    def _engine(self) -> Engine:
        return engine_of(self.url, os.getpid())

    def _commit(self, transaction: Any, what: str) -> None:
        try:
            transaction.commit()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            message = f"the connection broke while {what} was written: {self._reason(error)}"
            fix = "it was written whole or not at all: look, or run the same command again"
            raise AgentGatesError(message, self.shown_as, fix) from None

    @contextmanager
    def _in_words(self, verb: str) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            reason = self._reason(error)
            if _is_lock(reason):
                what = f"another process has held the database for more than {LOCK_SECONDS} seconds"
                raise UsageError(what, self.shown_as, "wait for it or end it, then try again") from None
            fix = f"{self._remedy()}, then run the same command again"
            raise AgentGatesError(f"the database cannot be {verb}: {reason}", self.shown_as, fix) from None
        except UnicodeError as error:
            what = f"the database cannot hold this text: {error.reason if hasattr(error, 'reason') else error}"
            raise UsageError(what, self.shown_as, "correct the text") from None

    def _remedy(self) -> str:
        is_file = self.url.get_backend_name() == "sqlite"
        if is_file and not Path(str(self.url.database)).parent.is_dir():
            return f"create the folder {Path(self.shown_as).parent}"
        return "see that it can be reached and used from here"

    def _reason(self, error: SQLAlchemyError) -> str:
        """The first line of what the driver says, without the statement and without a password."""
        told = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        first = one_line(told.strip().partition("\n")[0]) or type(error).__name__
        password = str(self.url.password or "")
        return first.replace(password, "***") if password else first


def database_at(location: str, root: Path) -> Database:
    """The database of a URL; raises UsageError for a URL that cannot be used."""
    place = shown_location(location)
    try:
        url = make_url(location)
        kind, _, driver = url.drivername.lower().partition("+")
        port_is_valid = url.port is None or url.port > 0
    except (ArgumentError, ValueError):
        kind, driver, port_is_valid = "", "", False
    if not port_is_valid:
        raise UsageError("this is no URL of a database", place, "write postgresql+psycopg://USER@HOST/DATABASE")
    usual = _DRIVERS[kind]
    if driver and f"{kind}+{driver}" not in (usual, f"postgres+{driver}"):
        raise UsageError(f"tasks cannot be kept by the driver {driver}", place, f"write {usual}://")
    if kind != "sqlite":
        _check_server(url, place)
        return _loadable(Database(url.set(drivername=usual), place))
    file = local_file(location)
    if not file or file == ":memory:":
        raise UsageError("the URL names no file", place, "write sqlite:///docs/state/tasks.db")
    path = root / file
    return _loadable(Database(url.set(drivername=usual, database=str(path)), shown(path, root)))


def _check_server(url: URL, place: str) -> None:
    if not url.database:
        raise UsageError("the URL names no database", place, "write postgresql+psycopg://USER@HOST/DATABASE")


def _loadable(database: Database) -> Database:
    """The same; raises ImportError where its driver is missing."""
    database.url.get_dialect().import_dbapi()
    return database


def _is_lock(reason: str) -> bool:
    return "database is locked" in reason or "lock timeout" in reason
