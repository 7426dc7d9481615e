"""Relations of SQLAlchemy with a condition of their own (`primaryjoin`), as `tenant_filter` judges them."""

# ruff: noqa: E501 - each shape is one line of source
from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.tenant_project import SIDES, both_sides, judged, side_of

MODELS = """
from sqlalchemy import ForeignKey, and_, or_
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, foreign, mapped_column, relationship

class Base(DeclarativeBase):
    pass

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]
    number: Mapped[str]

class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]
    order_number: Mapped[str]
    parent_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    RELATION
"""
SQLMODEL = """
from sqlmodel import Field, Relationship, SQLModel

class Order(SQLModel, table=True):
    id: int = Field(primary_key=True)
    tenant_id: str
    number: str

class Note(SQLModel, table=True):
    id: int = Field(primary_key=True)
    tenant_id: str
    order_number: str
    order: "Order" = Relationship(sa_relationship_kwargs={"uselist": False, "primaryjoin": "CONDITION"})
"""
HEAD = """
from sqlalchemy import select
from sqlalchemy.orm import aliased
from models import Note, Order

def asked(s, t: str, i: int):
    """
NUMBER = "foreign(Note.order_number) == Order.number"
TENANT = "Note.tenant_id == Order.tenant_id"
BOTH = f"and_({NUMBER}, {TENANT})"
BY_ID = "foreign(Note.parent_id) == Order.id"
CONDITIONS = {
    "both": (NUMBER, BOTH),
    "either": (f"or_({BY_ID}, {NUMBER})", f"or_({BY_ID}, {BOTH})"),
    "id": (NUMBER, BY_ID),
}
FORMS = {
    "text": 'order: Mapped[Order] = relationship("Order", primaryjoin="CONDITION", viewonly=True)',
    "lambda": 'order = relationship("Order", primaryjoin=lambda: CONDITION)',
    "declared": '@declared_attr\n    def order(cls) -> Mapped[Order]:\n        return relationship("Order", primaryjoin="CONDITION")',
    "of_class": "@declared_attr\n    def order(cls) -> Mapped[Order]:\n        return relationship(Order, primaryjoin=lambda: CONDITION)",
    "columns": "order = relationship(Order, primaryjoin=CONDITION)",
}
QUERIES = {
    "join": "return s.execute(select(Note).join(Note.order).where(Note.tenant_id == t)).all()",
    "outer": "return s.execute(select(Note, Order).outerjoin(Note.order).where(Note.tenant_id == t)).all()",
    "legacy": "return s.query(Order).join(Note.order).filter(Note.tenant_id == t, Note.id == i).all()",
    "alias": "o = aliased(Order)\n    return s.execute(select(Note).join(Note.order.of_type(o)).where(Note.tenant_id == t)).all()",
    "alias_of_holder": "n = aliased(Note)\n    return s.execute(select(n).join(n.order).where(n.tenant_id == t)).all()",
    "has": "return s.scalars(select(Note).where(Note.order.has(Order.tenant_id == t))).all()",
}


def formed(form: str, name: str, class_written: str = "Note.") -> tuple[str, str]:
    """A relation with the unbound and the bound condition; its own class may be written otherwise, or left out."""
    unbound, bound = (FORMS[form].replace("CONDITION", one) for one in CONDITIONS[name])
    return unbound.replace("Note.", class_written), bound.replace("Note.", class_written)


FORMED = {f"{form}-{name}": formed(form, name) for form in FORMS for name in CONDITIONS}
FORMED["cls"] = formed("of_class", "both", "cls.")
FORMED["columns-both"] = formed("columns", "both", "")
NEVER = {
    "through_another_table": 'order = relationship("Order", secondary="links", primaryjoin="Note.tenant_id == links.c.tenant_id")',
    "another_class": 'order = relationship("Order", primaryjoin="and_(Note.order_number == foreign(Order.number), Order.tenant_id == Other.tenant_id)")',
    "unequal": 'order = relationship("Order", primaryjoin="and_(Note.order_number == foreign(Order.number), Note.tenant_id != Order.tenant_id)")',
    "negated": 'order = relationship("Order", primaryjoin="not_(Note.tenant_id == Order.tenant_id)")',
    "unread_name": 'order = relationship("Order", primaryjoin="and_(Note.order_number == foreign(Order.number), Order.tenant_id == somewhere.Note.tenant_id)")',
}


@pytest.mark.parametrize(("relation", "side"), both_sides(FORMED))
def test_a_relation_binds_by_its_own_condition(tmp_path: Path, relation: str, side: str) -> None:
    result = judged(tmp_path, MODELS.replace("RELATION", relation), HEAD + QUERIES["join"] + "\n")
    assert side_of(result) == side


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_every_way_to_join_reads_the_condition(tmp_path: Path, query: str, side: str) -> None:
    relation = FORMED["text-both"][SIDES.index(side)]
    assert side_of(judged(tmp_path, MODELS.replace("RELATION", relation), HEAD + query + "\n")) == side


@pytest.mark.parametrize("side", SIDES)
def test_a_relation_of_sqlmodel_binds_by_its_own_condition(tmp_path: Path, side: str) -> None:
    condition = CONDITIONS["both"][SIDES.index(side)]
    assert side_of(judged(tmp_path, SQLMODEL.replace("CONDITION", condition), HEAD + QUERIES["join"] + "\n")) == side


@pytest.mark.parametrize("relation", NEVER.values(), ids=NEVER)
def test_a_condition_that_does_not_equate_the_tenants_binds_nothing(tmp_path: Path, relation: str) -> None:
    models = MODELS.replace('mapped_column(ForeignKey("orders.id"))', "mapped_column()").replace("RELATION", relation)
    assert side_of(judged(tmp_path, models, HEAD + QUERIES["join"] + "\n")) == "unbound"
