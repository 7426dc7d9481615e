"""The gate `tenant_runtime` with Django, async SQLAlchemy, threads and two engines."""

from __future__ import annotations

import pytest

from tests.gated_project import GatedProject
from tests.plugin.watched_project import findings_of

GATE = """
[tool.agentgates.gates.tenant_runtime]
column = ["tenant_id"]
owned = { orders = "tenant_id" }
"""
DJANGO = """import django
import pytest
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}, USE_TZ=True
)
django.setup()

from django.db import connection, models


class Order(models.Model):
    tenant_id = models.CharField(max_length=9)
    status = models.CharField(max_length=9, default="new")

    class Meta:
        app_label = "shop"
        db_table = "orders"


@pytest.fixture(autouse=True)
def tables():
    with connection.schema_editor() as editor:
        editor.create_model(Order)
    Order.objects.create(id=1, tenant_id="a")
    Order.objects.create(id=2, tenant_id="b")
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Order)


@pytest.mark.agent_tenant("a")
def test_bound():
    order = Order.objects.get(id=1, tenant_id="a")
    order.status = "paid"
    order.save()
    order.refresh_from_db()
    assert order.status == "paid"
"""
LEAK = """

def test_leak():
    assert Order.objects.get(id=1).tenant_id == "a"
"""
OTHER = """

@pytest.mark.agent_tenant("a")
def test_other():
    assert Order.objects.get(tenant_id="b").id == 2
"""
ASYNC = """import asyncio
import threading

from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import StaticPool

TABLE = text("CREATE TABLE orders (id, tenant_id)")


def test_async():
    async def work():
        engine = create_async_engine("sqlite+aiosqlite://")
        async with engine.begin() as connection:
            await connection.execute(TABLE)
            await connection.execute(text("SELECT * FROM orders WHERE id = 1"))
        await engine.dispose()

    asyncio.run(work())


def test_thread():
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    other = create_engine("sqlite://")

    def work():
        with engine.begin() as connection:
            connection.execute(TABLE)
            connection.execute(text("SELECT * FROM orders WHERE id = 2"))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    with other.begin() as connection:
        connection.execute(TABLE)
        connection.execute(text("SELECT * FROM orders WHERE id = 3"))
    engine.dispose()
    other.dispose()
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> GatedProject:
    project = GatedProject(pytester)
    project.configure(GATE)
    return project


def test_django_saves_and_refreshes_by_key_pass(project: GatedProject) -> None:
    assert findings_of(project, DJANGO) == []
    assert project.gate("tenant_runtime")["status"] == "pass"


def test_a_django_query_by_id_alone_is_found(project: GatedProject) -> None:
    (found,) = findings_of(project, DJANGO + LEAK)
    assert "test_leak" in found["message"]


def test_a_django_row_of_another_tenant_is_found(project: GatedProject) -> None:
    (found,) = findings_of(project, DJANGO + OTHER)
    assert "is about tenant a" in found["message"]


def test_tasks_threads_and_two_engines_are_watched(project: GatedProject) -> None:
    found = findings_of(project, ASYNC)
    assert sorted(one["message"].partition("WHERE id = ")[2][0] for one in found) == ["1", "2", "3"]
    assert {one["path"] for one in found} == {"tests/test_pass.py"}
