"""psycopg and asyncpg are watched, against a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gated_project import GatedProject
from tests.postgres_server import PostgresServer, postgres_server

# The switched-off gate beside it says whose tables they are.
GATE = """
[tool.agentgates.gates.tenant_filter]
enabled = false
owned = { orders = "tenant_id" }

[tool.agentgates.gates.tenant_runtime]
"""
PSYCOPG = """import asyncio
import psycopg
import pytest
from psycopg import sql

URL = "{url}"


def test_psycopg():
    with psycopg.connect(URL) as connection, connection.cursor() as cursor, connection.cursor("c") as server:
        connection.execute("CREATE TEMP TABLE orders (id int, tenant_id text)")
        connection.execute("SELECT 1 FROM orders WHERE tenant_id = %s", ("a",))
        connection.execute("SELECT 2 FROM orders")
        cursor.execute(query="SELECT 3 FROM orders")
        cursor.executemany("UPDATE orders SET id = %s", [(4,)])
        cursor.execute(sql.SQL("SELECT 5 FROM {{}}").format(sql.Identifier("orders")))
        assert list(cursor.stream("SELECT 6 FROM orders")) == []
        server.execute("SELECT 7 FROM orders")
        connection.execute(b"SELECT 9 FROM orders")
        with pytest.raises(psycopg.DataError):
            connection.execute(b"SELECT 10 FROM orders WHERE '\\xff' <> ''")
        connection.rollback()


def test_async():
    async def run():
        async with await psycopg.AsyncConnection.connect(URL) as connection:
            await connection.execute("CREATE TEMP TABLE orders (id int, tenant_id text)")
            await connection.execute("SELECT 8 FROM orders")

    asyncio.run(run())
"""
ASYNCPG = """import asyncio
import asyncpg

URL = "{url}"


def test_asyncpg():
    async def run():
        pool = await asyncpg.create_pool(URL, min_size=1, max_size=1)
        async with pool.acquire() as one, one.transaction():
            await one.execute("CREATE TEMP TABLE orders (id int, tenant_id text)")
            await one.fetch("SELECT 1 FROM orders WHERE tenant_id = $1", "a")
            await one.execute("SELECT 2 FROM orders")
            await one.fetch("SELECT 3 FROM orders")
            await one.fetchrow("SELECT 4 FROM orders")
            await one.fetchval("SELECT 5 FROM orders")
            await one.executemany("UPDATE orders SET id = $1", [(6,)])
            prepared = await one.prepare("SELECT 7 FROM orders")
            assert await prepared.fetch() == []
            assert [row async for row in one.cursor("SELECT 8 FROM orders")] == []
        await pool.close()

    asyncio.run(run())
"""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as running:
        yield running


@pytest.mark.parametrize(("tests", "found"), [(PSYCOPG, 9), (ASYNCPG, 7)])
def test_each_way_to_execute_a_statement_is_seen(
    pytester: pytest.Pytester, server: PostgresServer, tests: str, found: int
) -> None:
    project = GatedProject(pytester)
    project.configure(GATE)
    project.write("tests/test_pass.py", tests.format(url=server.url()))
    project.gated()
    messages = [finding["message"] for finding in project.gate("tenant_runtime")["findings"]]
    assert len(messages) == found, messages
    assert all("orders is not bound" in message for message in messages)


def test_a_connect_that_was_imported_by_name_is_watched(pytester: pytest.Pytester) -> None:
    project = GatedProject(pytester)
    project.configure(GATE)
    project.write("tests/conftest.py", "from sqlite3 import connect\n\nOPEN = connect\n")
    test = "from conftest import OPEN\n\ndef test_one():\n    one = OPEN(':memory:')\n"
    test += "    one.execute('CREATE TABLE orders (id, tenant_id)')\n"
    test += "    one.execute('SELECT * FROM orders')\n    one.close()\n"
    project.write("tests/test_pass.py", test)
    project.gated()
    assert len(project.gate("tenant_runtime")["findings"]) == 1


@pytest.mark.parametrize(
    ("decorator", "options", "found"),
    [
        ('@cross_tenant(reason="nightly")', "", 0),
        ('@cross_tenant(reason="")', "", 1),
        ("@cross_tenant()", "", 1),
        ("", 'resolvers = ["sweep"]', 0),
        ("", 'resolvers = ["weep"]', 1),
    ],
)
def test_only_a_marked_function_and_a_resolver_may_look_at_all_tenants(
    pytester: pytest.Pytester, decorator: str, options: str, found: int
) -> None:
    project = GatedProject(pytester)
    project.configure(f"{GATE}{options}\n")
    head = "import sqlite3\n\n\ndef cross_tenant(reason=''):\n    return lambda function: function\n\n\n"
    body = "def sweep(one):\n    one.execute('SELECT * FROM orders')\n\n\n"
    test = "def test_one():\n    one = sqlite3.connect(':memory:')\n"
    test += "    one.execute('CREATE TABLE orders (id, tenant_id)')\n    sweep(one)\n    one.close()\n"
    project.write("tests/test_pass.py", f"{head}{decorator}\n{body}{test}")
    project.gated()
    assert len(project.gate("tenant_runtime")["findings"]) == found
    assert project.gate("tenant_runtime")["facts"]["exempt_count"] == 1 - found
