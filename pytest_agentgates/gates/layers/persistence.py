"""Tells calls that store or load: those of libraries of persistence, and those on a session, by their names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_agentgates.source.name_table import NameTable, written
from pytest_agentgates.source.syntax import SyntaxFiles

_LIBRARIES = (
    "sqlalchemy",
    "sqlmodel",
    "flask_sqlalchemy",
    "databases",
    "peewee",
    "tortoise",
    "pony",
    "motor",
    "pymongo",
    "beanie",
    "mongoengine",
    "asyncpg",
    "aiosqlite",
    "psycopg",
    "psycopg2",
    "pymysql",
    "sqlite3",
    "redis",
)
_NO_QUERIES = frozenset(
    {"sessionmaker", "async_sessionmaker", "relationship", "Column", "mapped_column", "Field", "Index"}
)
_STATEMENTS = frozenset({"select", "insert", "update", "delete", "text", "exists"})
_SESSIONS = frozenset({"session", "db", "db_session", "dbsession", "conn", "connection", "cursor", "cur", "database"})
_SESSION_CALLS = frozenset(
    {"execute", "executemany", "query", "scalar", "scalars", "exec", "commit", "rollback", "flush", "merge", "refresh"}
    | {"add", "add_all", "get", "get_one", "delete", "bulk_save_objects", "fetchone", "fetchall", "fetchrow", "fetch"}
    | {"fetch_one", "fetch_all", "session"}
)
_SURE_CALLS = _SESSION_CALLS - {"get", "fetch", "session"}
_WRITE_WORDS = frozenset(
    {"add", "save", "create", "insert", "update", "delete", "remove", "commit", "flush", "store", "persist", "upsert"}
    | {"merge", "publish", "emit", "send", "put", "bulk", "register", "assign", "archive", "cancel", "approve"}
)
_NO_STORES = frozenset({"cache", "logger", "log", "metrics", "tracer", "stats", "span", "lock", "seen", "response"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Persistence:
    """Judges the calls of one file."""

    files: SyntaxFiles
    path: str

    def first(self, body: list[ast.stmt], table: NameTable) -> ast.Call | None:
        """The first call in a body that stores or loads."""
        return next((call for call in calls_in(body) if self.is_persistence(call, table)), None)

    def is_persistence(self, call: ast.Call, table: NameTable) -> bool:
        """Whether a call queries, stores, or builds a query."""
        names = self.files.names(call.func, table, self.path)
        if any(_is_of_library(name) for name in names):
            return True
        if not isinstance(call.func, ast.Attribute):
            return False
        holder = written(call.func.value).split(".")
        last = holder[-1].lstrip("_").removesuffix("()").removesuffix("[]")
        if _is_manager(holder):
            return True
        if last == "session" and len(holder) > 1 and holder[0] == "request":
            return False  # the session of a browser
        return last in _SESSIONS and call.func.attr in (_SESSION_CALLS if last != "session" else _SURE_CALLS)

    def writes(self, body: list[ast.stmt], table: NameTable) -> ast.Call | None:
        """The first call in a body that changes what is kept, on a session or on something that the object holds."""
        return next((call for call in calls_in(body) if self._is_write(call, table)), None)

    def _is_write(self, call: ast.Call, table: NameTable) -> bool:
        names = self.files.names(call.func, table, self.path)
        if any(name.startswith(_LIBRARIES) and name.rpartition(".")[2] in _CHANGES for name in names):
            return True
        if not isinstance(call.func, ast.Attribute):
            return False
        holder = written(call.func.value).split(".")
        last = holder[-1].lstrip("_").removesuffix("()")
        if last in _NO_STORES or call.func.attr.lstrip("_").split("_")[0] not in _WRITE_WORDS:
            return False
        is_held = holder[0] == "self" and len(holder) > 1 and not _is_plain(names[0])
        return is_held or "objects" in holder or last in _SESSIONS or _is_store(last)


_CHANGES = frozenset({"insert", "update", "delete"})


def calls_in(body: list[ast.stmt]) -> Iterator[ast.Call]:
    """The calls of a body, those of nested functions left out."""
    pending: list[ast.AST] = list(reversed(body))
    while pending:
        node = pending.pop()
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Call):
            yield node
        pending.extend(reversed(list(ast.iter_child_nodes(node))))


def _is_of_library(name: str) -> bool:
    package = name.partition(".")[0]
    last = name.rpartition(".")[2]
    if name.startswith("django.db.") or name in (
        "django.shortcuts.get_object_or_404",
        "django.shortcuts.get_list_or_404",
    ):
        return last not in ("atomic", "IntegrityError", "Q", "F")
    if package not in _LIBRARIES:
        return False
    return last in _STATEMENTS or (last in _SURE_CALLS and "()" in name) or last == "connect"


def _is_manager(holder: list[str]) -> bool:
    """`Order.objects.get(...)`, `Order.query.filter_by(...)`."""
    plain = [part.removesuffix("()") for part in holder]
    return "objects" in plain[1:] or ("query" in plain[1:] and plain[plain.index("query") - 1][:1].isupper())


def _is_store(name: str) -> bool:
    return name.endswith(("repo", "repository", "uow", "unit_of_work", "dao"))


def _is_plain(name: str) -> bool:
    """Whether the holder is a list, a set or a dict of the object's own."""
    return name.startswith(("builtins.", "collections."))
