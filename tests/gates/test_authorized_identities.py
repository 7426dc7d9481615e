"""What a client says of its own identity is not believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.gates.authorized import Authorized
from tests.real_workspace import real_workspace

HEAD = """
from fastapi import Body, Depends, FastAPI, Header, HTTPException, Query, Request
from shop.auth import current_user, require_admin, require_member
app = FastAPI()
class OrderBody: ...
"""
AUTH = "def current_user(): ...\ndef require_admin(): ...\ndef require_member(org_id): ...\n"
TRUSTED = {
    "header": "@app.get('/a')\ndef a(tenant_id: str = Header(), u=Depends(current_user)):\n    return find(tenant_id)",
    "header by its whole name": "@app.get('/a')\n"
    "def a(x_tenant_id: str = Header(), u=Depends(current_user)):\n    return find(x_tenant_id)",
    "query": "@app.get('/a')\ndef a(user_id: int, u=Depends(current_user)):\n    return find(user_id)",
    "body": "@app.post('/a')\ndef a(body: OrderBody, u=Depends(current_user)):\n    return place(body.tenant_id)",
    "path": "@app.get('/u/{user_id}/orders')\ndef a(user_id: int, u=Depends(current_user)):\n    return find(user_id)",
    "request headers": "@app.get('/a')\ndef a(request: Request, u=Depends(current_user)):\n"
    "    return find(request.headers['X-Tenant-ID'])",
    "through a variable": "@app.get('/a')\ndef a(request: Request, u=Depends(current_user)):\n"
    "    tenant_id = request.headers.get('X-Tenant-Id')\n    return find(tenant_id)",
    "either": "@app.post('/a')\ndef a(body: OrderBody, user=Depends(current_user)):\n"
    "    return place(body.tenant_id or user.tenant_id)",
    "role": "@app.post('/a')\ndef a(body: OrderBody, u=Depends(current_user)):\n"
    "    if body.role == 'admin':\n        return everything()",
    "filter": "@app.get('/a')\ndef a(tenant_id: str, u=Depends(current_user)):\n"
    "    return query(Order).filter(Order.tenant_id == tenant_id)",
}
FINE = {
    "compared": "@app.get('/a')\ndef a(user_id: int, user=Depends(current_user)):\n"
    "    if user_id != user.id:\n        raise HTTPException(403)\n    return find(user_id)",
    "loaded and compared": "@app.get('/u/{user_id}')\ndef a(user_id: int, current=Depends(current_user)):\n"
    "    found = load(user_id)\n    if found.id != current.id:\n        raise HTTPException(403)\n    return found",
    "handed on beside it": "@app.get('/u/{user_id}')\ndef a(user_id: int, user=Depends(current_user)):\n"
    "    return find(user_id, user)",
    "behind an administrator": "@app.get('/u/{user_id}')\ndef a(user_id: int, u=Depends(require_admin)):\n"
    "    return find(user_id)",
    "checked by a dependency": "@app.get('/o/{org_id}')\ndef a(org_id: int, u=Depends(require_member)):\n"
    "    return find(org_id)",
    "of the authenticated": "@app.get('/a')\ndef a(user=Depends(current_user)):\n    return find(user.tenant_id)",
    "another id": "@app.get('/o/{order_id}')\ndef a(order_id: int, u=Depends(current_user)):\n"
    "    return find(order_id)",
    "only logged": "@app.get('/a')\ndef a(user_id: int, u=Depends(current_user)):\n    logger.info(user_id)",
    "asked about": "@app.get('/a')\ndef a(user_id: int, u=Depends(current_user)):\n"
    "    if not may_see(user_id):\n        raise HTTPException(403)\n    return find(user_id)",
}
GATE = Authorized(checks=("current_user", "require_*"))


def rules(root: Path, body: str) -> list[str]:
    files = {"shop/auth.py": AUTH, "shop/api.py": HEAD + body + "\n"}
    return [finding.rule for finding in GATE.check(real_workspace(root, files)).findings]


@pytest.mark.parametrize("body", TRUSTED.values(), ids=TRUSTED)
def test_a_trusted_identity_is_found(tmp_path: Path, body: str) -> None:
    assert rules(tmp_path, body) == ["AUT003"]


@pytest.mark.parametrize("body", FINE.values(), ids=FINE)
def test_what_is_settled_is_well(tmp_path: Path, body: str) -> None:
    assert rules(tmp_path, body) == []
