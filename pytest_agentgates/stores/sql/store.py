"""Reads tasks of a database and moves them, from however many machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Connection, Row, select

from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import MoveReason, Task
from pytest_agentgates.errors import MovedError
from pytest_agentgates.stores.sql.database import Database
from pytest_agentgates.stores.sql.rows import ReadRow, ReadRows, changed_entry, read_rows
from pytest_agentgates.stores.sql.schema import LOG, TASKS, bring_up_to_date
from pytest_agentgates.stores.sql.write_rows import add_rows, write_row
from pytest_agentgates.task_files.change_check import Snapshot, check_change, snapshot_of
from pytest_agentgates.task_files.entry import Entry, task_of
from pytest_agentgates.transaction_log import LogEntry


@dataclass
class _Memory:
    """What the store held when this process last looked, and whether its tables are known to be there."""

    snapshot: Snapshot | None = None
    is_ready: bool = False
    known: Mapping[str, ReadRow] = field(default_factory=dict)


@dataclass(frozen=True)
class SqlStore:
    """Tasks in a database; its log is a table beside them, so that it is one for all machines."""

    database: Database
    _memory: _Memory = field(default_factory=_Memory, init=False, repr=False, compare=False)

    def load(self) -> tuple[Task, ...]:
        """Every task, by position; raises UsageError with every mistake, and what the database raises."""
        read = self._read()
        self._memory.snapshot = snapshot_of(read)
        return tuple(one.task for one in read.rows)

    def entries(self) -> tuple[Entry, ...]:
        """Every task with all its fields; raises what `load` raises."""
        return tuple(one.entry for one in self._read().rows)

    def apply(self, change: TaskChange) -> Task:
        """Write the steps of one task and log them, in one transaction; other tasks may have changed since `load`.

        Raises MovedError where this task no longer stands where the change expects it, and where another process
        claims it at this moment; UsageError where a step is no legal move.
        """
        self._get_ready()
        with self.database.writing(f"the move of task {change.task_id}") as connection:
            rows = self._locked(connection, change)
            before = read_rows(rows, self.database.shown_as)
            check_change(before, change, self._memory.snapshot)
            entry = changed_entry(before.entry(0), change)
            write_row(connection, rows[0], change, entry)
        if self._memory.snapshot:
            self._memory.snapshot = self._memory.snapshot.after(change, 0)
        return task_of(entry, before.task(0).where)

    def add(self, entries: Sequence[Entry], log: Sequence[LogEntry] = ()) -> tuple[str, ...]:
        """Put those tasks that are not there yet behind the others, with what a log says of them; gives their ids.

        Raises UsageError where an entry is no task; then none is added.
        """
        self._get_ready()
        with self.database.writing("the new tasks") as connection:
            return add_rows(connection, entries, log)

    def read_log(self) -> tuple[LogEntry, ...]:
        """Every entry of the log, oldest first."""
        self._get_ready()
        columns = [LOG.c[item.name] for item in fields(LogEntry)]
        with self.database.reading() as connection:
            return tuple(LogEntry(*row) for row in connection.execute(select(*columns).order_by(LOG.c.tx_id)))

    def _read(self) -> ReadRows:
        self._get_ready()
        with self.database.reading() as connection:
            rows = connection.execute(select(TASKS).order_by(TASKS.c.position)).all()
        read = read_rows(rows, self.database.shown_as, self._memory.known)
        self._memory.known = read.by_id()
        return read

    def _get_ready(self) -> None:
        if not self._memory.is_ready:
            bring_up_to_date(self.database)
            self._memory.is_ready = True

    def _locked(self, connection: Connection, change: TaskChange) -> Sequence[Row[Any]]:
        """The row of the task, held until the transaction ends; SQLite holds the whole database already.

        Who claims does not wait for another that claims the same task, because it could only lose.
        """
        query = select(TASKS).where(TASKS.c.id == change.task_id)
        claims = any(step.reason == MoveReason.CLAIMED.value for step in change.steps)
        rows = connection.execute(query.with_for_update(skip_locked=claims)).all()
        if claims and not rows and (held := connection.execute(query).all()):
            what = f"task {change.task_id} is being moved by another process at this moment"
            raise MovedError(what, f"{self.database.shown_as}:{held[0].position}", "take another task, or try again")
        return rows
