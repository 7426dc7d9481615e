"""What `POST /customers/{customer_id}/deactivation` must do."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from httpx import AsyncClient

from app.tests.tokens import TokenIssuer

pytestmark = [pytest.mark.anyio, pytest.mark.agent_task("TASK-CUST-INF-002")]


@pytest.fixture
async def location(client: AsyncClient, tokens: TokenIssuer) -> str:
    """Where a registered customer of the tenant `acme` is found."""
    body = {"name": "Ada", "email": "ada@example.org"}
    response = await client.post("/customers", json=body, headers=tokens.headers("acme", "editor"))
    return response.headers["Location"]


async def test_an_editor_deactivates_a_customer(
    client: AsyncClient, tokens: TokenIssuer, location: str
) -> None:
    """The new status is answered and kept."""
    editor = tokens.headers("acme", "editor")

    response = await client.post(f"{location}/deactivation", headers=editor)

    assert response.status_code == HTTPStatus.OK
    assert response.json()["status"] == "inactive"
    assert (await client.get(location, headers=editor)).json() == response.json()


async def test_a_customer_is_deactivated_once(
    client: AsyncClient, tokens: TokenIssuer, location: str
) -> None:
    """The second request is a conflict."""
    editor = tokens.headers("acme", "editor")
    await client.post(f"{location}/deactivation", headers=editor)

    response = await client.post(f"{location}/deactivation", headers=editor)

    assert response.status_code == HTTPStatus.CONFLICT
    assert response.json().get("code") == "customer_inactive"


async def test_an_inactive_customer_is_not_renamed(
    client: AsyncClient, tokens: TokenIssuer, location: str
) -> None:
    """Deactivation closes the other changes too."""
    editor = tokens.headers("acme", "editor")
    await client.post(f"{location}/deactivation", headers=editor)

    response = await client.patch(location, json={"name": "Grace"}, headers=editor)

    assert response.status_code == HTTPStatus.CONFLICT
    assert response.json().get("code") == "customer_inactive"


async def test_an_unknown_customer_is_not_deactivated(
    client: AsyncClient, tokens: TokenIssuer
) -> None:
    """The refusal is that of the domain, with its code."""
    editor = tokens.headers("acme", "editor")

    response = await client.post("/customers/no-one/deactivation", headers=editor)

    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response.json().get("code") == "customer_not_found"


async def test_a_viewer_deactivates_no_one(
    client: AsyncClient, tokens: TokenIssuer, location: str
) -> None:
    """The role is judged first, and the customer stays active."""
    viewer = tokens.headers("acme", "viewer")

    response = await client.post(f"{location}/deactivation", headers=viewer)

    assert response.status_code == HTTPStatus.FORBIDDEN
    assert (await client.get(location, headers=viewer)).json()["status"] == "active"


async def test_a_customer_of_another_tenant_is_not_deactivated(
    client: AsyncClient, tokens: TokenIssuer, location: str
) -> None:
    """For another tenant the customer does not exist."""
    response = await client.post(
        f"{location}/deactivation", headers=tokens.headers("globex", "editor")
    )

    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response.json().get("code") == "customer_not_found"
    found = await client.get(location, headers=tokens.headers("acme", "viewer"))
    assert found.json()["status"] == "active"
