"""Judges the SQL in literals with the check that also judges what is executed at run time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pytest_agentgates.gates.tenant_filter.rules import BYPASSED, UNAPPLIED, UNBOUND
from pytest_agentgates.gates.tenant_filter.sql_text import HOLE
from pytest_agentgates.gates.tenant_filter.values import Sql
from pytest_agentgates.source.mapped_tables import TenantTables
from pytest_agentgates.tenant_sql import ForeignKey, SqlCheck
from pytest_agentgates.tenant_sql import TenantTables as SqlTables

_WHERE = re.compile(r"\bWHERE\b", re.IGNORECASE)
_NAMED = re.compile(r"%\((\w+)\)s|(?<![:\w]):(\w+)")
_WRITE = re.compile(r"\A[\s(]*(UPDATE|DELETE)\b", re.IGNORECASE)
_BYPASS = re.compile(r"row_security\s*(?:=|TO)\s*'?off|\bBYPASSRLS\b", re.IGNORECASE)
_HOLE_IN_WHERE = re.compile(rf"\b(?:WHERE|AND|ON|HAVING)\b[^;]*{HOLE}|{HOLE}\s*\Z|{HOLE}\s*(?:ORDER|GROUP|LIMIT|\)|;)")


@dataclass(frozen=True, slots=True)
class SqlFinding:
    """What is wrong with a statement; `rule` empty where it is left to run time."""

    rule: str
    message: str
    line: int


def sql_check(tables: TenantTables, dialect: str) -> SqlCheck:
    """The check of statements for the tables of a project."""
    keys = tuple(ForeignKey(one.table, one.column, one.target, one.target_column) for one in tables.foreign_keys)
    return SqlCheck(SqlTables(tables.columns, keys), dialect)


def judge_sql(
    check: SqlCheck, sql: Sql, names: frozenset[str] | None, tenant_names: frozenset[str]
) -> SqlFinding | None:
    """Judge one text; None where it holds or names no owned table."""
    if _BYPASS.search(sql.text):
        return SqlFinding(BYPASSED.code, "row-level security is switched off", sql.line)
    verdict = check.check(sql.text)
    if verdict.holds:
        return None
    if verdict.not_judged:
        return SqlFinding("", verdict.not_judged, sql.line) if verdict.mentioned else None
    tables = sorted({one.table.rpartition(".")[2] for one in verdict.unbound})
    line = _where_line(sql, tables[0])
    if sql.is_open and _may_filter(sql.text, tenant_names):
        return SqlFinding("", "a part of the statement is not known", line)
    listed = ", ".join(tables)
    if _WRITE.match(sql.text) and not _WHERE.search(sql.text):
        return SqlFinding(UNAPPLIED.code, f"{listed} is written without WHERE{_unused(sql.text, names)}", line)
    return SqlFinding(UNBOUND.code, f"{listed} is not bound to the tenant{_unused(sql.text, names)}", line)


def _may_filter(text: str, tenant_names: frozenset[str]) -> bool:
    """Whether the unknown part stands where a predicate could stand."""
    del tenant_names
    return _HOLE_IN_WHERE.search(text) is not None


def _unused(text: str, names: frozenset[str] | None) -> str:
    used = {one or two for one, two in _NAMED.findall(text)}
    left = sorted(names - used) if names is not None else []
    return f"; the value {', '.join(left)} is never used" if left else ""


def _where_line(sql: Sql, table: str) -> int:
    """The line of the WHERE that lacks the predicate, else that of the table."""
    at = re.search(rf"(?<!\w){re.escape(table)}(?!\w)", sql.text, re.IGNORECASE)
    begin = at.start() if at is not None else 0
    where = _WHERE.search(sql.text, begin)
    end = 0 if sql.is_elsewhere else where.start() if where is not None else begin
    return sql.line + sql.text.count("\n", 0, end)
