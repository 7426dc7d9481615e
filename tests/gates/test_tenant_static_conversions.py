"""Ids that are converted under a condition before they are looked up for the tenant, as `tenant_filter` judges them."""

# ruff: noqa: E501 - each shape is one line of source
from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.tenant_project import DJANGO, SIDES, SQLALCHEMY, both_sides, judged, side_of

HEAD = """
from uuid import UUID
from sqlalchemy import select
from elsewhere import to_uuid
from models import Item, Order

def as_uuid(value: str):
    try:
        return UUID(value)
    except ValueError:
        return None

def found_by_default(s, t: str, i: str = ""):
    return s.scalars(select(Order).where(Order.id == i, Order.tenant_id == t)).first()

def asked(s, t: str, i: str | UUID, j: str):
    """
GUARD = "order = s.scalars(select(Order).where(Order.id == i, Order.tenant_id == t)).first()\n    if not order:\n        raise LookupError\n    "
USE = "return s.scalars(select(Item).where(Item.order_id == i)).all()"
CONVERSIONS = {
    "known": "if isinstance(i, str):\n        i = UUID(i)\n    ",
    "unread": "if isinstance(i, str):\n        i = to_uuid(i)\n    ",
    "helper_that_may_give_none": "if isinstance(i, str):\n        i = as_uuid(i)\n    ",
    "expression": "i = UUID(i) if isinstance(i, str) else i\n    ",
    "expression_unread": "i = to_uuid(i) if isinstance(i, str) else i\n    ",
    "try": "try:\n        i = UUID(i)\n    except ValueError:\n        i = to_uuid(i)\n    ",
    "match": "match i:\n        case str():\n            i = to_uuid(i)\n    ",
    "default": "i = i or to_uuid(j)\n    ",
    "other_id": "if s.info:\n        i = j\n    ",
    "twice": "if isinstance(i, str):\n        i = to_uuid(i)\n    if isinstance(i, int):\n        i = to_uuid(i)\n    ",
}
CONVERTED = {name: (f"{how}{USE}", f"{how}{GUARD}{USE}") for name, how in CONVERSIONS.items()}
CONVERTED["in_the_query"] = (
    "return s.scalars(select(Item).where(Item.order_id == (UUID(i) if isinstance(i, str) else i))).all()",
    f"s.scalars(select(Order).where(Order.id == (UUID(i) if isinstance(i, str) else i), Order.tenant_id == t)).one()\n    {USE}",
)
CONVERTED["converted_again"] = (
    f"if isinstance(i, str):\n        i = to_uuid(i)\n    i = str(i)\n    {USE}",
    f"{GUARD}if isinstance(i, str):\n        i = UUID(i)\n    {USE}",
)
NOT_PROVEN = {
    "another_afterwards": f"{GUARD}if s.info:\n        i = j\n    {USE}",
    "between_look_up_and_guard": f"order = s.scalars(select(Order).where(Order.id == i, Order.tenant_id == t)).first()\n    if isinstance(i, str):\n        i = j\n    if not order:\n        raise LookupError\n    {USE}",
    "between_two_choices": f"if s.info:\n        i = j\n    order = s.scalars(select(Order).where(Order.id == i, Order.tenant_id == t)).first()\n    i = j if s.info else t\n    if not order:\n        raise LookupError\n    {USE}",
    "kept_before": f"before = i\n    if s.info:\n        i = j\n    {GUARD}return s.scalars(select(Item).where(Item.order_id == before)).all()",
    "one_of_several": f"if s.info:\n        i = to_uuid(i)\n    s.scalars(select(Order).where(Order.id.in_(i), Order.tenant_id == t)).one()\n    {USE}",
    "without_guard": "if isinstance(i, str):\n        i = to_uuid(i)\n    s.scalars(select(Order).where(Order.id == i, Order.tenant_id == t)).first()\n    "
    + USE,
    "look_up_without_tenant": "if isinstance(i, str):\n        i = to_uuid(i)\n    return s.scalars(select(Item).join(Order).where(Order.id == i)).all()",
    "variable_of_another_function": f"order = found_by_default(s, t)\n    if not order:\n        raise LookupError\n    {USE}",
}


@pytest.mark.parametrize(("body", "side"), both_sides(CONVERTED))
def test_a_conversion_keeps_what_a_look_up_proves(tmp_path: Path, body: str, side: str) -> None:
    assert side_of(judged(tmp_path, SQLALCHEMY, HEAD + body + "\n")) == side


@pytest.mark.parametrize("body", NOT_PROVEN.values(), ids=NOT_PROVEN)
def test_what_was_not_looked_up_stays_unbound(tmp_path: Path, body: str) -> None:
    found = judged(tmp_path, SQLALCHEMY, HEAD + body + "\n").findings
    assert found
    assert {one.rule for one in found} <= {"TEN001", "TEN002"}


@pytest.mark.parametrize("side", SIDES)
def test_a_conversion_before_a_look_up_of_django(tmp_path: Path, side: str) -> None:
    look_up = "get_object_or_404(Order, pk=i, tenant__slug=slug)\n    " if side == "bound" else ""
    head = (
        "from django.shortcuts import get_object_or_404\nfrom elsewhere import number\nfrom models import Item, Order\n"
    )
    convert = "if isinstance(i, str):\n        i = number(i)\n    "
    source = f"{head}\ndef asked(slug, i):\n    {convert}{look_up}return Item.objects.filter(order_id=i).count()\n"
    assert side_of(judged(tmp_path, DJANGO, source)) == side
