"""Which tables, columns and foreign keys are found in mapped classes, without importing them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.source.mapped_tables import MappedTables, Ownership, mapped_tables_of, tenant_tables
from tests.real_workspace import real_workspace

SQLALCHEMY_2 = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship

class Base(DeclarativeBase):
    id: Mapped[int] = mapped_column(primary_key=True)

class OfTenant:
    @declared_attr
    def tenant_id(cls) -> Mapped[str]:
        return mapped_column(ForeignKey("tenants.id"))

class Tenant(Base):
    __tablename__ = "tenants"

class Order(OfTenant, Base):
    __tablename__ = "orders"
    total: Mapped[int]

class Item(Base):
    __tablename__ = "items"
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id))
    order: Mapped["Order"] = relationship(backref="items")
"""
SQLALCHEMY_1 = """
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table
from sqlalchemy.orm import declarative_base

Base = declarative_base()
metadata = MetaData()

class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    tenant = Column("tenant_id", Integer)

items = Table("items", metadata, Column("id", Integer), Column("order_id", ForeignKey("orders.id")))
"""
SQLMODEL = """
from sqlmodel import Field, SQLModel

class OrderIn(SQLModel):
    tenant_id: str

class Order(OrderIn, table=True):
    id: int = Field(primary_key=True)

class OrderItem(SQLModel, table=True):
    __tablename__ = "items"
    id: int = Field(primary_key=True)
    order_id: int = Field(foreign_key="order.id")
"""
DJANGO = """
from django.db import models

class OfTenant(models.Model):
    tenant = models.ForeignKey("app.Tenant", on_delete=models.CASCADE)
    class Meta:
        abstract = True

class Tenant(models.Model):
    pass

class Order(OfTenant):
    class Meta:
        db_table = "orders"

class Item(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    class Meta:
        db_table = "items"
"""
PEEWEE = """
import peewee as pw

class Base(pw.Model):
    class Meta:
        database = None

class Order(Base):
    tenant_id = pw.CharField()
    class Meta:
        table_name = "orders"

class Item(Base):
    order = pw.ForeignKeyField(Order, backref="items")
    class Meta:
        table_name = "items"
"""
TORTOISE = """
from tortoise import fields
from tortoise.models import Model

class Order(Model):
    tenant_id = fields.IntField()
    class Meta:
        table = "orders"

class Item(Model):
    order = fields.ForeignKeyField("models.Order", related_name="items")
    class Meta:
        table = "items"
"""


def mapped(tmp_path: Path, **files: str) -> MappedTables:
    return mapped_tables_of(real_workspace(tmp_path, {f"{name}.py": text for name, text in files.items()}))


@pytest.mark.parametrize(
    ("source", "orders"),
    [
        (SQLALCHEMY_2, "orders"),
        (SQLALCHEMY_1, "orders"),
        (SQLMODEL, "order"),
        (DJANGO, "orders"),
        (PEEWEE, "orders"),
        (TORTOISE, "orders"),
    ],
    ids=["sqlalchemy_2", "sqlalchemy_1", "sqlmodel", "django", "peewee", "tortoise"],
)
def test_each_library_gives_the_owned_table_and_the_key_to_it(tmp_path: Path, source: str, orders: str) -> None:
    found = tenant_tables(mapped(tmp_path, models=source), Ownership())
    assert found.columns == {orders: "tenant_id"}
    keys = [(key.table, key.column, key.target, key.target_column) for key in found.foreign_keys]
    assert ("items", "order_id", orders, "id") in keys


def test_a_base_in_another_file_gives_its_columns(tmp_path: Path) -> None:
    base = DJANGO.partition("class Tenant")[0]
    models = (
        "from base import OfTenant\nfrom django.db import models\nclass Note(OfTenant):\n    text = models.TextField()"
    )
    found = mapped(tmp_path, base=base, models=models)
    assert [one.name for one in found.tables] == ["Note"]
    assert tenant_tables(found, Ownership()).columns == {"note": "tenant_id"}


def test_the_configuration_corrects_what_is_found(tmp_path: Path) -> None:
    found = mapped(tmp_path, models=SQLALCHEMY_2)
    ownership = Ownership(("tenant_id",), (("public.notes", "tenant_id"),), ("Order",), (("Item", "order_id"),))
    assert tenant_tables(found, ownership).columns == {"items": None, "notes": "tenant_id"}


def test_a_code_base_has_one_kind_of_tenant(tmp_path: Path) -> None:
    more = SQLALCHEMY_2 + "\nclass Link(OfTenant, Base):\n    __tablename__ = 'links'\n    account_id: Mapped[int]\n"
    assert tenant_tables(mapped(tmp_path, models=more), Ownership()).names == ("tenant_id",)
