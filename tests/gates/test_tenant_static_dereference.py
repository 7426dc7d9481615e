"""Rows of a bound look-up that are used without a test: without a row the function would have ended."""

# ruff: noqa: E501 - each shape is one line of source
from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.tenant_project import SQLALCHEMY, both_sides, judged, side_of

HEAD = """
from sqlalchemy import select
from models import Item, Order

def asked(s, t: str, i: int, j: int):
    """
LOOK_UP = "order = s.scalars(select(Order).where(Order.id == i, Order.tenant_id == t)).first()\n    "
USE = "return s.scalars(select(Item).where(Item.order_id == i)).all()"
USED = {
    "read": (f"{LOOK_UP}print(order)\n    {USE}", f"{LOOK_UP}print(order.number)\n    {USE}"),
    "set": (f"{LOOK_UP}order = None\n    {USE}", f"{LOOK_UP}order.number = 'a'\n    {USE}"),
    "of_the_result": (
        f"{LOOK_UP}print(order.rowcount)\n    {USE}",
        f"{LOOK_UP}if order.number == 'a':\n        return []\n    {USE}",
    ),
    "either": (
        f"{LOOK_UP}number = order.number if order else ''\n    {USE}",
        f"{LOOK_UP}number = order.number\n    {USE}",
    ),
    "and": (
        f"{LOOK_UP}if order and order.number == 'a':\n        return []\n    {USE}",
        f"{LOOK_UP}if order.number == 'a' and j:\n        return []\n    number = order.number\n    {USE}",
    ),
    "or": (
        f"{LOOK_UP}print(j or order.number)\n    {USE}",
        f"{LOOK_UP}print(order.number or j)\n    order.number = 'a'\n    {USE}",
    ),
    "lambda": (f"{LOOK_UP}later = lambda: order.number\n    {USE}", f"{LOOK_UP}later = order.number\n    {USE}"),
    "list": (
        f"{LOOK_UP}numbers = [order.number for k in j]\n    {USE}",
        f"{LOOK_UP}numbers = [order.number]\n    {USE}",
    ),
    "branch": (
        f"{LOOK_UP}if j:\n        print(order.number)\n    {USE}",
        f"{LOOK_UP}if j:\n        print(order.number)\n        {USE}",
    ),
    "caught": (
        f"{LOOK_UP}try:\n        print(order.number)\n    except AttributeError:\n        pass\n    {USE}",
        f"{LOOK_UP}try:\n        print(order.number)\n    except AttributeError:\n        return []\n    {USE}",
    ),
    "before": (
        f"order = s.info['order']\n    print(order.number)\n    {LOOK_UP}{USE}",
        f"{LOOK_UP}print(order.number)\n    {USE}",
    ),
    "one_of_two": (
        f"{LOOK_UP}order = order if j else s.scalars(select(Order).where(Order.tenant_id == t)).first()\n    print(order.number)\n    {USE}",
        f"{LOOK_UP}print(order.number)\n    {USE}",
    ),
    "loop": (
        f"for order in s.scalars(select(Order).where(Order.id == i, Order.tenant_id == t)):\n        print(order.number)\n    {USE}",
        f"for order in s.scalars(select(Order).where(Order.id == i, Order.tenant_id == t)):\n        print(order.number)\n        {USE}",
    ),
    "demanded_perhaps": (
        f"order = s.query(Order).filter(Order.id == i, Order.tenant_id == t).one() if j else None\n    {USE}",
        f"order = s.query(Order).filter(Order.id == i, Order.tenant_id == t).one()\n    {USE}",
    ),
    "other_id": (
        f"{LOOK_UP}print(order.number)\n    return s.scalars(select(Item).where(Item.order_id == j)).all()",
        f"{LOOK_UP}print(order.number)\n    {USE}",
    ),
    "without_tenant": (
        "order = s.scalars(select(Order).where(Order.id == i)).first()\n    print(order.number)\n    " + USE,
        f"{LOOK_UP}print(order.number)\n    {USE}",
    ),
}


@pytest.mark.parametrize(("body", "side"), both_sides(USED))
def test_a_row_that_is_used_was_found(tmp_path: Path, body: str, side: str) -> None:
    assert side_of(judged(tmp_path, SQLALCHEMY, HEAD + body + "\n")) == side
