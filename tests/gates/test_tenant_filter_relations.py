"""Relations of SQLAlchemy and queries of SQLModel, each unbound and bound, as `tenant_filter` judges them."""

# ruff: noqa: E501 - each shape is one line of source
from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.test_tenant_static_shapes import judged, left

HEAD = """
from sqlalchemy import and_, any_, bindparam, case, delete, exists, func, insert, not_, or_, select, text, true, tuple_, union_all, update
from sqlalchemy.orm import aliased, joinedload, selectinload, with_loader_criteria, contains_eager, Session
from elsewhere import current, filters, where
from models import Base, Item, Order

def asked(s, t: str, i: int):
    """
MAPPED = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(DeclarativeBase):
    pass

class TenantMixin:
    tenant_id: Mapped[str] = mapped_column(index=True)

class Order(TenantMixin, Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    items: Mapped[list["Item"]] = relationship(back_populates="order")

class Item(TenantMixin, Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    number: Mapped[str]
    order: Mapped[Order] = relationship(back_populates="items")
"""
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


@pytest.mark.parametrize("side", ["unbound", "bound"])
@pytest.mark.parametrize("pair", RELATIONS.values(), ids=RELATIONS)
def test_relations(tmp_path: Path, pair: tuple[str, str], side: str) -> None:
    result = judged(tmp_path, MAPPED, HEAD + pair[side == "bound"] + "\n")
    if side == "unbound":
        assert result.findings
    else:
        assert [str(one) for one in result.findings] == []
        assert left(result) == 0


@pytest.mark.parametrize("side", ["unbound", "bound"])
@pytest.mark.parametrize("pair", OF_SQLMODEL.values(), ids=OF_SQLMODEL)
def test_statements_of_sqlmodel(tmp_path: Path, pair: tuple[str, str], side: str) -> None:
    result = judged(tmp_path, SQLMODEL, SQLMODEL_HEAD + pair[side == "bound"] + "\n")
    if side == "unbound":
        assert result.findings
    else:
        assert [str(one) for one in result.findings] == []
        assert left(result) == 0
