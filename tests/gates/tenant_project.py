"""Models and queries on disk, what `tenant_filter` says of them, and idioms that come unbound and bound."""

# ruff: noqa: E501 - the imports are one line of source
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_agentgates.core.verdict import GateResult
from pytest_agentgates.gates.tenant_filter import TenantFilter
from tests.real_workspace import real_workspace

SIDES = ("unbound", "bound")
SQLALCHEMY = """
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()

class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    tenant_id = Column(String)
    number = Column(String)

class Item(Base):
    __tablename__ = "items"
    id = Column(Integer, primary_key=True)
    tenant_id = Column(String)
    order_id = Column(ForeignKey("orders.id"))
    number = Column(String)
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
DJANGO = """
from django.db import models

class Tenant(models.Model):
    slug = models.SlugField()

class User(models.Model):
    name = models.TextField()

class Order(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="orders")

class Item(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
"""
SQLALCHEMY_HEAD = """
from sqlalchemy import and_, any_, bindparam, case, delete, exists, func, insert, not_, or_, select, text, true, tuple_, union_all, update
from sqlalchemy.orm import aliased, joinedload, selectinload, with_loader_criteria, contains_eager, Session
from elsewhere import current, filters, where
from models import Base, Item, Order

"""
SQLALCHEMY_ASKED = f"""{SQLALCHEMY_HEAD}def asked(s, t: str, i: int):
    """


def both_sides(pairs: Mapping[str, tuple[str, str]]) -> list[Any]:
    """Each idiom as it leaks and as it does not, beside the side that it is on."""
    return [
        pytest.param(body, side, id=f"{name}-{side}")
        for name, pair in pairs.items()
        for body, side in zip(pair, SIDES, strict=True)
    ]


def judged(tmp_path: Path, models: str, source: str, options: TenantFilter | None = None) -> GateResult:
    """What the gate says of a file with models and a file with queries."""
    workspace = real_workspace(tmp_path, {"models.py": models, "app.py": source})
    return (options or TenantFilter(shared=("Tenant", "User"))).check(workspace)


def side_of(result: GateResult) -> str:
    """Unbound where anything is found, bound where nothing is, and neither where something is left to run time."""
    if result.findings:
        return "unbound"
    return "bound" if left(result) == 0 else "left to run time"


def left(result: GateResult) -> object:
    """How many queries could not be told."""
    return result.facts["left_to_run_time_count"]
