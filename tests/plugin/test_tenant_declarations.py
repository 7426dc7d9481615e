"""`owned`, `shared`, `via` and `resolvers` are said once, and hold in the source and at run time."""

from __future__ import annotations

import pytest

from tests.gated_project import GatedProject
from tests.plugin.watched_project import MAPPED_ORDER

DECLARED = """
[tool.agentgates.gates.tenant_filter]
column = ["tenant_id"]
owned = { invoices = "customer" }
shared = ["plans"]
via = { lines = "order_id" }
resolvers = ["order_of_token"]

[tool.agentgates.gates.tenant_runtime]
"""
UNDECLARED = """
[tool.agentgates.gates.tenant_filter]
column = ["tenant_id"]

[tool.agentgates.gates.tenant_runtime]
"""
MODELS = f"""{MAPPED_ORDER}

class Plan(Base):
    __tablename__ = "plans"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
"""
REPOSITORY = """from sqlalchemy import select, text

from models import Line, Order, Plan


def plans(session, tenant_id):
    return session.scalars(select(Plan).where(Plan.id == len(tenant_id))).all()


def lines(session, tenant_id):
    return session.scalars(select(Line).where(Line.id == len(tenant_id))).all()


def lines_of(session, tenant_id):
    mine = select(Line).join(Order, Line.order_id == Order.id).where(Order.tenant_id == tenant_id)
    return session.scalars(mine).all()


def invoices(session, tenant_id):
    return session.execute(text("SELECT number FROM invoices WHERE number = 1")).all()


def invoices_of(session, tenant_id):
    mine = text("SELECT number FROM invoices WHERE customer = :customer")
    return session.execute(mine, {"customer": tenant_id}).all()


def order_of_token(session, tenant_id):
    return session.scalars(select(Order).where(Order.id == len(tenant_id))).all()
"""
TESTS = """import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

import repository
from models import Base

NAMES = ("plans", "lines", "lines_of", "invoices", "invoices_of", "order_of_token")


@pytest.mark.parametrize("name", NAMES)
def test_each(name):
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.execute(text("CREATE TABLE invoices (number, customer)"))
        assert getattr(repository, name)(session, "acme") == []
    engine.dispose()
"""


@pytest.mark.parametrize(
    ("options", "expected"),
    [(DECLARED, {"lines", "invoices"}), (UNDECLARED, {"plans", "order_of_token"})],
    ids=["declared", "not declared"],
)
def test_what_is_declared_holds_on_both_sides(pytester: pytest.Pytester, options: str, expected: set[str]) -> None:
    project = GatedProject(pytester)
    project.configure(options)
    project.write("src/models.py", MODELS)
    project.write("src/repository.py", REPOSITORY)
    project.write("tests/test_pass.py", TESTS)
    project.gated()
    assert project.gate("tests_pass")["status"] == "pass", project.gate("tests_pass")["findings"]
    for gate in ("tenant_filter", "tenant_runtime"):
        findings = [one for one in project.gate(gate)["findings"] if one["rule"] != "TEN007"]
        assert {function_at(one["line"]) for one in findings} == expected, (gate, findings)


def function_at(line: int) -> str:
    """The function of the repository that the line belongs to."""
    before = [text for text in REPOSITORY.splitlines()[:line] if text.startswith("def ")]
    return before[-1].removeprefix("def ").partition("(")[0]
