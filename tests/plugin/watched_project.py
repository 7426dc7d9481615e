"""A project whose statements `tenant_runtime` watches: texts it is set up with, and what the gate finds in it."""

from __future__ import annotations

from typing import Any

from tests.gated_project import GatedProject

OWNED = """
[tool.agentgates.gates.tenant_runtime]
owned = { orders = "tenant_id" }
"""
MAPPED_ORDER = """from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]
"""
CONNECTION = """@pytest.fixture
def one():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, tenant_id)")
    yield connection
    connection.close()
"""


def findings_of(project: GatedProject, tests: str, *args: str) -> list[dict[str, Any]]:
    """What the gate finds in a suite that passes."""
    project.write("tests/test_pass.py", tests)
    project.gated(*args)
    assert project.gate("tests_pass")["status"] == "pass", project.gate("tests_pass")["findings"]
    found: list[dict[str, Any]] = project.gate("tenant_runtime")["findings"]
    return found
