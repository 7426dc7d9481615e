"""Takes hold of the database libraries that a project has imported itself, without changing what they do."""

from __future__ import annotations

import contextlib
import functools
import importlib
import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, Protocol

_OVER_DRIVERS = ("sqlalchemy", "django", "aiosqlite")
_FLUSHING: ContextVar[bool] = ContextVar("agentgates_flushing", default=False)
_ORIGIN = "agentgates_origin"
LAZY, UNIT_OF_WORK = "lazy load", "unit of work"
_ORM_FRAMES = {
    ("django.db.models.fields.related_descriptors", "get_object"): LAZY,
    ("django.db.models.fields.related_descriptors", "__get__"): LAZY,
    ("django.db.models.base", "refresh_from_db"): LAZY,
    ("django.db.models.base", "save_base"): UNIT_OF_WORK,
    ("django.db.models.deletion", "delete"): UNIT_OF_WORK,
}


class Watch(Protocol):
    """Is told of statements and rows."""

    columns: tuple[str, ...]
    plain: set[object]

    def is_noted(self, sql: object) -> bool:
        """Whether there is nothing more to learn of the statement."""

    def statement(self, sql: object, dialect: str, origin: str = "") -> None:
        """A statement is about to be executed."""

    def row(self, table: str, column: str, value: object) -> None:
        """A row has come."""


def install(watch: Watch) -> None:
    """Take hold of each library that is imported by now and was not yet."""
    with contextlib.suppress(ImportError):  # before a module takes its functions by name
        importlib.import_module("sqlite3")
    for name, take_hold in _LIBRARIES.items():
        if name in sys.modules and name not in _held:
            _held.add(name)
            take_hold(sys.modules[name], watch)


def _sqlalchemy(_module: Any, watch: Watch) -> None:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    def before(_conn: Any, _cursor: Any, statement: str, parameters: Any, context: Any, _many: bool) -> Any:
        if statement in watch.plain:
            return statement, parameters
        options = context.execution_options if context is not None else {}
        origin = UNIT_OF_WORK if _FLUSHING.get() else options.get(_ORIGIN, "")
        watch.statement(statement, _conn.dialect.name, origin)
        return statement, parameters

    event.listen(Engine, "before_cursor_execute", before, retval=True)  # without it each call is wrapped once more


def _sqlalchemy_orm(module: Any, watch: Watch) -> None:
    from sqlalchemy import event

    def provenance(state: Any) -> None:
        if state.is_relationship_load or state.is_column_load:
            state.update_execution_options(**{_ORIGIN: LAZY})

    def begin(*_: Any) -> None:
        _FLUSHING.set(True)

    def end(*_: Any) -> None:
        _FLUSHING.set(False)

    event.listen(module.Session, "do_orm_execute", provenance)
    event.listen(module.Session, "before_flush", begin)
    event.listen(module.Session, "after_flush", end)
    event.listen(module.Session, "after_soft_rollback", end)

    attributes: dict[type, list[tuple[str, str, str]]] = {}

    def loaded(target: Any, _context: Any) -> None:
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


def _django(module: Any, watch: Watch) -> None:
    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not watch.is_noted(sql):
            watch.statement(sql, context["connection"].vendor, _django_origin())
        return execute(sql, params, many, context)

    def connected(connection: Any, **_: Any) -> None:
        if wrapper not in connection.execute_wrappers:
            connection.execute_wrappers.append(wrapper)

    from django.db.backends.signals import connection_created  # type: ignore[import-untyped,unused-ignore] # it ships no types

    connection_created.connect(connected, weak=False)
    for connection in module.connections.all(initialized_only=True):
        connected(connection)


def _django_models(module: Any, watch: Watch) -> None:
    original = module.Model.from_db.__func__

    @functools.wraps(original)
    def from_db(cls: Any, db: Any, field_names: Any, values: Any) -> Any:
        made = original(cls, db, field_names, values)
        for field in cls._meta.concrete_fields:
            if field.column in watch.columns:
                watch.row(cls._meta.db_table, field.column, made.__dict__.get(field.attname))
        return made

    module.Model.from_db = classmethod(from_db)


def _django_origin() -> str:
    frame = sys._getframe(2)  # noqa: SLF001 - the way that logging finds its caller as well
    for _ in range(40):
        found = _ORM_FRAMES.get((frame.f_globals.get("__name__", ""), frame.f_code.co_name))
        if found or frame.f_back is None:
            return found or ""
        frame = frame.f_back
    return ""


def _sqlite(module: Any, watch: Watch) -> None:
    connect = module.connect

    class WatchedCursor(module.Cursor):  # type: ignore[misc] # the module is known at run time only
        """A cursor whose statements are noted first."""

    class WatchedConnection(module.Connection):  # type: ignore[misc] # the module is known at run time only
        """A connection whose statements are noted first."""

        def cursor(self, factory: Any = WatchedCursor) -> Any:
            return super().cursor(factory)

    for name in ("execute", "executemany"):
        for kind, parent in ((WatchedCursor, module.Cursor), (WatchedConnection, module.Connection)):
            setattr(kind, name, _noting(getattr(parent, name), "sqlite", watch))

    @functools.wraps(connect)
    def watched(*args: Any, **kwargs: Any) -> Any:
        if _is_under_a_layer() or "factory" in kwargs or len(args) > _FACTORY_POSITION:
            return connect(*args, **kwargs)
        return connect(*args, factory=WatchedConnection, **kwargs)

    module.connect = watched
    _replace_imported(connect, watched)


def _replace_imported(original: object, watched: object) -> None:
    """Modules that took the function by name before have their own name for it."""
    for name, module in list(sys.modules.items()):
        if not name.startswith((*_OVER_DRIVERS, "sqlite3", "_sqlite3", __name__)):
            for key, value in list(getattr(module, "__dict__", {}).items()):
                if value is original:
                    setattr(module, key, watched)


def _psycopg(module: Any, watch: Watch) -> None:
    for kind in (module.Cursor, module.AsyncCursor, module.ServerCursor, module.AsyncServerCursor):
        for name in ("execute", "executemany", "stream", "copy"):
            if name in kind.__dict__:
                setattr(kind, name, _noting(getattr(kind, name), "postgres", watch, _composed))


def _composed(cursor: Any, sql: Any) -> Any:
    """The text of a statement, which psycopg can also put together of parts."""
    return sql.as_string(cursor.connection) if hasattr(sql, "as_string") else sql


def _asyncpg(module: Any, watch: Watch) -> None:
    kind = module.connection.Connection
    for name in ("execute", "executemany", "fetch", "fetchrow", "fetchval", "fetchmany", "cursor", "copy_from_query"):
        if name in kind.__dict__:
            setattr(kind, name, _noting(getattr(kind, name), "postgres", watch))
    prepared = module.prepared_stmt.PreparedStatement
    for name in ("fetch", "fetchrow", "fetchval", "fetchmany", "executemany", "cursor"):
        if name in prepared.__dict__:
            setattr(prepared, name, _noting_prepared(getattr(prepared, name), watch))


def _noting_prepared(method: Callable[..., Any], watch: Watch) -> Callable[..., Any]:
    """The method of a statement that was prepared before, maybe outside of the test."""

    @functools.wraps(method)
    def noting(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_under_a_layer():
            watch.statement(self.get_query(), "postgres")
        return method(self, *args, **kwargs)

    return noting


def _as_given(_owner: Any, sql: Any) -> Any:
    return sql


def _noting(
    method: Callable[..., Any], dialect: str, watch: Watch, text_of: Callable[[Any, Any], Any] = _as_given
) -> Callable[..., Any]:
    """The method, which says first what it is about to execute."""

    @functools.wraps(method)
    def noting(self: Any, *args: Any, **kwargs: Any) -> Any:
        sql = args[0] if args else kwargs.get("query", kwargs.get("statement"))
        if sql is not None and not _is_under_a_layer():
            watch.statement(text_of(self, sql), dialect)
        return method(self, *args, **kwargs)

    return noting


def _is_under_a_layer() -> bool:
    """Whether the caller is a library that is watched itself."""
    name: str = sys._getframe(2).f_globals.get("__name__", "")  # noqa: SLF001 - the way that logging finds its caller as well
    return name.startswith(_OVER_DRIVERS)


_FACTORY_POSITION = 5
_held: set[str] = set()
_LIBRARIES: dict[str, Callable[[Any, Watch], None]] = {
    "sqlalchemy.engine": _sqlalchemy,
    "sqlalchemy.orm": _sqlalchemy_orm,
    "django.db": _django,
    "django.db.models": _django_models,
    "sqlite3": _sqlite,
    "psycopg": _psycopg,
    "asyncpg": _asyncpg,
}
