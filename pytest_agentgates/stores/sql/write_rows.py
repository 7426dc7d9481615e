"""Writes rows of tasks with the log and the version, inside a transaction of the caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.errors import Mistake, UsageError
from pytest_agentgates.stores.sql.rows import row_of
from pytest_agentgates.stores.sql.schema import LOG, META, TASKS
from pytest_agentgates.task_files.changed_entry import NOBODY
from pytest_agentgates.task_files.entry import Entry, problems_of
from pytest_agentgates.task_files.locked_change import log_entries
from pytest_agentgates.transaction_log import LogEntry, numbered


def write_row(connection: Connection, change: TaskChange, entry: Entry) -> None:
    """Write the entry of one task, which the caller holds, and log the change."""
    meta = _held_meta(connection)
    logged = numbered(log_entries(change), meta.last_tx_id)
    by = {"last_modified": rfc3339(change.at), "last_modified_by": change.agent or NOBODY}
    version = _count(connection, meta, {**by, "last_tx_id": logged[-1].tx_id})
    connection.execute(update(TASKS).where(TASKS.c.id == change.task_id).values(**row_of(entry), version=version))
    connection.execute(insert(LOG), [asdict(one) for one in logged])


def add_rows(
    connection: Connection, entries: Sequence[Entry], log: Sequence[LogEntry], modified: Mapping[str, str]
) -> tuple[str, ...]:
    """Add the tasks that are not there yet, and their part of a log; gives their ids."""
    meta = _held_meta(connection)
    known = set(connection.execute(select(TASKS.c.id)).scalars())
    new = [entry for entry in entries if entry.get("id") not in known]
    _check(new)
    ids = tuple(str(entry["id"]) for entry in new)
    if not new:
        return ids
    moves = _unlogged(connection, [one for one in log if one.task_id in set(ids)])
    last = max([meta.last_tx_id, *(one.tx_id for one in moves)])
    version = _count(connection, meta, {**modified, "last_tx_id": last})
    first = 1 + (connection.execute(select(func.max(TASKS.c.position))).scalar() or 0)
    rows = [{**row_of(entry), "position": first + index, "version": version} for index, entry in enumerate(new)]
    connection.execute(insert(TASKS), rows)
    if moves:
        connection.execute(insert(LOG), [asdict(one) for one in moves])
    return ids


def _held_meta(connection: Connection) -> Any:
    """The row that everyone who writes holds until the end, so that ids of the log sort as the moves were made."""
    return connection.execute(select(META.c.version, META.c.last_tx_id).with_for_update()).one()


def _count(connection: Connection, meta: Any, values: Mapping[str, str]) -> int:
    version = int(meta.version) + 1
    connection.execute(update(META).values(version=version, **values))
    return version


def _check(entries: Sequence[Entry]) -> None:
    mistakes = [Mistake(one.what, str(entry.get("id", "")), one.fix) for entry in entries for one in problems_of(entry)]
    if mistakes:
        raise UsageError.of(mistakes)


def _unlogged(connection: Connection, log: Sequence[LogEntry]) -> list[LogEntry]:
    known = set(connection.execute(select(LOG.c.tx_id)).scalars())
    return [one for one in log if one.tx_id not in known]
