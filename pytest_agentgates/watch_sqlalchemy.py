"""Takes hold of SQLAlchemy's engines and sessions, without changing what they do."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, Protocol

LAZY, UNIT_OF_WORK = "lazy load", "unit of work"
_FLUSHING: ContextVar[bool] = ContextVar("agentgates_flushing", default=False)
_EXECUTES = ("do_execute", "do_executemany", "do_execute_no_params")


class Watch(Protocol):
    """Is told of statements and rows."""

    columns: tuple[str, ...]
    tenants: tuple[str, ...]
    plain: set[object]

    def is_noted(self, sql: object) -> bool:
        """Whether there is nothing more to learn of the statement."""

    def statement(self, sql: object, dialect: str, origin: str = "") -> None:
        """A statement is about to be executed."""

    def row(self, table: str, column: str, value: object) -> None:
        """A row has come."""

    def failed(self, library: str, error: Exception) -> None:
        """A library could not be taken hold of."""


def watch_engines(module: Any, watch: Watch) -> None:
    """Watch the dialects that are there and those that come with new engines.

    A listener of engine events would cost each statement more, and change what errors say of parameters.
    """
    from sqlalchemy.engine.default import DefaultDialect

    watched: set[tuple[type, str]] = set()

    def watch_dialect(kind: type) -> None:
        dialects: list[type] = [one for one in kind.__mro__ if issubclass(one, DefaultDialect)]
        for one in dialects:
            for name in _EXECUTES:
                if name in one.__dict__ and (one, name) not in watched:
                    watched.add((one, name))
                    setattr(one, name, _noting(one.__dict__[name], watch))

    original = module.Engine.__init__

    @functools.wraps(original)
    def created(self: Any, pool: Any, dialect: Any, *args: Any, **kwargs: Any) -> None:
        watch_dialect(type(dialect))
        original(self, pool, dialect, *args, **kwargs)

    module.Engine.__init__ = created
    for kind in _with_subclasses(DefaultDialect):
        watch_dialect(kind)


def _with_subclasses(kind: type[object]) -> Iterator[type[object]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _with_subclasses(one)


def _noting(method: Callable[..., Any], watch: Watch) -> Callable[..., Any]:
    """How a dialect executes a statement: it is said first what that is."""
    plain = watch.plain

    @functools.wraps(method)
    def noting(self: Any, cursor: Any, statement: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if statement not in plain and not watch.is_noted(statement):
            context = kwargs.get("context", args[-1] if args else None)
            watch.statement(statement, self.name, _origin(context))
        return method(self, cursor, statement, *args, **kwargs)

    return noting


def _origin(context: Any) -> str:
    """What made the mapper execute something of its own accord; "" for what it was asked for.

    It is what `ORMExecuteState` tells of a load for a relation or of a row that is there, asked for new
    statements only: a listener of `do_orm_execute` would make each statement dearer.
    """
    if _FLUSHING.get():
        return UNIT_OF_WORK
    options = getattr(getattr(context, "invoked_statement", None), "_compile_options", None)
    path = getattr(options, "_current_path", None)
    of_relation = path is not None and not path.is_root
    return LAZY if of_relation or getattr(options, "_for_refresh_state", False) else ""


def watch_sessions(module: Any, _watch: Watch) -> None:
    """Know when the mapper writes what was changed."""
    from sqlalchemy import event

    def begin(*_: Any) -> None:
        _FLUSHING.set(True)

    def end(*_: Any) -> None:
        _FLUSHING.set(False)

    event.listen(module.Session, "before_flush", begin)
    event.listen(module.Session, "after_flush", end)
    event.listen(module.Session, "after_soft_rollback", end)


def watch_rows(module: Any, watch: Watch) -> None:
    """See the rows that become objects."""
    from sqlalchemy import event

    attributes: dict[type, list[tuple[str, str, str]]] = {}

    def loaded(target: Any, _context: Any) -> None:
        if not watch.tenants:
            return
        kind = type(target)
        if kind not in attributes:
            attributes[kind] = list(_tenant_attributes(module.class_mapper(kind), watch.columns))
        for table, column, name in attributes[kind]:
            watch.row(table, column, target.__dict__.get(name))

    event.listen(module.Mapper, "load", loaded)


def _tenant_attributes(mapper: Any, columns: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        if getattr(column, "table", None) is not None and column.name in columns:
            yield str(column.table.name), column.name, attribute.key
