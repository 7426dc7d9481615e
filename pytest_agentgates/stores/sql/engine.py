"""Engines of SQLAlchemy, set up so that processes that work at once neither collide nor wait for ever."""

from __future__ import annotations

import functools
import os
import sqlite3
import time
from contextlib import suppress
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

LOCK_SECONDS = 30
_FRESH_SECONDS = 1
WRITES = "agentgates_writes"
# A process that was stopped, or whose machine is gone, must not hold up all others for long.
_POSTGRES: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_SESSION = f"-c lock_timeout={LOCK_SECONDS}s -c idle_in_transaction_session_timeout={2 * LOCK_SECONDS}s"


@functools.cache
def engine_of(url: URL, _pid: int) -> Engine:
    """The engine of this process: connections must not be shared with a process that was forked."""
    if url.get_backend_name() == "sqlite":
        return _of_sqlite(url)
    return _of_postgres(url)


def _of_postgres(url: URL) -> Engine:
    arguments = dict(_POSTGRES) if "options" in url.query else {**_POSTGRES, "options": _SESSION}
    engine = create_engine(url, connect_args=arguments, isolation_level="READ COMMITTED")

    @event.listens_for(engine, "checkin")
    def _checked_in(_connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _checked_out(connection: Any, record: Any, _proxy: object) -> None:
        # The server may have gone and come back since; asking it each time would make each claim slower.
        if time.monotonic() - record.info.get("used", time.monotonic()) < _FRESH_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            raise DisconnectionError from None

    return engine


def _of_sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": LOCK_SECONDS})
    path = str(url.database)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, record: Any) -> None:
        # The driver would begin a transaction at its first write: of two that read before, one would fail.
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous = FULL")
        # One flush of the disk a move instead of four; another process may be switching at this moment.
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        record.info["file"] = _identity(path)

    @event.listens_for(engine, "checkout")
    def _checked_out(_connection: Any, record: Any, _proxy: object) -> None:
        if record.info["file"] != _identity(path):
            raise DisconnectionError  # the file was replaced, so a new connection is made

    @event.listens_for(engine, "begin")
    def _begins(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
