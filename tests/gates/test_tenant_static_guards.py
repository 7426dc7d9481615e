"""Guards, objects of callers, and conditions that stand alone, as `tenant_filter` judges them."""

# ruff: noqa: E501 - each shape is one line of source
from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.tenant_project import DJANGO, SQLALCHEMY, judged

HEAD = """
from sqlalchemy import and_, exists, or_, select
from models import Item, Order

def asked(s, t: str, i: int, j: int):
    """
LOOK_UP = "order = s.scalars(select(Order).where(Order.id == i, Order.tenant_id == t)).first()\n    "
USE = "return s.scalars(select(Item).where(Item.order_id == i)).all()"
GUARDED = {
    "raise": f"{LOOK_UP}if not order:\n        raise LookupError\n    {USE}",
    "none": f"{LOOK_UP}if order is None:\n        return None\n    {USE}",
    "inside": f"{LOOK_UP}if order is not None:\n        {USE}",
    "either_missing": f"{LOOK_UP}if not j or not order:\n        return None\n    {USE}",
    "assert": f"{LOOK_UP}assert order\n    {USE}",
    "one": f"order = s.execute(select(Order).where(Order.id == i, Order.tenant_id == t)).scalar_one()\n    {USE}",
    "legacy": f"s.query(Order).filter(Order.id == i, Order.tenant_id == t).one()\n    {USE}",
    "converted": f"order = s.query(Order).filter(Order.id == str(i), Order.tenant_id == t).first()\n    if not order:\n        raise LookupError\n    {USE}",
    "variable": "k = s.info['k']\n    s.query(Order).filter(Order.id == k, Order.tenant_id == t).one()\n    return s.scalars(select(Item).where(Item.order_id == k)).all()",
}
UNGUARDED = {
    "no_guard": f"{LOOK_UP}{USE}",
    "goes_on": f"{LOOK_UP}if not order:\n        print(i)\n    {USE}",
    "other_id": f"{LOOK_UP}if not order:\n        raise LookupError\n    return s.scalars(select(Item).where(Item.order_id == j)).all()",
    "both_missing": f"{LOOK_UP}if not order and not j:\n        raise LookupError\n    {USE}",
    "one_of_several": "order = s.scalars(select(Order).where(Order.id.in_(i), Order.tenant_id == t)).first()\n    if not order:\n        raise LookupError\n    return s.scalars(select(Item).where(Item.order_id.in_(i))).all()",
    "or": f"order = s.scalars(select(Order).where(or_(Order.id == i, Order.id == j), Order.tenant_id == t)).first()\n    if not order:\n        raise LookupError\n    {USE}",
    "given_anew": f"{LOOK_UP}if not order:\n        raise LookupError\n    i = j\n    {USE}",
    "by_number": "order = s.scalars(select(Order).where(Order.number == i, Order.tenant_id == t)).first()\n    if not order:\n        raise LookupError\n    return s.scalars(select(Item).where(Item.order_id == i)).all()",
}


@pytest.mark.parametrize("body", GUARDED.values(), ids=GUARDED)
def test_an_id_whose_row_was_found_for_the_tenant_binds(tmp_path: Path, body: str) -> None:
    assert [str(one) for one in judged(tmp_path, SQLALCHEMY, HEAD + body + "\n").findings] == []


@pytest.mark.parametrize("body", UNGUARDED.values(), ids=UNGUARDED)
def test_a_look_up_that_proves_nothing_binds_nothing(tmp_path: Path, body: str) -> None:
    found = judged(tmp_path, SQLALCHEMY, HEAD + body + "\n").findings
    assert [one.message for one in found] == ["Item is not bound to the tenant"]


@pytest.mark.parametrize(
    ("guard", "found"),
    [
        ("if not Order.objects.filter(pk=i, tenant__slug=slug).exists():\n        raise LookupError", 0),
        ("get_object_or_404(Order, pk=i, tenant__slug=slug)", 0),
        ("Order.objects.get(pk=i, tenant__slug=slug)", 0),
        ("Order.objects.filter(pk=i, tenant__slug=slug).first()", 1),
        ("if not Order.objects.filter(pk__in=i, tenant__slug=slug).exists():\n        raise LookupError", 1),
    ],
)
def test_guards_of_django(tmp_path: Path, guard: str, found: int) -> None:
    head = "from django.shortcuts import get_object_or_404\nfrom models import Item, Order\n"
    source = f"{head}\ndef asked(slug, i):\n    {guard}\n    return Item.objects.filter(order_id=i).count()\n"
    assert len(judged(tmp_path, DJANGO, source).findings) == found


@pytest.mark.parametrize(("parameters", "found"), [("s, order: Order", 0), ("s, tenant_id: str, order: Order", 1)])
def test_an_object_that_is_passed_beside_the_tenant_proves_nothing(tmp_path: Path, parameters: str, found: int) -> None:
    head = "from sqlalchemy import select\nfrom models import Item, Order\n\n"
    body = "return s.scalars(select(Item).where(Item.order_id == order.id)).all()"
    source = f"{head}def items({parameters}):\n    {body}\n"
    assert len(judged(tmp_path, SQLALCHEMY, source).findings) == found


def test_a_condition_that_stands_alone_is_found_where_its_statement_begins(tmp_path: Path) -> None:
    body = "return and_(\n        Item.id == i,\n        exists(\n            select(Order.id).where(Order.number == Item.number)\n        ),\n    )"
    found = judged(tmp_path, SQLALCHEMY, HEAD + body + "\n").findings
    assert [one.line for one in found] == [6]


LISTENER = """
from sqlalchemy import event, select
from sqlalchemy.orm import Session, with_loader_criteria
from models import Base, Order
from elsewhere import current

@event.listens_for(Session, "do_orm_execute")
def scope(state):
    state.statement = state.statement.options(with_loader_criteria(Base, lambda cls: CONDITION))

def asked(s, i: int):
    return s.scalars(select(Order).where(Order.id == i)).all()
"""


@pytest.mark.parametrize(
    ("condition", "status", "lines"),
    [("cls.tenant_id == current.get()", "pass", [9]), ("cls.deleted_at == None", "fail", [12])],
)
def test_a_project_that_scopes_every_query_in_one_place_gets_one_advice(
    tmp_path: Path, condition: str, status: str, lines: list[int]
) -> None:
    result = judged(tmp_path, SQLALCHEMY, LISTENER.replace("CONDITION", condition))
    assert (str(result.status), [one.line for one in result.findings]) == (status, lines)


def test_an_undeclared_table_is_advice_without_a_base(tmp_path: Path) -> None:
    more = '\nclass Coupon(Base):\n    __tablename__ = "coupons"\n    id = Column(Integer, primary_key=True)\n'
    result = judged(tmp_path, SQLALCHEMY + more, "")
    assert [(one.rule, str(one.severity)) for one in result.findings] == [("TEN007", "warning")]
    assert str(result.status) == "pass"


def test_writing_rows_back_is_no_query(tmp_path: Path) -> None:
    source = 'from models import Item\n\ndef kept(rows):\n    Item.objects.bulk_update(rows, ["order"])\n'
    assert judged(tmp_path, DJANGO, source).findings == ()
