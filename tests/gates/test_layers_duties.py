"""LAY002 to LAY005: what routes, queries, repositories and domain services must not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.gates.layers import Layers
from tests.real_workspace import real_workspace

OTHERS = {"shop/domain/order.py": "class Order: ...\n", "shop/application/place.py": "class Place: ...\n"}
ROUTE = """
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from shop.orm import Order
router = APIRouter()

@router.post("/a")
async def a(body, request: Request, response: Response, handler=Depends(), session: Session = Depends()):
"""


def rules(root: Path, path: str, text: str, gate: Layers | None = None) -> list[str]:
    found = (gate or Layers()).check(real_workspace(root, {**OTHERS, path: text}))
    return [finding.rule for finding in found.findings]


@pytest.mark.parametrize(
    "body",
    [
        "return session.scalars(select(Order)).all()",
        "session.commit()",
        "statement = select(Order)\n    return await handler.run(statement)",
        "return Order.objects.filter(id=1)",
        "return Order.query.get_or_404(1)",
        "cursor = connection.cursor()\n    cursor.execute('SELECT 1')",
        "order = await handler.find(1)\n    order.status = 'paid'",
        "order = await handler.find(1)\n    if order.total > 100:\n        await handler.discount(order)",
        "order = await handler.find(1)\n    if order.status == 'shipped':\n        raise HTTPException(409)",
        "total = 0\n    for line in body.lines:\n        total += line.price * line.amount\n    return total",
    ],
)
def test_work_of_others_in_a_route_is_found(tmp_path: Path, body: str) -> None:
    assert rules(tmp_path, "shop/api/a.py", f"{ROUTE}    {body}\n") == ["LAY002"]


@pytest.mark.parametrize(
    "body",
    [
        "return await handler.handle(body)",
        "order = await handler.find(body.id)\n    if order is None:\n"
        "        raise HTTPException(404)\n    return order",
        "response.status_code = 201\n    response.headers['Location'] = '/a'\n    return await handler.handle(body)",
        "if body.kind == 'gift':\n        return await handler.gift(body)\n    return await handler.handle(body)",
        "page = await handler.list(offset=(body.page - 1) * body.size)\n    return [item.name for item in page]",
        "request.session['cart'] = body.cart\n    return request.session.get('user')",
        "result = await handler.handle(body)\n    if not result.ok:\n"
        "        raise HTTPException(400)\n    return result",
        "names = {}\n    names.update(a=1)\n    return names.get('a')",
        "answer = await handler.call()\n    if answer.status_code != 200:\n        raise HTTPException(502)",
    ],
)
def test_the_work_of_a_route_is_well(tmp_path: Path, body: str) -> None:
    assert rules(tmp_path, "shop/api/a.py", f"{ROUTE}    {body}\n") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("class PlaceOrderCommand:\n    id: str\n", []),
        ("class FindOrderQuery:\n    id: str\n", []),
        ("class OrderHandler:\n    def handle(self, message: 'PlaceOrderCommand'): ...\n", []),
        ("class Orders(Command, Query):\n    id: str\n", ["LAY003"]),
        (
            "class OrderHandler:\n    def handle_a(self, m: PlaceOrderCommand): ...\n"
            "    def handle_b(self, m: FindOrderQuery): ...\n",
            ["LAY003"],
        ),
        ("class FindQueryHandler:\n    def handle(self, q):\n        self.repo.save(q)\n", ["LAY003"]),
        ("class FindQueryHandler:\n    def handle(self, q):\n        self._session.commit()\n", ["LAY003"]),
        ("class FindQueryHandler:\n    def handle(self, q):\n        return self.repo.find(q)\n", []),
        ("class FindQueryHandler:\n    def handle(self, q):\n        self.cache.put(q)\n        return 1\n", []),
        (
            "class FindQueryHandler:\n    def handle(self, q):\n        seen = set()\n"
            "        seen.add(q)\n        return seen\n",
            [],
        ),
        (
            "class FindQueryHandler:\n    def __init__(self):\n        self.names = []\n"
            "    def handle(self, q):\n        self.names.remove(q)\n",
            [],
        ),
    ],
)
def test_commands_and_queries(tmp_path: Path, text: str, found: list[str]) -> None:
    source = f"from shop.messages import Command, FindOrderQuery, PlaceOrderCommand, Query\n\n{text}"
    assert rules(tmp_path, "shop/application/messages.py", source) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("require_permission(user, 'read')", ["LAY004"]),
        ("self._check_permission(user)", ["LAY004"]),
        ("if user.role != 'admin':\n            return None", ["LAY004"]),
        ("raise PermissionDenied(order_id)", ["LAY004"]),
        ("raise OrderNotFound(order_id)", []),
        ("return self.session.get(Order, order_id)", []),
        ("row.role = user.role", []),
        ("return [role for role in user.roles]", []),
    ],
)
def test_repositories_ask_not_who_may(tmp_path: Path, body: str, found: list[str]) -> None:
    source = f"class OrderRepository:\n    def get(self, user, order_id):\n        {body}\n"
    assert rules(tmp_path, "shop/infrastructure/orders.py", source) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def total(session, i):\n    return session.execute('SELECT 1')\n", ["LAY005"]),
        ("import sqlite3\n\ndef total(i):\n    return sqlite3.connect('a').execute('SELECT 1')\n", ["LAY005"]),
        (
            "from django.db import connection\n\ndef total(i):\n    with connection.cursor() as c:\n"
            "        c.execute('SELECT 1')\n",
            ["LAY005"],
        ),
        ("def total(i):\n    return OrderRow.objects.get(id=i)\n", ["LAY005"]),
        ("class Pricing:\n    def total(self, i):\n        return self.orders.get(i)\n", []),
        ("class Pricing:\n    def add(self, i):\n        self.orders.add(i)\n", []),
        ("def total(prices):\n    return sum(prices.values())\n", []),
    ],
)
def test_domain_services_leave_storing_to_repositories(tmp_path: Path, text: str, found: list[str]) -> None:
    assert rules(tmp_path, "shop/domain/service.py", text) == found


def test_what_is_stored_may_be_called_a_query_and_know_rights(tmp_path: Path) -> None:
    source = "class Query:\n    def archive(self):\n        db.session.add(self)\n"
    rights = "class User:\n    def require_permission(self):\n        self.has_permission('a')\n"
    gate = Layers(layers={"domain": "shop/domain/**", "repository": "shop/models/**"})
    assert rules(tmp_path, "shop/models/query.py", source + rights, gate) == []
