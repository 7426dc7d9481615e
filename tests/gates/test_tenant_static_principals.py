"""Statements that a repository builds for whoever is signed in, as `tenant_filter` judges them."""

# ruff: noqa: E501 - each shape is one line of source
from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.tenant_project import MAPPED, SIDES, judged, side_of

STATEMENTS = """model: type

    def __init__(self, session):
        self.session = session

    def start(self):
        return select(self.model)

    def one(self, statement):
        return self.session.execute(statement).scalar_one_or_none()"""
REPOSITORY = """
from sqlalchemy import select
from sqlalchemy.orm import joinedload, load_only, raiseload, selectinload
from models import Item, Order

class Repository:
    STATEMENTS

class Orders(Repository):
    model = Order

    def by_id(self, tenant_id: str, i: int, *, options=()):
        return self.one(self.start().where(CONDITION).options(*options))

    def eager(self, items=None):
        return (items or joinedload(Order.items), selectinload(Order.items).joinedload(Item.order).options(raiseload("*")))

def asked(s, tenant_id: str, i: int):
    orders = Orders(s)
    return orders.by_id(tenant_id, i, options=LOADED)
""".replace("STATEMENTS", STATEMENTS)
METHOD_LINE = 22
LOADED = {
    "method": "orders.eager()",
    "method_with_argument": "orders.eager(items=joinedload(Order.items))",
    "chain": "[joinedload(Order.items).joinedload(Item.order)]",
    "long_chain": "(selectinload(Order.items).joinedload(Item.order).load_only(Order.number),)",
}


@pytest.mark.parametrize("loaded", LOADED.values(), ids=LOADED)
@pytest.mark.parametrize("side", SIDES)
def test_what_is_loaded_beside_is_no_condition(tmp_path: Path, loaded: str, side: str) -> None:
    condition = "Order.id == i, Order.tenant_id == tenant_id" if side == "bound" else "Order.id == i, tenant_id != ''"
    source = REPOSITORY.replace("CONDITION", condition).replace("LOADED", loaded)
    found = judged(tmp_path, MAPPED, source).findings
    assert [one.line for one in found] == ([] if side == "bound" else [METHOD_LINE])


GENERIC = """
from typing import Generic, TypeVar
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from models import Item, Order

Key = TypeVar("Key")

class Repository(Generic[Key]):
    STATEMENTS

    def by_id(self, tenant_id: str, i: Key, *, options=()):
        return self.one(self.start().where(CONDITION).options(*options))

class Orders(Repository[int]):
    model = Order

class Shop:
    def open(self, s, tenant_id: str, i: int):
        return Orders(s).by_id(tenant_id, i, options=[joinedload(Order.items).joinedload(Item.order)])
""".replace("STATEMENTS", STATEMENTS)


@pytest.mark.parametrize("side", SIDES)
def test_a_generic_base_is_judged_at_its_method_alone(tmp_path: Path, side: str) -> None:
    condition = "self.model.id == i" + (", self.model.tenant_id == tenant_id" if side == "bound" else "")
    found = judged(tmp_path, MAPPED, GENERIC.replace("CONDITION", condition)).findings
    assert [one.line for one in found] == ([] if side == "bound" else [22])


def test_a_caller_that_is_read_first_hides_nothing(tmp_path: Path) -> None:
    deep = """
from sqlalchemy import select
from models import Order

def asked(s, i: int):
    return shown(s, i)

def shown(s, i: int):
    return found(s, i)

def found(s, i: int):
    return run(s, started().where(Order.id == i))

def started():
    return select(Order)

def run(s, statement):
    return s.scalars(statement).all()
"""
    assert [one.line for one in judged(tmp_path, MAPPED, deep).findings] == [12]


@pytest.mark.parametrize("side", SIDES)
def test_a_helper_that_returns_nothing_executes_what_it_is_given(tmp_path: Path, side: str) -> None:
    more = ", Order.tenant_id == t" if side == "bound" else ""
    source = f"""
from sqlalchemy import delete
from models import Order

def run(s, statement):
    s.execute(statement)

def removed(s, t: str, i: int):
    run(s, delete(Order).where(Order.id == i{more}))
"""
    assert side_of(judged(tmp_path, MAPPED, source)) == side
