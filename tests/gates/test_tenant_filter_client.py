"""A tenant that the client names: found where nothing checks it, silent where a membership is looked up."""

# ruff: noqa: E501 - each shape is one line of source
from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.tenant_project import DJANGO, SQLALCHEMY, judged

FASTAPI = """
from fastapi import APIRouter, Depends, Header, Query, Request
from sqlalchemy import select
from models import Item, Order

router = APIRouter()

def current_user(token: str = Header()):
    return lookup(token)

def get_db():
    return session()

def member(tenant_id: str, user=Depends(current_user)):
    return user

def member_of_it(found=Depends(member)):
    return found

"""
RETURNED = "    return s.scalars(select(Order).where(Order.tenant_id == tenant_id)).all()\n"
GET = '@router.get("/{tenant_id}/orders")\n'
TRUSTED = {
    "path": f"{GET}def orders(tenant_id: str, s=Depends(get_db)):\n{RETURNED}",
    "query": f'@router.get("/orders")\ndef orders(tenant_id: str = Query(), s=Depends(get_db)):\n{RETURNED}',
    "header": f'@router.get("/orders")\ndef orders(s=Depends(get_db), tenant_id: str = Header(alias="X-Tenant")):\n{RETURNED}',
    "user_not_asked": f"{GET}def orders(tenant_id: str, s=Depends(get_db), user=Depends(current_user)):\n{RETURNED}",
    "header_by_hand": f'@router.get("/orders")\ndef orders(request: Request, s=Depends(get_db)):\n    tenant_id = request.headers["X-Tenant"]\n{RETURNED}',
    "query_by_hand": f'@router.get("/orders")\ndef orders(request: Request, s=Depends(get_db)):\n    tenant_id = request.query_params["t"]\n{RETURNED}',
    "empty_only": f"{GET}def orders(tenant_id: str, s=Depends(get_db)):\n    if not tenant_id or tenant_id == 'x':\n        raise ValueError\n{RETURNED}",
    "logged_only": f"{GET}def orders(tenant_id: str, s=Depends(get_db)):\n    log.info('orders of %s', tenant_id)\n{RETURNED}",
    "fallback": '@router.get("/orders")\ndef orders(tenant_id: str, s=Depends(get_db), user=Depends(current_user)):\n    return s.scalars(select(Order).where(Order.tenant_id == (tenant_id or user.tenant_id))).all()\n',
}
CHECKED = {
    "compared": f"{GET}def orders(tenant_id: str, s=Depends(get_db), user=Depends(current_user)):\n    if tenant_id != user.tenant_id:\n        raise PermissionError\n{RETURNED}",
    "among": f"{GET}def orders(tenant_id: str, s=Depends(get_db), user=Depends(current_user)):\n    if tenant_id not in user.tenants:\n        raise PermissionError\n{RETURNED}",
    "asked": f"{GET}def orders(tenant_id: str, s=Depends(get_db), user=Depends(current_user)):\n    require_member(user, tenant_id)\n{RETURNED}",
    "asked_in_test": f"{GET}async def orders(tenant_id: str, s=Depends(get_db), user=Depends(current_user)):\n    if not await is_member(user, tenant_id):\n        raise PermissionError\n{RETURNED}",
    "after": f"{GET}def orders(tenant_id: str, s=Depends(get_db), user=Depends(current_user)):\n    found = select(Order).where(Order.tenant_id == tenant_id)\n    require_member(user, tenant_id)\n    return s.scalars(found).all()\n",
    "dependency": f"{GET}def orders(tenant_id: str, s=Depends(get_db), user=Depends(member)):\n{RETURNED}",
    "inner_dependency": f"{GET}def orders(tenant_id: str, s=Depends(get_db), user=Depends(member_of_it)):\n{RETURNED}",
    "of_the_route": f'@router.get("/orders", dependencies=[Depends(member)])\ndef orders(tenant_id: str, s=Depends(get_db)):\n{RETURNED}',
    "other_mark": f"{GET}@requires_member\ndef orders(tenant_id: str, s=Depends(get_db)):\n{RETURNED}",
    "injected": f'@router.get("/orders")\ndef orders(s=Depends(get_db), tenant_id: str = Depends(current_user)):\n{RETURNED}',
    "of_the_user": '@router.get("/orders")\ndef orders(s=Depends(get_db), user=Depends(current_user)):\n    return s.scalars(select(Order).where(Order.tenant_id == user.tenant_id)).all()\n',
    "no_route": f"def orders(s, tenant_id: str):\n{RETURNED}",
}
URLS = 'from django.urls import path\nimport app\n\nurlpatterns = [path("<tenant>/", app.orders)]\n'
DJANGO_HEAD = "from models import Item, Order\n\n"
LISTED = "    return list(Order.objects.filter(tenant_id=tenant))\n"


@pytest.mark.parametrize("body", TRUSTED.values(), ids=TRUSTED)
def test_a_tenant_that_nobody_checks_is_found(tmp_path: Path, body: str) -> None:
    assert [one.rule for one in judged(tmp_path, SQLALCHEMY, FASTAPI + body).findings] == ["TEN003"]


@pytest.mark.parametrize("body", CHECKED.values(), ids=CHECKED)
def test_a_tenant_that_is_checked_is_silent(tmp_path: Path, body: str) -> None:
    assert [str(one) for one in judged(tmp_path, SQLALCHEMY, FASTAPI + body).findings] == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f"def orders(request, tenant):\n{LISTED}", ["TEN003"]),
        (f"def orders(request, tenant):\n    check(request.user, tenant)\n{LISTED}", []),
        (f"def orders(request):\n    tenant = request.GET['tenant']\n{LISTED}", ["TEN003"]),
        (
            "def orders(request):\n    tenant = request.GET['tenant']\n"
            f"    Item.objects.get(tenant_id=tenant, order=request.user.order)\n{LISTED}",
            [],
        ),
        (f"def others(request, tenant):\n{LISTED}", []),
    ],
)
def test_views_of_django(tmp_path: Path, body: str, found: list[str]) -> None:
    (tmp_path / "urls.py").write_text(URLS)
    assert [one.rule for one in judged(tmp_path, DJANGO, DJANGO_HEAD + body).findings] == found
