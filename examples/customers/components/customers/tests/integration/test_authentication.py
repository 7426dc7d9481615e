"""Only a valid token proves a tenant and roles."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import jwt
import pytest
from fastapi import Depends, FastAPI
from httpx import ASGITransport, AsyncClient, Response

from app.tests.tokens import TokenIssuer
from components.customers.adapters.inbound.error_response import error_response
from components.customers.adapters.inbound.principal import require_viewer
from components.customers.domain.exceptions import CustomerError

pytestmark = pytest.mark.anyio


def _assert_refused(response: Response) -> None:
    assert response.status_code == HTTPStatus.UNAUTHORIZED
    assert response.json()["code"] == "not_authenticated"
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/customers", "/customers/any", "/no-such-path"])
async def test_a_request_without_a_token_is_refused(client: AsyncClient, path: str) -> None:
    """Without proof not even the existence of a path is told."""
    _assert_refused(await client.get(path))


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", "Bearer not.a.token"])
async def test_a_header_that_holds_no_token_is_refused(client: AsyncClient, header: str) -> None:
    """Whatever the header holds, the answer is 401."""
    _assert_refused(await client.get("/customers", headers={"Authorization": header}))


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": datetime.now(UTC) - timedelta(minutes=1)},
        {"aud": "another-service"},
        {"tenant_id": ""},
        {"tenant_id": 7},
        {"roles": "editor"},
    ],
    ids=["expired", "wrong audience", "empty tenant", "tenant is no text", "roles are no list"],
)
async def test_a_token_with_a_wrong_claim_is_refused(
    client: AsyncClient, tokens: TokenIssuer, changes: dict[str, object]
) -> None:
    """Each claim counts."""
    token = tokens.sign(tokens.claims("acme", "viewer") | changes)

    _assert_refused(await client.get("/customers", headers={"Authorization": f"Bearer {token}"}))


@pytest.mark.parametrize("claim", ["sub", "aud", "exp", "tenant_id"])
async def test_a_token_without_a_needed_claim_is_refused(
    client: AsyncClient, tokens: TokenIssuer, claim: str
) -> None:
    """A token that never ends, or names no tenant, proves nothing."""
    claims = tokens.claims("acme", "viewer")
    del claims[claim]
    token = tokens.sign(claims)

    _assert_refused(await client.get("/customers", headers={"Authorization": f"Bearer {token}"}))


async def test_a_token_signed_with_another_key_is_refused(
    client: AsyncClient, tokens: TokenIssuer
) -> None:
    """The signature counts."""
    forger = TokenIssuer(secrets.token_hex(32), tokens.audience)

    _assert_refused(await client.get("/customers", headers=forger.headers("acme", "viewer")))


async def test_an_unsigned_token_is_refused(client: AsyncClient, tokens: TokenIssuer) -> None:
    """The token does not choose its own algorithm."""
    token = jwt.encode(tokens.claims("acme", "viewer"), key=None, algorithm="none")

    _assert_refused(await client.get("/customers", headers={"Authorization": f"Bearer {token}"}))


async def test_an_endpoint_refuses_to_work_without_the_middleware() -> None:
    """A service that was wired wrongly answers 401, not with data."""
    app = FastAPI()

    @app.exception_handler(CustomerError)
    async def refuse(_request: object, error: CustomerError) -> object:
        return error_response(error)

    @app.get("/open", dependencies=[Depends(require_viewer)])
    async def read() -> str:
        return "data"

    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://service") as client:
        _assert_refused(await client.get("/open"))
