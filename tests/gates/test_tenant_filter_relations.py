"""Relations of SQLAlchemy and queries of SQLModel, each unbound and bound, as `tenant_filter` judges them."""

# ruff: noqa: E501 - each shape is one line of source
from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.tenant_project import MAPPED, SQLALCHEMY_ASKED, both_sides, judged, side_of

SQLMODEL = """
from sqlmodel import Field, Relationship, SQLModel

class Tenant(SQLModel, table=True):
    id: int = Field(primary_key=True)

class Order(SQLModel, table=True):
    id: int = Field(primary_key=True)
    tenant_id: str = Field(foreign_key="tenant.id")
    number: str
    items: list["Item"] = Relationship(back_populates="order")

class Item(SQLModel, table=True):
    id: int = Field(primary_key=True)
    tenant_id: str
    order_id: int = Field(foreign_key="order.id")
    number: str
    order: Order = Relationship(back_populates="items")
"""
SQLMODEL_HEAD = """
from sqlmodel import Session, col, select, func, or_
from models import Item, Order

def asked(s: Session, t: str, i: int):
    """
RELATIONS = {
    "relationship_join": (
        "return s.execute(select(Item).join(Item.order).where(Order.number == i)).all()",
        "return s.execute(select(Item).join(Item.order).where(Order.tenant_id == t)).all()",
    ),
    "relationship_back": (
        "return s.scalars(select(Order).join(Order.items).where(Item.id == i)).all()",
        "return s.scalars(select(Order).join(Order.items).where(Item.tenant_id == t)).all()",
    ),
    "relationship_any": (
        "return s.scalars(select(Order).where(Order.items.any(Item.number == i))).all()",
        "return s.scalars(select(Order).where(Order.items.any(Item.tenant_id == t))).all()",
    ),
    "relationship_has": (
        "return s.scalars(select(Item).where(Item.order.has(Order.number == i))).all()",
        "return s.scalars(select(Item).where(Item.order.has(Order.tenant_id == t))).all()",
    ),
    "relationship_has_kw": (
        "return s.scalars(select(Item).where(Item.order.has(number=i))).all()",
        "return s.scalars(select(Item).where(Item.order.has(tenant_id=t))).all()",
    ),
    "joinedload": (
        "return s.scalars(select(Order).options(joinedload(Order.items)).where(Order.id == i)).all()",
        "return s.scalars(select(Order).options(joinedload(Order.items)).where(Order.tenant_id == t)).all()",
    ),
    "lazy_of_bound": (
        "o = s.get(Order, i)\n    return [x.id for x in o.items]",
        "o = s.scalars(select(Order).where(Order.tenant_id == t)).one()\n    return [x.id for x in o.items]",
    ),
    "join_of_type": (
        "o = aliased(Order)\n    return s.execute(select(Item).join(Item.order.of_type(o)).where(o.number == i)).all()",
        "o = aliased(Order)\n    return s.execute(select(Item).join(Item.order.of_type(o)).where(o.tenant_id == t)).all()",
    ),
    "select_from_join": (
        "return s.execute(select(Item.id).select_from(Order).join(Item, Item.order_id == Order.id).where(Order.number == i)).all()",
        "return s.execute(select(Item.id).select_from(Order).join(Item, Item.order_id == Order.id).where(Order.tenant_id == t)).all()",
    ),
    "implicit_join": (
        "return s.execute(select(Item, Order).where(Item.order_id == Order.id, Order.number == i)).all()",
        "return s.execute(select(Item, Order).where(Item.order_id == Order.id, Order.tenant_id == t)).all()",
    ),
}
OF_SQLMODEL = {
    "exec": (
        "return s.exec(select(Order).where(Order.id == i)).first()",
        "return s.exec(select(Order).where(Order.id == i, Order.tenant_id == t)).first()",
    ),
    "col_in": (
        "return s.exec(select(Order).where(col(Order.id).in_([i]))).all()",
        "return s.exec(select(Order).where(col(Order.id).in_([i]), col(Order.tenant_id) == t)).all()",
    ),
    "get": (
        "return s.get(Order, i)",
        "return s.exec(select(Order).where(Order.id == i).where(Order.tenant_id == t)).one()",
    ),
    "join": (
        "return s.exec(select(Item, Order).join(Order).where(Order.number == i)).all()",
        "return s.exec(select(Item, Order).join(Order).where(Order.tenant_id == t)).all()",
    ),
    "two": (
        "return s.exec(select(Item, Order).where(Item.number == Order.number, Order.tenant_id == t)).all()",
        "return s.exec(select(Item, Order).where(Item.order_id == Order.id).where(Order.tenant_id == t)).all()",
    ),
    "isouter": (
        "return s.exec(select(Order, Item).join(Item, Item.number == Order.number, isouter=True).where(Order.tenant_id == t)).all()",
        "return s.exec(select(Order, Item).join(Item, Item.order_id == Order.id, isouter=True).where(Order.tenant_id == t)).all()",
    ),
}


@pytest.mark.parametrize(("body", "side"), both_sides(RELATIONS))
def test_relations(tmp_path: Path, body: str, side: str) -> None:
    result = judged(tmp_path, MAPPED, SQLALCHEMY_ASKED + body + "\n")
    assert side_of(result) == side, result.findings


@pytest.mark.parametrize(("body", "side"), both_sides(OF_SQLMODEL))
def test_statements_of_sqlmodel(tmp_path: Path, body: str, side: str) -> None:
    result = judged(tmp_path, SQLMODEL, SQLMODEL_HEAD + body + "\n")
    assert side_of(result) == side, result.findings
