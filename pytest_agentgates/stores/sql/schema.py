"""The tables, and how a database comes to have them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, Table, Text, inspect, select, text

from pytest_agentgates.errors import UsageError
from pytest_agentgates.stores.sql.database import Database

_TABLES = MetaData()
META = Table("agentgates_meta", _TABLES, Column("schema_version", Integer))
TASKS = Table(
    "agentgates_tasks",
    _TABLES,
    Column("id", Text, primary_key=True),
    Column("position", BigInteger),
    Column("status", Text),
    Column("owner", Text),
    Column("version", BigInteger),
    Column("last_tx_id", Text),
    Column("entry", Text),
)
LOG = Table(
    "agentgates_log",
    _TABLES,
    Column("tx_id", Text, primary_key=True),
    Column("timestamp", Text),
    Column("agent", Text),
    Column("operation", Text),
    Column("task_id", Text),
    Column("before", Text),
    Column("after", Text),
    Column("run_id", Text),
    Column("evidence_sha256", Text),
    Column("recorded", Text),
)
# Each list brings a database from the version before to the next; what was released is never edited.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE agentgates_meta (schema_version INTEGER NOT NULL)",
        "INSERT INTO agentgates_meta VALUES (0)",
        """
        CREATE TABLE agentgates_tasks (
            id TEXT NOT NULL PRIMARY KEY,
            position BIGINT NOT NULL UNIQUE,
            status TEXT NOT NULL,
            owner TEXT,
            version BIGINT NOT NULL,
            last_tx_id TEXT NOT NULL,
            entry TEXT NOT NULL
        )
        """,
        """
        CREATE TABLE agentgates_log (
            tx_id TEXT NOT NULL PRIMARY KEY,
            timestamp TEXT NOT NULL,
            agent TEXT NOT NULL,
            operation TEXT NOT NULL,
            task_id TEXT NOT NULL,
            before TEXT NOT NULL,
            after TEXT NOT NULL,
            run_id TEXT NOT NULL,
            evidence_sha256 TEXT NOT NULL
        )
        """,
    ),
    ("ALTER TABLE agentgates_log ADD COLUMN recorded TEXT NOT NULL DEFAULT ''",),
)
_LOCK = 0x6167656E746761  # of our own migrations among all advisory locks of a PostgreSQL database


def bring_up_to_date(database: Database) -> None:
    """Create or change the tables where they are missing or old, however many processes do so at once.

    Raises UsageError for a database that a newer version of this tool made.
    """
    with database.reading() as connection:
        found = _schema_version(connection)
    _check_known(database, found)
    if found < len(MIGRATIONS):
        _migrate(database)


def _migrate(database: Database) -> None:
    with database.writing("the change of its tables") as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = _schema_version(connection)
        _check_known(database, found)
        for statements in MIGRATIONS[found:]:
            for statement in statements:
                connection.exec_driver_sql(statement)
        connection.execute(META.update().values(schema_version=len(MIGRATIONS)))


def _schema_version(connection: Connection) -> int:
    """How many migrations a database has seen."""
    if not inspect(connection).has_table(META.name):
        return 0
    return int(connection.execute(select(META.c.schema_version)).scalar_one())


def _check_known(database: Database, found: int) -> None:
    if found > len(MIGRATIONS):
        what = f"the tables are of version {found}, this tool knows {len(MIGRATIONS)}"
        raise UsageError(what, database.shown_as, "upgrade pytest-agentgates to the version that made them")
