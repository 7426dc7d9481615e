"""Tenants do not see each other, over HTTP and on SQLite."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from httpx import AsyncClient

from app.tests.tokens import TokenIssuer

pytestmark = pytest.mark.anyio

ADA = {"name": "Ada", "email": "ada@example.org"}


async def test_a_customer_does_not_exist_for_another_tenant(
    client: AsyncClient, tokens: TokenIssuer
) -> None:
    """Reading and renaming answer as for an unknown customer, and change nothing."""
    ours, theirs = tokens.headers("acme", "editor"), tokens.headers("globex", "editor")
    registered = await client.post("/customers", json=ADA, headers=ours)
    location = registered.headers["Location"]

    read = await client.get(location, headers=theirs)
    renamed = await client.patch(location, json={"name": "Eve"}, headers=theirs)
    listed = await client.get("/customers", headers=theirs)

    assert read.status_code == renamed.status_code == HTTPStatus.NOT_FOUND
    assert read.json()["code"] == renamed.json()["code"] == "customer_not_found"
    assert listed.json() == {"items": [], "next_after": None}
    assert (await client.get(location, headers=ours)).json() == registered.json()


async def test_a_tenant_lists_its_own_customers_only(
    client: AsyncClient, tokens: TokenIssuer
) -> None:
    """With customers on both sides each side sees its own."""
    names = {"acme": "Ada", "globex": "Grace"}
    for tenant, name in names.items():
        body = {"name": name, "email": f"{name}@example.org"}
        await client.post("/customers", json=body, headers=tokens.headers(tenant, "editor"))

    seen = {
        tenant: [
            item["name"]
            for item in (
                await client.get("/customers", headers=tokens.headers(tenant, "viewer"))
            ).json()["items"]
        ]
        for tenant in names
    }

    assert seen == {"acme": ["Ada"], "globex": ["Grace"]}


async def test_the_tenant_of_query_and_header_is_not_trusted(
    client: AsyncClient, tokens: TokenIssuer
) -> None:
    """Only the token names the tenant."""
    await client.post("/customers", json=ADA, headers=tokens.headers("acme", "editor"))
    theirs = tokens.headers("globex", "viewer") | {"X-Tenant-Id": "acme"}

    listed = await client.get("/customers", params={"tenant_id": "acme"}, headers=theirs)

    assert listed.json()["items"] == []
