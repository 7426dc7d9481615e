"""The SQL check: a statement in, the unbound references out, remembered by its text."""

from __future__ import annotations

import difflib
import logging
import re
from typing import TYPE_CHECKING

from pytest_agentgates.errors import UsageError
from pytest_agentgates.tenant_sql.judge import Judge
from pytest_agentgates.tenant_sql.placeholders import normalised
from pytest_agentgates.tenant_sql.read_statement import Reader
from pytest_agentgates.tenant_sql.verdict import NotUnderstoodError, SqlVerdict, TenantTables, Unbound

if TYPE_CHECKING:
    from sqlglot import Dialect, exp

LONGEST = 200_000
MOST_REMEMBERED = 20_000
_OTHER_NAMES = {"postgresql": "postgres", "mssql": "tsql", "mariadb": "mysql", "cockroachdb": "postgres", "": ""}
_SCHEMA_WORDS = frozenset(
    {"create", "alter", "drop", "comment", "grant", "revoke", "vacuum", "reindex", "cluster", "pragma", "analyze"}
)
_REPLACE = re.compile(r"\A\s*REPLACE\s+INTO\b", re.IGNORECASE)


class SqlCheck:
    """Judges statements of one dialect by what is known of the tables.

    Raises UsageError where the dialect is not known.
    """

    def __init__(self, tables: TenantTables, dialect: str = "") -> None:
        self.tables = tables
        self.dialect_name = _OTHER_NAMES.get(dialect.lower(), dialect.lower())
        self._dialect = _dialect(self.dialect_name)
        self._remembered: dict[str, SqlVerdict] = {}

    def check(self, sql: str) -> SqlVerdict:
        """Judge a statement, or several that are separated by semicolons."""
        found = self._remembered.get(sql)
        if found is None:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            found = self._remembered[sql] = self._judge(sql)
        return found

    def _judge(self, sql: str) -> SqlVerdict:
        mentioned = {self.tables.owned_name([name]) for name in self.tables.mention.findall(sql)}
        if not mentioned:
            return SqlVerdict()
        names = tuple(sorted(mentioned))
        try:
            return self._judge_parsed(sql, names)
        except NotUnderstoodError as error:
            return SqlVerdict(not_judged=str(error), mentioned=names)
        except RecursionError:
            return SqlVerdict(not_judged="it is nested too deeply", mentioned=names)

    def _judge_parsed(self, sql: str, names: tuple[str, ...]) -> SqlVerdict:
        unbound: list[Unbound] = []
        tables: dict[str, None] = {}
        for tree in self._parsed(sql):
            statement = _judged_part(tree)
            if statement is None:
                continue
            reader = Reader(self.tables)
            reader.statement(statement, {}, None)
            _must_be_complete(statement, reader)
            unbound += Judge(self.tables, reader.all_sources).unbound(reader.references)
            tables.update((source.owned, None) for _, source in reader.references)
        return SqlVerdict(tuple(dict.fromkeys(unbound)), tuple(tables), mentioned=names)

    def _parsed(self, sql: str) -> list[exp.Expr]:
        from sqlglot.errors import SqlglotError

        text = _REPLACE.sub("INSERT INTO", normalised(sql, self.dialect_name), count=1)
        if len(text) > LONGEST:
            raise NotUnderstoodError(f"it is longer than {LONGEST} characters")
        try:
            return [tree for tree in self._dialect.parse(text) if tree is not None]
        except SqlglotError as error:
            raise NotUnderstoodError(f"it cannot be parsed: {_first_line(error)}") from None
        except RecursionError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the parser does, the statement was not judged
            raise NotUnderstoodError(f"the parser failed: {type(error).__name__}") from None


def check_statement(sql: str, dialect: str, tables: TenantTables) -> SqlVerdict:
    """Judge one statement; SqlCheck is for many.

    Raises UsageError where the dialect is not known.
    """
    return SqlCheck(tables, dialect).check(sql)


def _dialect(name: str) -> Dialect:
    from sqlglot import Dialect

    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    try:
        return Dialect.get_or_raise(name or None)
    except ValueError:
        known = sorted(word for word in Dialect.classes if word)
        near = difflib.get_close_matches(name, known, n=1)
        fix = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(known)}"
        raise UsageError(f"the SQL dialect {name!r} is not known", fix=fix) from None


def _judged_part(tree: exp.Expr) -> exp.Expr | None:
    """The part of a statement that reads or writes rows; None where it has none."""
    kind = type(tree).__name__
    if kind in {"Create", "Alter", "Drop", "Comment", "Pragma", "Use", "Set", "Transaction", "Commit", "Rollback"}:
        return tree.args.get("expression") if kind == "Create" and _is_query(tree.args.get("expression")) else None
    if kind in {"Describe", "Analyze", "Grant", "Revoke"}:
        return tree if tree.find(_select()) else None
    if kind == "Command" and str(tree.this).lower() in _SCHEMA_WORDS:
        return None
    return tree


def _is_query(tree: object) -> bool:
    return type(tree).__name__ in {"Select", "Union", "Intersect", "Except", "Subquery"}


def _select() -> type[exp.Expr]:
    from sqlglot import exp

    return exp.Select


def _must_be_complete(tree: exp.Expr, reader: Reader) -> None:
    """A reference that was not come across is one that nobody judged."""
    from sqlglot import exp

    for table in tree.find_all(exp.Table):
        if id(table) not in reader.seen and reader.tables.owned_name([part.name for part in table.parts]):
            raise NotUnderstoodError(f"{table.name} stands where it is not looked for")


def _first_line(error: Exception) -> str:
    return re.sub(r"\x1b\[\d+m", "", str(error)).partition("\n")[0][:200]
