from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentgates.errors import UsageError
from pytest_agentgates.tenant_sql import ForeignKey, SqlCheck, TenantTables, check_statement
from pytest_agentgates.tenant_sql.placeholders import normalised

DATA = json.loads((Path(__file__).parent.parent / "data/tenant_sql/cases.json").read_text(encoding="utf-8"))
TABLES = TenantTables({"orders": "tenant_id", "items": "tenant_id"})


@pytest.mark.parametrize("case", DATA["cases"], ids=lambda case: case["sql"][:50])
def test_the_judged_statements_come_out_as_judged(case: dict[str, Any]) -> None:
    keys = [
        ForeignKey(key["table"], key["column"], key["references"]["table"], key["references"]["column"])
        for key in DATA["foreign_keys"]
    ]
    tables = TenantTables(DATA["tenant_tables"], tuple(keys) if case["foreign_keys"] else ())
    verdict = check_statement(case["sql"], case["dialect"], tables)
    found = ["?"] if verdict.not_judged else sorted({one.table for one in verdict.unbound})
    assert found == sorted(case["unbound_tables"])


@pytest.mark.parametrize(
    ("sql", "dialect", "expected"),
    [
        ("a = %s AND b = %(x)s", "postgres", "a = :q1 AND b = :p_x"),
        ("a = ? AND b = ?2", "sqlite", "a = :q1 AND b = :p_2"),
        ("a = :x AND b = :1", "oracle", "a = :p_x AND b = :p_1"),
        ("a = $1::uuid AND b = @x", "postgres", "a = :p_1::uuid AND b = :p_x"),
        ("a = '%s ? :x' AND \"b?\" = ?", "sqlite", "a = '%s ? :x' AND \"b?\" = :q1"),
        ("a = 'it''s ?' -- :x\nAND b = %s", "postgres", "a = 'it''s ?' -- :x\nAND b = :q1"),
        ("a = 'x\\'?' AND b = %s", "mysql", "a = 'x\\'?' AND b = :q1"),
        ("a = $tag$ ? $tag$ AND b = %s", "postgres", "a = $tag$ ? $tag$ AND b = :q1"),
        ("a ? 'x' AND b %% 2 = %s", "postgres", "a ? 'x' AND b % 2 = :q1"),
    ],
)
def test_placeholders_become_one_style(sql: str, dialect: str, expected: str) -> None:
    assert normalised(sql, dialect) == expected


def test_a_reference_is_named_with_alias_column_and_reason() -> None:
    (found,) = check_statement("SELECT * FROM orders o WHERE o.id = ?", "sqlite", TABLES).unbound
    assert (found.table, found.alias, found.column) == ("orders", "o", "tenant_id")
    assert "tenant_id" in found.reason


def test_an_unknown_dialect_is_named_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"(?s)postgre.*did you mean 'postgres'"):
        SqlCheck(TABLES, "postgre")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM orders WHERE " + "(" * 500 + "tenant_id = ?" + ")" * 500,
        "SELECT * FROM orders WHERE id IN (" + ",".join(str(number) for number in range(150_000)) + ")",
        "SELECT FROM WHERE orders",
        "SELECT * FROM orders WHERE name = 'open",
    ],
    ids=["deep", "long", "broken", "open string"],
)
def test_what_cannot_be_judged_and_names_an_owned_table_is_said(sql: str) -> None:
    verdict = check_statement(sql, "sqlite", TABLES)
    assert verdict.not_judged
    assert not verdict.holds


@pytest.mark.parametrize(
    "sql", ["INSERT INTO orders (id, tenant_id) VALUES " + ", ".join(["(?, ?)"] * 150_000), "SELECT '\ud800'", "\0", ""]
)
def test_long_and_odd_statements_that_are_fine_hold(sql: str) -> None:
    assert check_statement(sql, "sqlite", TABLES).holds


def test_a_thousand_alternatives_are_no_trouble() -> None:
    sql = "SELECT * FROM orders WHERE tenant_id = ? AND (" + " OR ".join(["a = ?"] * 1_000) + ")"
    assert check_statement(sql, "sqlite", TABLES).holds


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_no_text_makes_it_fail(text: str) -> None:
    check_statement(f"SELECT * FROM orders {text}", "postgres", TABLES)


CONDITIONS = st.recursive(
    st.sampled_from(
        [
            "o.tenant_id = :t", "o.tenant_id <> :t", "o.id = 1", "i.tenant_id = o.tenant_id", "i.order_id = o.id",
            "i.tenant_id = :t", "o.tenant_id IS NULL", "1 = 1", "1 = 0", "o.tenant_id IN (:t)", "i.id BETWEEN 1 AND 2",
            "o.tenant_id = COALESCE(:t, o.tenant_id)", "EXISTS (SELECT 1 FROM items x WHERE x.tenant_id = o.tenant_id)",
            "o.tenant_id IN (SELECT x.tenant_id FROM items x WHERE x.tenant_id = :t)", "i.tenant_id IS :t",
            "CASE WHEN o.id = 1 THEN o.tenant_id = :t ELSE i.tenant_id = :t END", "(o.tenant_id, i.id) = (:t, 1)",
        ]
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda condition: f"NOT ({condition})"),
    ),
    max_leaves=6,
)  # fmt: skip
JOINS = st.sampled_from(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])


@given(JOINS, CONDITIONS, CONDITIONS)
@settings(max_examples=400, deadline=None)
def test_what_is_said_to_be_bound_never_gives_rows_of_another_tenant(join: str, on: str, where: str) -> None:
    """Real rows are the judge of the judge."""
    tail = f"FROM orders o {join} items i ON {on} WHERE {where}"
    unbound = {one.alias for one in check_statement(f"SELECT o.id, i.id {tail}", "sqlite", TABLES).unbound}
    for alias in {"o", "i"} - unbound:
        assert {row[0] for row in rows(f"SELECT {alias}.tenant_id {tail}")} <= {"a", None}


def rows(sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE TABLE orders (id, tenant_id)")
        connection.execute("CREATE TABLE items (id, order_id, tenant_id)")
        connection.executemany("INSERT INTO orders VALUES (?, ?)", [(1, "a"), (2, "b"), (3, "a")])
        connection.executemany(
            "INSERT INTO items VALUES (?, ?, ?)", [(1, 1, "a"), (2, 2, "b"), (3, 1, "b"), (4, 9, "a")]
        )
        return connection.execute(sql, {"t": "a"} if ":t" in sql else {}).fetchall()
    finally:
        connection.close()
