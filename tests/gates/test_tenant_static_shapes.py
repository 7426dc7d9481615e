"""The shapes of queries that `tenant_filter` follows: which are bound, which are not, which it leaves to run time."""

# ruff: noqa: E501 - each shape is one line of source
from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.gates.tenant_filter import TenantFilter
from tests.gates.tenant_project import DJANGO, SQLALCHEMY, judged, left

BOUND = {
    "filter_list": "conds = [Order.id == i]\n    conds.append(Order.tenant_id == t)\n    return s.scalars(select(Order).where(*conds)).all()",
    "reassigned": "q = select(Order)\n    q = q.where(Order.tenant_id == t)\n    return s.execute(q).all()",
    "both_branches": "if i:\n        q = select(Order).where(Order.id == i, Order.tenant_id == t)\n    else:\n        q = select(Order).where(Order.tenant_id == t)\n    return s.execute(q).all()",
    "guard": "if not t:\n        raise ValueError\n    return s.query(Order).filter(Order.tenant_id == t).all()",
    "join_by_foreign_key": "return s.execute(select(Item).join(Order, Item.order_id == Order.id).where(Order.tenant_id == t)).all()",
    "join_by_tenant": "return s.execute(select(Item).join(Order, and_(Item.number == Order.number, Item.tenant_id == Order.tenant_id)).where(Order.tenant_id == t)).all()",
    "ids_of_bound_rows": "orders = s.scalars(select(Order).where(Order.tenant_id == t)).all()\n    return s.scalars(select(Item).where(Item.order_id.in_([o.id for o in orders]))).all()",
    "scoped_subquery": "ids = select(Order.id).where(Order.tenant_id == t)\n    return s.scalars(select(Item).where(Item.order_id.in_(ids))).all()",
    "or_of_tenants": "return s.scalars(select(Order).where(or_(Order.tenant_id == t, and_(Order.tenant_id == t, Order.id == i)))).all()",
    "helper_adds": "return s.scalars(scoped(select(Order), t)).all()",
    "outer_subquery_column": "sub = select(Order).subquery()\n    return s.execute(select(sub).where(sub.c.tenant_id == t)).all()",
}
UNBOUND = {
    "by_id": "return s.scalars(select(Order).where(Order.id == i)).one()",
    "natural_key_join": "return s.execute(select(Item).join(Order, Item.number == Order.number).where(Order.tenant_id == t)).all()",
    "not_equal": "return s.scalars(select(Order).where(Order.tenant_id != t)).all()",
    "negated": "return s.scalars(select(Order).where(not_(Order.tenant_id == t))).all()",
    "or_with_other": "return s.scalars(select(Order).where(or_(Order.tenant_id == t, Order.id == i))).all()",
    "alias": "other = aliased(Order)\n    return s.execute(select(Order, other).where(Order.tenant_id == t)).all()",
    "inner_of_cte": "top = select(Item.order_id).group_by(Item.order_id).cte()\n    return s.execute(select(Order).join(top, top.c.order_id == Order.id).where(Order.tenant_id == t)).all()",
    "exists": "return s.scalars(select(Order).where(Order.tenant_id == t, exists(select(Item.id).where(Item.number == Order.number)))).all()",
    "one_branch": "q = select(Order)\n    if t:\n        q = q.where(Order.tenant_id == t)\n    return s.execute(q).all()",
    "delete": "s.execute(delete(Order).where(Order.id == i))",
    "update_all": "s.execute(update(Order).values(number=t))",
    "f_string": 'table = "orders"\n    s.execute(f"SELECT * FROM {table} WHERE id = :i", {"i": i})',
    "as_fields": "fields = (Order.id, Order.number)\n    return s.execute(select(*fields).where(Order.id == i)).all()",
}
UNSURE = {
    "unknown_filter": "return s.scalars(select(Order).where(*filters())).all()",
    "object_of_others": "return s.scalars(select(Item).where(Item.order_id == current().order_id)).all()",
    "unknown_part": 's.execute(f"SELECT * FROM orders WHERE {where()}")',
}
HEAD = """
from sqlalchemy import and_, delete, exists, not_, or_, select, update
from sqlalchemy.orm import aliased

from elsewhere import current, filters, where
from models import Item, Order

def scoped(query, tenant):
    return query.where(Order.tenant_id == tenant)

def asked(s, t: str, i: int):
    """


HELPER = """
from sqlalchemy import select
from models import Order

def started():
    return select(Order).where(Order.number != "")

def asked(s, i: int):
    return s.scalars(started().where(Order.id == i)).all()
"""


@pytest.mark.parametrize("body", BOUND.values(), ids=BOUND)
def test_a_bound_query_is_silent(tmp_path: Path, body: str) -> None:
    result = judged(tmp_path, SQLALCHEMY, HEAD + body + "\n")
    assert [str(one) for one in result.findings] == []
    assert left(result) == 0


@pytest.mark.parametrize("body", UNBOUND.values(), ids=UNBOUND)
def test_an_unbound_query_is_found(tmp_path: Path, body: str) -> None:
    assert len(judged(tmp_path, SQLALCHEMY, HEAD + body + "\n").findings) == 1


@pytest.mark.parametrize("body", UNSURE.values(), ids=UNSURE)
def test_what_cannot_be_told_is_left_to_run_time(tmp_path: Path, body: str) -> None:
    result = judged(tmp_path, SQLALCHEMY, HEAD + body + "\n")
    assert [str(one) for one in result.findings] == []
    assert left(result) == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Order.objects.filter(tenant__slug=slug).first()", 0),
        ("Item.objects.filter(order__tenant__slug=slug).count()", 0),
        ("Item.objects.filter(Q(tenant__slug=slug) & Q(pk=pk)).first()", 0),
        ("Item.objects.filter(order__in=Order.objects.filter(tenant__slug=slug)).first()", 0),
        ("get_object_or_404(Order, pk=pk, tenant__slug=slug)", 0),
        ("Order.objects.get(pk=pk)", 1),
        ("Order.objects.exclude(tenant__slug=slug).first()", 1),
        ("Order.objects.filter(user__name=slug).first()", 1),
        ("get_object_or_404(Order, pk=pk)", 1),
        ("Item.objects.filter(Q(tenant__slug=slug) | Q(pk=pk)).first()", 1),
        ("Order.objects.filter(~Q(tenant__slug=slug)).first()", 1),
        ("list(current().orders.filter(pk=pk))", 1),
    ],
)
def test_look_ups_of_django(tmp_path: Path, query: str, found: int) -> None:
    head = "from django.db.models import Q\nfrom django.shortcuts import get_object_or_404\nfrom models import Item, Order\n"
    source = f"{head}from elsewhere import current\n\ndef asked(slug, pk):\n    return {query}\n"
    assert len(judged(tmp_path, DJANGO, source).findings) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('db.notes.find_one({"_id": i, "tenant_id": t})', 0),
        ('db["notes"].find({"$and": [{"tenant_id": t}, {"_id": i}]})', 0),
        ('db.notes.aggregate([{"$match": {"tenant_id": t}}, {"$limit": 3}])', 0),
        ('db.notes.find_one({"_id": i})', 1),
        ('db.notes.update_many({"tenant_id": {"$ne": t}}, {"$set": {"a": 1}})', 1),
        ('db.notes.aggregate([{"$limit": 3}, {"$match": {"tenant_id": t}}])', 1),
    ],
)
def test_filters_of_mongo(tmp_path: Path, query: str, found: int) -> None:
    source = f"from elsewhere import db\n\ndef asked(t, i):\n    return {query}\n"
    result = judged(tmp_path, "", source, TenantFilter(owned={"notes": "tenant_id"}))
    assert len(result.findings) == found


@pytest.mark.parametrize(("reason", "found"), [('reason="nightly"', 0), ('reason=""', 1), ("", 1)])
def test_a_marked_sweep_needs_a_reason(tmp_path: Path, reason: str, found: int) -> None:
    mark = f"from marks import cross_tenant\nfrom models import Order\nfrom sqlalchemy import select\n\n@cross_tenant({reason})\n"
    source = f"{mark}def sweep(s):\n    return s.scalars(select(Order)).all()\n"
    assert len(judged(tmp_path, SQLALCHEMY, source).findings) == found


def test_a_query_that_a_helper_begins_is_found_where_it_is_executed(tmp_path: Path) -> None:
    found = judged(tmp_path, SQLALCHEMY, HELPER).findings
    assert [one.line for one in found] == [9]


def test_code_nested_too_deeply_is_left_to_run_time(tmp_path: Path) -> None:
    body = "return s.scalars(select(Order)).all() + " + " + ".join(["'a'"] * 900)
    result = judged(tmp_path, SQLALCHEMY, HEAD + body + "\n")
    assert left(result) == 1
