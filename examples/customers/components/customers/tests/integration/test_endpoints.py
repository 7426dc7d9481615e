"""The finished endpoints, over HTTP and on SQLite."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from httpx import AsyncClient, Response

from app.tests.tokens import TokenIssuer

pytestmark = [pytest.mark.anyio, pytest.mark.agent_tenant("acme")]

ADA = {"name": "Ada", "email": "Ada@example.org"}


async def _register(
    client: AsyncClient, tokens: TokenIssuer, body: dict[str, str] = ADA, tenant: str = "acme"
) -> Response:
    return await client.post("/customers", json=body, headers=tokens.headers(tenant, "editor"))


async def test_post_registers_a_customer(client: AsyncClient, tokens: TokenIssuer) -> None:
    """The answer says what was kept and where it is found."""
    response = await _register(client, tokens)

    body = response.json()
    assert response.status_code == HTTPStatus.CREATED
    assert response.headers["Location"] == f"/customers/{body['customer_id']}"
    assert (body["name"], body["email"], body["status"]) == ("Ada", "ada@example.org", "active")
    assert body["created_at"] == body["updated_at"]
    assert "tenant_id" not in body


async def test_post_refuses_an_address_that_is_taken(
    client: AsyncClient, tokens: TokenIssuer
) -> None:
    """A conflict names its code and the address."""
    await _register(client, tokens)

    response = await _register(client, tokens)

    assert response.status_code == HTTPStatus.CONFLICT
    assert response.json() == {
        "code": "email_taken",
        "message": "A customer with this e-mail address exists.",
        "context": {"email": "ada@example.org"},
    }


async def test_post_refuses_values_that_no_customer_may_have(
    client: AsyncClient, tokens: TokenIssuer
) -> None:
    """The rule of the domain becomes a 422."""
    response = await _register(client, tokens, {"name": "Ada", "email": "nowhere"})

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["code"] == "invalid_customer"


async def test_post_refuses_fields_it_does_not_know(
    client: AsyncClient, tokens: TokenIssuer
) -> None:
    """Above all a client does not choose its tenant."""
    response = await _register(client, tokens, ADA | {"tenant_id": "globex"})

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_get_finds_a_customer(client: AsyncClient, tokens: TokenIssuer) -> None:
    """A viewer sees what an editor registered."""
    registered = await _register(client, tokens)

    response = await client.get(
        registered.headers["Location"], headers=tokens.headers("acme", "viewer")
    )

    assert response.status_code == HTTPStatus.OK
    assert response.json() == registered.json()


async def test_get_says_that_a_customer_is_unknown(
    client: AsyncClient, tokens: TokenIssuer
) -> None:
    """The refusal names the id that was asked for."""
    response = await client.get("/customers/no-one", headers=tokens.headers("acme", "viewer"))

    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response.json()["code"] == "customer_not_found"
    assert response.json()["context"] == {"customer_id": "no-one"}


async def test_get_lists_customers_in_parts(client: AsyncClient, tokens: TokenIssuer) -> None:
    """Following `next_after` gives every customer once, in the order of the ids."""
    registered = [
        (await _register(client, tokens, {"name": "Ada", "email": f"ada{n}@example.org"})).json()
        for n in range(3)
    ]
    viewer = tokens.headers("acme", "viewer")

    first = (await client.get("/customers?limit=2", headers=viewer)).json()
    follow = {"limit": "2", "after": first["next_after"]}
    second = (await client.get("/customers", params=follow, headers=viewer)).json()

    in_order = sorted(registered, key=lambda customer: str(customer["customer_id"]))
    assert first["items"] + second["items"] == in_order
    assert second["next_after"] is None


@pytest.mark.parametrize("limit", ["0", "101", "many"])
async def test_get_refuses_a_limit_out_of_bounds(
    client: AsyncClient, tokens: TokenIssuer, limit: str
) -> None:
    """One to a hundred customers come at once."""
    response = await client.get(
        "/customers", params={"limit": limit}, headers=tokens.headers("acme", "viewer")
    )

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_patch_renames_a_customer(client: AsyncClient, tokens: TokenIssuer) -> None:
    """The new name is kept."""
    registered = await _register(client, tokens)
    location, editor = registered.headers["Location"], tokens.headers("acme", "editor")

    response = await client.patch(location, json={"name": "Grace"}, headers=editor)

    assert response.status_code == HTTPStatus.OK
    assert response.json()["name"] == "Grace"
    assert (await client.get(location, headers=editor)).json() == response.json()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/customers", ADA),
        ("PATCH", "/customers/any", {"name": "Grace"}),
        # The role is judged before the body is read.
        ("POST", "/customers", {}),
    ],
)
async def test_a_viewer_changes_nothing(
    client: AsyncClient, tokens: TokenIssuer, method: str, path: str, body: dict[str, str]
) -> None:
    """The role is judged before anything else."""
    viewer = tokens.headers("acme", "viewer")

    response = await client.request(method, path, json=body, headers=viewer)

    assert response.status_code == HTTPStatus.FORBIDDEN
    assert response.json()["code"] == "access_denied"
    assert (await client.get("/customers", headers=viewer)).json()["items"] == []


@pytest.mark.parametrize("path", ["/customers", "/customers/any"])
async def test_without_a_role_nothing_is_read(
    client: AsyncClient, tokens: TokenIssuer, path: str
) -> None:
    """A token alone, or one with roles of other services, gives no rights."""
    response = await client.get(path, headers=tokens.headers("acme", "billing-admin"))

    assert response.status_code == HTTPStatus.FORBIDDEN
