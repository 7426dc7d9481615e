"""Idioms of peewee and Tortoise, each unbound and bound, as `tenant_filter` judges them."""

# ruff: noqa: E501 - each shape is one line of source
from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.tenant_project import both_sides, judged, side_of

PEEWEE = """
import peewee

class Base(peewee.Model):
    pass

class Order(Base):
    tenant_id = peewee.CharField()
    number = peewee.CharField()

class Item(Base):
    tenant_id = peewee.CharField()
    order = peewee.ForeignKeyField(Order, backref="items")
    number = peewee.CharField()
"""
PEEWEE_HEAD = """
import peewee
from peewee import fn, JOIN
from models import Item, Order

def asked(s, t: str, i: int):
    """
TORTOISE = """
from tortoise import fields
from tortoise.models import Model

class Tenant(Model):
    name = fields.TextField()

class Order(Model):
    tenant = fields.ForeignKeyField("models.Tenant", related_name="orders")
    number = fields.TextField()

class Item(Model):
    tenant = fields.ForeignKeyField("models.Tenant", related_name="items")
    order = fields.ForeignKeyField("models.Order", related_name="items")
    number = fields.TextField()
"""
TORTOISE_HEAD = """
from tortoise.expressions import Q, Subquery
from tortoise.functions import Count
from models import Item, Order

async def asked(t: str, i: int):
    """
OF_PEEWEE = {
    "select": (
        "return list(Order.select().where(Order.id == i))",
        "return list(Order.select().where(Order.id == i, Order.tenant_id == t))",
    ),
    "join": (
        "return list(Item.select().join(Order).where(Order.number == i))",
        "return list(Item.select().join(Order).where(Order.tenant_id == t))",
    ),
    "join_on": (
        "return list(Item.select(Item, Order).join(Order, on=(Item.number == Order.number)).where(Order.tenant_id == t))",
        "return list(Item.select(Item, Order).join(Order, on=(Item.order == Order.id)).where(Order.tenant_id == t))",
    ),
    "switch": (
        "return list(Order.select().join(Item).switch(Order).where(Item.number == i))",
        "return list(Order.select().join(Item).switch(Order).where(Order.tenant_id == t))",
    ),
    "get_by_id": ("return Order.get_by_id(i)", "return Order.get(Order.id == i, Order.tenant_id == t)"),
    "brackets": ("return Order[i]", "return Order.get((Order.id == i) & (Order.tenant_id == t))"),
    "get_or_none": (
        "return Order.get_or_none(Order.id == i)",
        "return Order.get_or_none(Order.id == i, Order.tenant_id == t)",
    ),
    "get_or_none_kw": ("return Order.get_or_none(id=i)", "return Order.get_or_none(id=i, tenant_id=t)"),
    "update": (
        'Order.update(number="x").where(Order.id == i).execute()',
        'Order.update(number="x").where(Order.id == i, Order.tenant_id == t).execute()',
    ),
    "update_dict": (
        'Order.update({Order.number: "x"}).where(Order.id == i).execute()',
        'Order.update({Order.number: "x"}).where((Order.id == i) & (Order.tenant_id == t)).execute()',
    ),
    "delete": (
        "Order.delete().where(Order.id == i).execute()",
        "Order.delete().where(Order.id == i, Order.tenant_id == t).execute()",
    ),
    "alias": (
        "o = Order.alias()\n    return list(o.select().where(o.id == i))",
        "o = Order.alias()\n    return list(o.select().where(o.tenant_id == t))",
    ),
    "backref": (
        "o = Order.get_by_id(i)\n    return list(o.items)",
        "o = Order.get(Order.id == i, Order.tenant_id == t)\n    return list(o.items)",
    ),
    "subquery": (
        "return list(Item.select().where(Item.order.in_(Order.select(Order.id).where(Order.number == i))))",
        "return list(Item.select().where(Item.order.in_(Order.select(Order.id).where(Order.tenant_id == t))))",
    ),
    "lshift": (
        "return list(Order.select().where(Order.id << [i]))",
        "return list(Order.select().where(Order.id << [i], Order.tenant_id == t))",
    ),
    "count": ("return Order.select().count()", "return Order.select().where(Order.tenant_id == t).count()"),
    "fn": (
        "return Order.select(fn.MAX(Order.id)).scalar()",
        "return Order.select(fn.MAX(Order.id)).where(Order.tenant_id == t).scalar()",
    ),
    "dicts": (
        "return list(Order.select().where(Order.number == i).dicts())",
        "return list(Order.select().where(Order.tenant_id == t).dicts())",
    ),
    "for": (
        "for o in Order.select():\n        print(o)",
        "for o in Order.select().where(Order.tenant_id == t):\n        print(o)",
    ),
    "or": (
        "return list(Order.select().where((Order.tenant_id == t) | (Order.id == i)))",
        'return list(Order.select().where((Order.tenant_id == t) & ((Order.id == i) | (Order.number == "1"))))',
    ),
    "filter": ("return list(Order.filter(id=i))", "return list(Order.filter(id=i, tenant_id=t))"),
    "exists": (
        "return Order.select().where(Order.number == i).exists()",
        "return Order.select().where(Order.number == i, Order.tenant_id == t).exists()",
    ),
    "raw": (
        'return list(Order.raw("SELECT * FROM order WHERE id = ?", i))',
        'return list(Order.raw("SELECT * FROM order WHERE tenant_id = ?", t))',
    ),
    "get_or_create": ("return Order.get_or_create(number=i)", "return Order.get_or_create(number=i, tenant_id=t)"),
}
OF_TORTOISE = {
    "get": ("return await Order.get(id=i)", "return await Order.get(id=i, tenant_id=t)"),
    "filter_rel": ("return await Item.filter(order__number=i)", "return await Item.filter(order__tenant_id=t)"),
    "filter_rel2": (
        "return await Item.filter(order__id=i).all()",
        "return await Item.filter(order__tenant__id=t).all()",
    ),
    "q": ("return await Order.filter(Q(id=i) | Q(tenant_id=t))", "return await Order.filter(Q(id=i) & Q(tenant_id=t))"),
    "get_or_none": ("return await Order.get_or_none(id=i)", "return await Order.get_or_none(id=i, tenant_id=t)"),
    "all": ("return await Order.all().limit(3)", "return await Order.filter(tenant_id=t).limit(3)"),
    "prefetch": (
        'return await Order.filter(id=i).prefetch_related("items")',
        'return await Order.filter(tenant_id=t).prefetch_related("items")',
    ),
    "related": (
        "o = await Order.get(id=i)\n    return await o.items.all()",
        "o = await Order.get(id=i, tenant_id=t)\n    return await o.items.all()",
    ),
    "update": (
        'await Order.filter(id=i).update(number="x")',
        'await Order.filter(id=i, tenant_id=t).update(number="x")',
    ),
    "delete": ("await Order.filter(id=i).delete()", "await Order.filter(id=i, tenant_id=t).delete()"),
    "exists": ("return await Order.exists(id=i)", "return await Order.exists(id=i, tenant_id=t)"),
    "first": ("return await Order.first()", "return await Order.filter(tenant_id=t).first()"),
    "exclude": ("return await Order.exclude(tenant_id=t)", "return await Order.filter(tenant_id=t).exclude(id=i)"),
    "subquery": (
        'return await Item.filter(order_id__in=Subquery(Order.filter(number=i).values("id")))',
        'return await Item.filter(order_id__in=Subquery(Order.filter(tenant_id=t).values("id")))',
    ),
    "raw": (
        'return await Order.raw("SELECT * FROM order WHERE id = 1")',
        "return await Order.filter(tenant_id=t).count()",
    ),
    "get_or_create": (
        "return await Order.get_or_create(number=i)",
        "return await Order.get_or_create(number=i, tenant_id=t)",
    ),
    "rel_manager": (
        "o = await Order.get(id=i)\n    return await o.items.filter(number=1)",
        "o = await Order.get(id=i, tenant_id=t)\n    return await o.items.filter(number=1)",
    ),
    "iterate": (
        "async for o in Order.all():\n        print(o)",
        "async for o in Order.filter(tenant_id=t):\n        print(o)",
    ),
    "values": ('return await Order.all().values("id")', 'return await Order.filter(tenant_id=t).values("id")'),
    "annotate": (
        'return await Order.annotate(n=Count("items")).filter(n__gt=1)',
        'return await Order.annotate(n=Count("items")).filter(n__gt=1, tenant_id=t)',
    ),
}


@pytest.mark.parametrize(("body", "side"), both_sides(OF_PEEWEE))
def test_peewee(tmp_path: Path, body: str, side: str) -> None:
    result = judged(tmp_path, PEEWEE, PEEWEE_HEAD + body + "\n")
    assert side_of(result) == side, result.findings


@pytest.mark.parametrize(("body", "side"), both_sides(OF_TORTOISE))
def test_tortoise(tmp_path: Path, body: str, side: str) -> None:
    result = judged(tmp_path, TORTOISE, TORTOISE_HEAD + body + "\n")
    assert side_of(result) == side, result.findings
