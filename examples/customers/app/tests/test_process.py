"""The service runs as a process of its own and answers over the network."""

from __future__ import annotations

import os
import socket
import sys
from http import HTTPStatus
from pathlib import Path
from typing import Final

import anyio
import httpx
import pytest

from app.settings import DATABASE_URL, JWT_AUDIENCE, JWT_KEY, Settings
from app.tests.tokens import TokenIssuer

pytestmark = pytest.mark.anyio

PROJECT: Final = Path(__file__).parents[2]
START_SECONDS: Final = 30


async def test_the_service_runs_under_uvicorn(settings: Settings, tokens: TokenIssuer) -> None:
    """A customer registered over a socket is found again."""
    port = str(_free_port())
    process = await anyio.open_process(
        [sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory", "--port", port],
        cwd=PROJECT,
        env=_environment_of(settings),
        stdin=None,
        stdout=None,
        stderr=None,
    )
    async with process, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        try:
            health = await _health_of(client)
            registered = await client.post(
                "/customers",
                json={"name": "Ada", "email": "ada@example.org"},
                headers=tokens.headers("acme", "editor"),
            )
            found = await client.get(
                registered.headers["Location"], headers=tokens.headers("acme", "viewer")
            )
        finally:
            process.terminate()

    assert health.status_code == HTTPStatus.OK
    assert registered.status_code == HTTPStatus.CREATED
    assert found.json() == registered.json()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment_of(settings: Settings) -> dict[str, str]:
    return os.environ | {
        DATABASE_URL: settings.database_url,
        JWT_KEY: settings.jwt_key,
        JWT_AUDIENCE: settings.jwt_audience,
    }


async def _health_of(client: httpx.AsyncClient) -> httpx.Response:
    with anyio.fail_after(START_SECONDS):
        while True:
            try:
                return await client.get("/health")
            except httpx.TransportError:
                await anyio.sleep(0.05)
