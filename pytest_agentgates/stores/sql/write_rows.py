"""Writes rows of tasks with their log, inside a transaction of the caller.

Each task counts its own changes, and the store's version is their sum: one counter for all would make
every move wait for every other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Insert, func, insert, literal, select, union_all, update

from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.errors import Mistake, UsageError
from pytest_agentgates.stores.sql.rows import row_of
from pytest_agentgates.stores.sql.schema import LOG, META, TASKS
from pytest_agentgates.task_files.entry import Entry, problems_of
from pytest_agentgates.task_files.locked_change import log_entries
from pytest_agentgates.transaction_log import LogEntry, numbered


def write_row(connection: Connection, row: Any, change: TaskChange, entry: Entry) -> None:
    """Write the new entry of a row, which the caller holds, and log the change."""
    logged = numbered(log_entries(change), row.last_tx_id)
    values = {**row_of(entry), "version": row.version + 1, "last_tx_id": logged[-1].tx_id}
    moved = update(TASKS).where(TASKS.c.id == change.task_id).values(**values)
    if connection.dialect.name == "postgresql":  # in one way to the server and back
        connection.execute(_insert_of(logged).add_cte(moved.cte("moved")))
    else:
        connection.execute(moved)
        connection.execute(_insert_of(logged))


def add_rows(connection: Connection, entries: Sequence[Entry], log: Sequence[LogEntry]) -> tuple[str, ...]:
    """Add the tasks that are not there yet, and their part of a log; gives their ids."""
    connection.execute(select(META).with_for_update())  # of two that add at once, the second sees what the first did
    known = set(connection.execute(select(TASKS.c.id)).scalars())
    new = [entry for entry in entries if entry.get("id") not in known]
    _check(new)
    ids = tuple(str(entry["id"]) for entry in new)
    moves = _unlogged(connection, [one for one in log if one.task_id in set(ids)])
    last = {one.task_id: one.tx_id for one in sorted(moves, key=lambda one: one.tx_id)}
    first = 1 + (connection.execute(select(func.max(TASKS.c.position))).scalar() or 0)
    rows = [
        {**row_of(entry), "position": position, "version": 1, "last_tx_id": last.get(str(entry["id"]), "")}
        for position, entry in enumerate(new, first)
    ]
    for table, values in ((TASKS, rows), (LOG, [asdict(one) for one in moves])):
        if values:
            connection.execute(insert(table), values)
    return ids


def _insert_of(log: Sequence[LogEntry]) -> Insert:
    rows = union_all(*(select(*(literal(value).label(name) for name, value in asdict(one).items())) for one in log))
    return insert(LOG).from_select(list(asdict(log[0])), rows)


def _check(entries: Sequence[Entry]) -> None:
    mistakes = [Mistake(one.what, str(entry.get("id", "")), one.fix) for entry in entries for one in problems_of(entry)]
    if mistakes:
        raise UsageError.of(mistakes)


def _unlogged(connection: Connection, log: Sequence[LogEntry]) -> list[LogEntry]:
    known = set(connection.execute(select(LOG.c.tx_id)).scalars())
    return [one for one in log if one.tx_id not in known]
