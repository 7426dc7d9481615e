"""What the tests of the application and of its components share: the running service."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.main import create_app
from app.settings import Settings
from app.tests.tokens import TokenIssuer


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio only, as SQLAlchemy does."""
    return "asyncio"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a database and a key of the test's own."""
    database = tmp_path / "customers.db"
    return Settings(f"sqlite+aiosqlite:///{database}", secrets.token_hex(32), "customers")


@pytest.fixture
def tokens(settings: Settings) -> TokenIssuer:
    """An issuer whose tokens the service trusts."""
    return TokenIssuer(settings.jwt_key, settings.jwt_audience)


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[FastAPI]:
    """The wired service on SQLite, started and stopped."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(service: FastAPI) -> AsyncIterator[AsyncClient]:
    """A client that talks HTTP to the service in this process."""
    transport = ASGITransport(app=service)
    async with AsyncClient(transport=transport, base_url="http://service") as client:
        yield client
