"""The gate `row_security` against a real PostgreSQL."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.gates.row_security import RowSecurity
from tests.postgres_server import PostgresServer, postgres_server
from tests.real_workspace import real_workspace

KEPT = """
CREATE TABLE orders (id int PRIMARY KEY, tenant_id text);
GRANT SELECT, INSERT, UPDATE, DELETE ON orders TO app;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON orders USING (tenant_id = current_setting('app.tenant'));
"""
PARTITIONED = """
DROP TABLE orders;
CREATE TABLE orders (id int, tenant_id text) PARTITION BY LIST (tenant_id);
CREATE TABLE orders_a PARTITION OF orders FOR VALUES IN ('a');
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants ON orders USING (tenant_id = current_setting('app.tenant'));
GRANT SELECT ON orders, orders_a TO app;
"""
BROKEN = {
    "ALTER TABLE orders DISABLE ROW LEVEL SECURITY": ["row-level security is not enabled on orders"],
    "ALTER TABLE orders NO FORCE ROW LEVEL SECURITY": ["is not forced on orders"],
    "ALTER TABLE orders OWNER TO app": ["the tests' role owns orders"],
    "ALTER ROLE app BYPASSRLS": ["app has BYPASSRLS"],
    "ALTER ROLE app SUPERUSER": ["app is a superuser", "the tests' role owns orders"],
    "CREATE ROLE boss BYPASSRLS; GRANT boss TO app": ["may become boss"],
    "DROP POLICY tenants ON orders": [f"no policy for {one}" for one in ("SELECT", "INSERT", "UPDATE", "DELETE")],
    "CREATE POLICY every ON orders FOR SELECT USING (true)": ["every of orders does not bind SELECT"],
    "ALTER POLICY tenants ON orders WITH CHECK (true)": ["does not bind INSERT", "does not bind UPDATE"],
    "ALTER POLICY tenants ON orders TO admin": [
        f"no policy for {one}" for one in ("SELECT", "INSERT", "UPDATE", "DELETE")
    ],
    "DROP TABLE orders": ["orders is not found"],
    "DROP TABLE orders; CREATE VIEW orders AS SELECT 1 AS tenant_id": ["orders is no plain table"],
}
HARMLESS = (
    "SELECT 1",
    "CREATE POLICY loose ON orders FOR DELETE USING (true); "
    "CREATE POLICY tight ON orders AS RESTRICTIVE USING (tenant_id = current_setting('app.tenant'))",
    "CREATE POLICY others ON orders TO admin USING (true)",
    "CREATE ROLE reader; GRANT reader TO app",
)
NOT_JUDGED = {
    "": "TEST_URL is not set",
    "mysql://app:hunter2@localhost/x": "holds no URL of PostgreSQL",
    "postgresql://app:hunter2@127.0.0.1:1/x": "cannot be read",
    "postgresql://app:hunter2@[::1/x": "cannot be read",
    "postgresql://app@127.0.0.1:1/x?hunter2=1": "cannot be read",
}


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as running:
        yield running


@pytest.fixture
def url(server: PostgresServer) -> Iterator[str]:
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE shop")
        admin.execute("CREATE ROLE app LOGIN")
        yield server.url("app", "shop")
        admin.execute("DROP DATABASE shop WITH (FORCE)")
        for (role,) in admin.execute("SELECT rolname FROM pg_roles WHERE rolname !~ '^(pg_|admin$)'").fetchall():
            admin.execute(f'DROP ROLE "{role}"')


def judge(root: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> GateResult:
    monkeypatch.setenv("TEST_URL", url)
    return RowSecurity(url_env="TEST_URL", owned={"orders": "tenant_id"}).check(real_workspace(root, {"a.py": ""}))


def change(url: str, *statements: str) -> None:
    with psycopg.connect(url.replace("app@", "admin@"), autocommit=True) as admin:
        for statement in statements:
            admin.execute(statement.encode())


@pytest.mark.parametrize("statement", HARMLESS)
def test_tables_that_policies_keep_apart_pass(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    change(url, KEPT, statement)
    result = judge(tmp_path, monkeypatch, url)
    assert (result.status, result.findings) == (GateStatus.PASS, ())


@pytest.mark.parametrize(("statement", "texts"), BROKEN.items())
def test_each_way_past_the_policies_is_found(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str, texts: list[str]
) -> None:
    change(url, KEPT, statement)
    result = judge(tmp_path, monkeypatch, url)
    assert result.status is GateStatus.FAIL
    assert [finding.rule for finding in result.findings] == ["TEN004"] * len(texts)
    assert all(text in finding.message for text, finding in zip(texts, result.findings, strict=True))


def test_a_partition_that_can_be_read_directly_needs_policies_of_its_own(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(url, KEPT, PARTITIONED)
    messages = [finding.message for finding in judge(tmp_path, monkeypatch, url).findings]
    assert messages[0] == "row-level security is not enabled on orders_a"
    assert all("orders_a" in message for message in messages)


@pytest.mark.parametrize(("wrong", "text"), NOT_JUDGED.items())
def test_what_cannot_be_reached_is_no_pass_and_shows_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str, text: str
) -> None:
    result = judge(tmp_path, monkeypatch, wrong)
    assert result.status is GateStatus.ERROR
    assert text in result.message
    assert "hunter2" not in result.message


def test_a_missing_driver_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "pytest-agentgates[postgres]" in judge(tmp_path, monkeypatch, "postgresql://app@127.0.0.1/x").message
