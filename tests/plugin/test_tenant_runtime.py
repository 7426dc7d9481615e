"""The gate `tenant_runtime`, end to end: real tests, real databases."""

from __future__ import annotations

import pytest

from tests.gated_project import GatedProject
from tests.plugin.watched_project import MAPPED_ORDER

MODELS = f"""{MAPPED_ORDER}    status: Mapped[str] = mapped_column(default="new")
    items: Mapped[list["Item"]] = relationship()


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
"""
CONFTEST = """import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from models import Base, Item, Order


@pytest.fixture
def session():
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Order(id=1, tenant_id="a", items=[Item(id=1, tenant_id="a")]))
        session.add(Order(id=2, tenant_id="b"))
        session.commit()
        session.query(Order).all()
        session.expire_all()
        yield session
    engine.dispose()
"""
HEAD = """import pytest
from sqlalchemy import select, text

from models import Item, Order


"""
BOUND = (
    HEAD
    + """@pytest.mark.agent_tenant("a")
def test_bound(session) -> None:
    order = session.scalars(select(Order).where(Order.tenant_id == "a")).one()
    assert [item.id for item in order.items] == [1]
    order.status = "paid"
    session.commit()
    assert order.status == "paid"
    assert session.scalars(select(Item).where(Item.tenant_id == "a")).one().id == 1
"""
)
LEAK = (
    HEAD
    + """def test_leak(session):
    assert session.scalars(select(Order).where(Order.id == 1)).one().tenant_id == "a"
"""
)
GET = (
    HEAD
    + """def test_get(session):
    assert session.get(Order, 1).tenant_id == "a"
"""
)
WRONG_TENANT = (
    HEAD
    + """@pytest.mark.agent_tenant("a")
def test_other(session) -> None:
    assert session.scalars(select(Order).where(Order.tenant_id == "b")).one().id == 2
"""
)
RAW = """import sqlite3
import threading


def test_raw() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE orders (id, tenant_id)")
    assert connection.execute("SELECT * FROM orders WHERE tenant_id = ?", ("a",)).fetchall() == []
    {statement}
    connection.close()
"""
GATE = """
[tool.agentgates.gates.tenant_runtime]
column = ["tenant_id"]
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> GatedProject:
    project = GatedProject(pytester)
    project.configure(GATE)
    project.write("src/models.py", MODELS)
    project.write("tests/conftest.py", CONFTEST)
    return project


def run(project: GatedProject, tests: str, *args: str) -> list[str]:
    project.write("tests/test_pass.py", tests)
    project.gated(*args)
    return [finding["message"] for finding in project.gate("tenant_runtime")["findings"]]


@pytest.mark.parametrize(
    ("load", "found"),
    [
        ("select(Order).where(Order.tenant_id == 'a').options(selectinload(Order.items))", 0),
        ("select(Order).where(Order.tenant_id == 'a').options(subqueryload(Order.items))", 0),
        ("select(Order).where(Order.tenant_id == 'a').options(defer(Order.status))", 0),
        ("select(Order).where(Order.id == 1).options(selectinload(Order.items))", 1),
        ("select(Item).where(Item.order_id == 1).join(Order, Order.id == Item.order_id)", 2),
    ],
)
def test_what_the_mapper_loads_for_a_bound_object_is_its_own_affair(
    project: GatedProject, load: str, found: int
) -> None:
    head = f"from sqlalchemy.orm import defer, selectinload, subqueryload\n\n{HEAD}"
    test = f"def test_load(session):\n    one = session.scalars({load}).unique().one()\n    session.refresh(one)\n"
    messages = run(project, f"{head}{test}    assert getattr(one, 'status', 'new') == 'new'\n")
    assert project.gate("tests_pass")["status"] == "pass"
    assert len(messages) == found, messages


def test_bound_queries_lazy_loads_refreshes_and_flushes_pass(project: GatedProject) -> None:
    assert run(project, BOUND) == []
    assert project.gate("tenant_runtime")["status"] == "pass"


def test_a_query_by_id_alone_is_found_with_test_statement_and_place(project: GatedProject) -> None:
    (message,) = run(project, LEAK)
    assert "at run time orders is not bound" in message
    assert "tests/test_pass.py::test_leak" in message
    assert "WHERE orders.id = ?" in message
    (finding,) = project.gate("tenant_runtime")["findings"]
    assert (finding["rule"], finding["path"], finding["line"]) == ("TEN001", "tests/test_pass.py", 8)
    assert finding["fix"] == "bind orders by tenant_id"


def test_get_by_primary_key_is_found(project: GatedProject) -> None:
    assert len(run(project, GET)) == 1


def test_a_row_of_another_tenant_fails_the_test_that_names_its_own(project: GatedProject) -> None:
    (message,) = run(project, WRONG_TENANT)
    assert "is about tenant a" in message


def test_owned_tables_that_no_test_touched_are_listed(project: GatedProject) -> None:
    run(project, WRONG_TENANT)
    assert project.gate("tenant_runtime")["facts"]["untouched"] == ["items"]


def test_workers_write_for_themselves(project: GatedProject) -> None:
    assert len(run(project, LEAK, "-n", "2")) == 1


def test_setup_is_judged_where_that_is_asked_for(project: GatedProject) -> None:
    project.configure("judge_setup = true\n")
    assert any("tests/conftest.py" in finding["path"] for finding in findings(project))


def findings(project: GatedProject) -> list[dict[str, str]]:
    run(project, BOUND)
    found: list[dict[str, str]] = project.gate("tenant_runtime")["findings"]
    return found


@pytest.mark.parametrize(
    "statement",
    [
        'connection.execute("SELECT * FROM orders")',
        'connection.cursor().execute("DELETE FROM orders WHERE id = ?", (1,))',
        'connection.executemany("INSERT INTO orders (id) VALUES (?)", [(1,)])',
        'connection.execute("EXPLAIN SELECT * FROM orders")',
    ],
)
def test_a_driver_used_directly_is_watched(project: GatedProject, statement: str) -> None:
    assert len(run(project, RAW.format(statement=statement))) == 1


def test_tests_that_execute_nothing_are_no_pass(project: GatedProject) -> None:
    run(project, "def test_nothing():\n    assert True\n")
    assert project.gate("tenant_runtime")["status"] == "error"
