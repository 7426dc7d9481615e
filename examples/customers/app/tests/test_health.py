"""Anyone may ask whether the service can work."""

from __future__ import annotations

import secrets
import threading
from http import HTTPStatus
from pathlib import Path

import pytest
from anyio import to_thread
from httpx import ASGITransport, AsyncClient

from app.main import create_app
from app.settings import Settings

pytestmark = pytest.mark.anyio


async def test_health_is_ok_while_the_database_answers(client: AsyncClient) -> None:
    """No token is needed."""
    response = await client.get("/health")

    assert response.status_code == HTTPStatus.OK
    assert response.json() == {"status": "ok", "database": "ok"}


async def test_health_is_unavailable_without_the_database(tmp_path: Path) -> None:
    """A database that cannot be opened gives 503."""
    nowhere = tmp_path / "missing" / "customers.db"
    app = create_app(Settings(f"sqlite+aiosqlite:///{nowhere}", secrets.token_hex(32), "customers"))

    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://service") as client:
        response = await client.get("/health")
    await to_thread.run_sync(_join_database_threads)

    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response.json() == {"status": "unavailable", "database": "unavailable"}


async def test_the_openapi_document_lists_the_endpoints(client: AsyncClient) -> None:
    """The document is public and names the bearer scheme."""
    document = (await client.get("/openapi.json")).json()

    assert {"/health", "/customers", "/customers/{customer_id}"} <= set(document["paths"])
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"


def _join_database_threads() -> None:
    """Let aiosqlite's thread report that it could not connect while there is a loop to hear it."""
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            thread.join(timeout=5)
