"""Takes hold of the database libraries that a project has imported itself, without changing what they do."""

from __future__ import annotations

import contextlib
import functools
import importlib
import sys
from collections.abc import Callable
from typing import Any

from pytest_agentgates.watch_sqlalchemy import LAZY, UNIT_OF_WORK, Watch, watch_engines, watch_rows, watch_sessions

_OVER_DRIVERS = ("sqlalchemy", "django", "aiosqlite")
_ORM_FRAMES = {
    ("django.db.models.fields.related_descriptors", "get_object"): LAZY,
    ("django.db.models.fields.related_descriptors", "__get__"): LAZY,
    ("django.db.models.base", "refresh_from_db"): LAZY,
    ("django.db.models.base", "save_base"): UNIT_OF_WORK,
    ("django.db.models.deletion", "delete"): UNIT_OF_WORK,
}


def install(watch: Watch) -> None:
    """Take hold of each library that is imported by now and was not yet."""
    with contextlib.suppress(ImportError):  # before a module takes its functions by name
        importlib.import_module("sqlite3")
    for name, take_hold in _LIBRARIES.items():
        _install(name, take_hold, watch)
    if watch.tenants:  # else nobody asks for rows
        for name, take_hold in _OF_ROWS.items():
            _install(name, take_hold, watch)


def _install(name: str, take_hold: Callable[[Any, Watch], None], watch: Watch) -> None:
    module = sys.modules.get(name)  # None where a test forbids its import
    if module is None or take_hold in _held:
        return
    _held.add(take_hold)
    try:
        take_hold(module, watch)
    except Exception as error:  # noqa: BLE001 - the tests run on, and the gate says that it did not see all
        watch.failed(name, error)


def _django(module: Any, watch: Watch) -> None:
    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        __tracebackhide__ = True
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
    def from_db(cls: Any, *arguments: Any, **named: Any) -> Any:  # of which Django 6.1 has one more
        __tracebackhide__ = True
        made = original(cls, *arguments, **named)
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
            __tracebackhide__ = True
            return super().cursor(factory)

    for kind, parent in ((WatchedCursor, module.Cursor), (WatchedConnection, module.Connection)):
        kind.__name__ = kind.__qualname__ = parent.__name__
        kind.__module__ = parent.__module__
    for name in ("execute", "executemany", "executescript"):
        for kind, parent in ((WatchedCursor, module.Cursor), (WatchedConnection, module.Connection)):
            setattr(kind, name, _noting(getattr(parent, name), "sqlite", watch))

    @functools.wraps(connect)
    def watched(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
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
    try:
        return sql.as_string(cursor.connection) if hasattr(sql, "as_string") else sql
    except Exception:  # noqa: BLE001 - psycopg itself will say what is wrong with it
        return repr(sql)


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
        __tracebackhide__ = True
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
    plain = watch.plain

    @functools.wraps(method)
    def noting(self: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        sql = args[0] if args else kwargs.get("query", kwargs.get("statement"))
        is_plain = type(sql) is str and sql in plain
        if not is_plain and sql is not None and not _is_under_a_layer():
            watch.statement(text_of(self, sql), dialect)
        return method(self, *args, **kwargs)

    return noting


def _is_under_a_layer() -> bool:
    """Whether the caller is a library that is watched itself."""
    name: str = sys._getframe(2).f_globals.get("__name__", "")  # noqa: SLF001 - the way that logging finds its caller as well
    return name.startswith(_OVER_DRIVERS)


_FACTORY_POSITION = 5
_held: set[Callable[[Any, Watch], None]] = set()
_LIBRARIES: dict[str, Callable[[Any, Watch], None]] = {
    "sqlalchemy.engine": watch_engines,
    "sqlalchemy.orm": watch_sessions,
    "django.db": _django,
    "sqlite3": _sqlite,
    "psycopg": _psycopg,
    "asyncpg": _asyncpg,
}
_OF_ROWS: dict[str, Callable[[Any, Watch], None]] = {
    "sqlalchemy.orm": watch_rows,
    "django.db.models": _django_models,
}
