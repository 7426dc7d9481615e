"""Reads from PostgreSQL's catalogue what it says of row-level security."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pytest_agentgates.errors import AgentGatesError

_SCHEME = re.compile(r"^postgres(?:ql)?(?:\+\w+)?://")
_SECONDS = 10
_ROLE = """
SELECT session_user::text, rolsuper, rolbypassrls,
  ARRAY(SELECT r.rolname::text FROM pg_roles r WHERE (r.rolsuper OR r.rolbypassrls)
        AND r.rolname <> session_user AND pg_has_role(session_user, r.oid, 'MEMBER') ORDER BY 1)
FROM pg_roles WHERE rolname = session_user
"""
# A partition that is named directly is not under its parent's policies.
_TABLES = """
WITH RECURSIVE named(oid) AS (
  SELECT to_regclass(%s)::oid
  UNION SELECT i.inhrelid FROM pg_inherits i JOIN named ON i.inhparent = named.oid
)
SELECT c.oid, c.oid::regclass::text, c.relkind::text, c.relrowsecurity, c.relforcerowsecurity,
  pg_has_role(session_user, c.relowner, 'MEMBER')
FROM named JOIN pg_class c ON c.oid = named.oid
WHERE c.oid = to_regclass(%s)::oid OR has_table_privilege(session_user, c.oid, 'SELECT, INSERT, UPDATE, DELETE')
ORDER BY 2
"""
_POLICIES = """
SELECT polname::text, polcmd::text, polpermissive,
  pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
FROM pg_policy WHERE polrelid = %s AND (polroles = '{0}' OR EXISTS (
  SELECT FROM unnest(polroles) one WHERE one <> 0 AND pg_has_role(session_user, one, 'USAGE')))
ORDER BY 1
"""


@dataclass(frozen=True)
class Role:
    """The role that the tests connect as; `bypassing` are roles that it may become."""

    name: str
    is_superuser: bool
    bypasses: bool
    bypassing: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """A policy that holds for the role; `command` is PostgreSQL's letter, `*` for all."""

    name: str
    command: str
    is_permissive: bool
    using: str | None
    check: str | None


@dataclass(frozen=True)
class Table:
    """What the catalogue says of a table; `owned` where the role owns it or may become its owner."""

    name: str
    kind: str
    enabled: bool
    forced: bool
    owned: bool
    policies: tuple[Policy, ...]


@dataclass(frozen=True)
class Catalogue:
    """The role, and for each name that was asked for its table and partitions; none where it is not there."""

    role: Role
    tables: dict[str, tuple[Table, ...]]


def read_catalogue(url: str, variable: str, names: Sequence[str]) -> Catalogue:
    """Connect as the tests do and read; raises AgentGatesError, which never shows the URL."""
    psycopg = _driver()
    if not _SCHEME.match(url):
        raise AgentGatesError(
            f"{variable} holds no URL of PostgreSQL", fix=f"set {variable} to postgresql://role@host/database"
        )
    plain = _SCHEME.sub("postgresql://", url)
    try:
        with psycopg.connect(plain, connect_timeout=_SECONDS, autocommit=True) as connection:
            role = Role(*_first_row(connection))
            return Catalogue(role, {name: _tables(connection, name) for name in names})
    except psycopg.Error as error:
        raise AgentGatesError(
            f"the catalogue of the database that {variable} names cannot be read: {_without_secrets(error, plain)}",
            fix="start the database that the tests use, and let its role connect",
        ) from None


def _driver() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise AgentGatesError(
            f"reading PostgreSQL's catalogue needs psycopg, which cannot be imported ({error})",
            fix="install the extra: pip install 'pytest-agentgates[postgres]'",
        ) from None
    return psycopg


def _first_row(connection: Any) -> tuple[Any, ...]:
    name, is_superuser, bypasses, bypassing = connection.execute(_ROLE).fetchone()
    return name, is_superuser, bypasses, tuple(bypassing)


def _tables(connection: Any, name: str) -> tuple[Table, ...]:
    quoted = ".".join('"{}"'.format(part.replace('"', '""')) for part in name.split("."))
    rows: list[Any] = connection.execute(_TABLES, (quoted, quoted)).fetchall()
    return tuple(
        Table(name, kind, enabled, forced, owned, _policies(connection, oid))
        for oid, name, kind, enabled, forced, owned in rows
    )


def _policies(connection: Any, oid: int) -> tuple[Policy, ...]:
    return tuple(Policy(*row) for row in connection.execute(_POLICIES, (oid,)).fetchall())


def _without_secrets(error: Exception, url: str) -> str:
    """The first line of what the driver says; it may repeat pieces of a URL that it cannot read."""
    try:
        password = urlsplit(url).password
    except ValueError:
        return type(error).__name__
    text = str(error).strip().partition("\n")[0]
    if type(error).__name__ == "ProgrammingError" or "?" in url:
        return type(error).__name__
    return text.replace(password, "***") if password else text
