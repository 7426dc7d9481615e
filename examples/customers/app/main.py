"""The composition root: the only place that knows every adapter."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from app import health
from app.settings import Settings
from components.customers.adapters.inbound import api_handler
from components.customers.adapters.inbound.dispatcher import CommandDispatcher, QueryDispatcher
from components.customers.adapters.inbound.error_response import error_response
from components.customers.adapters.inbound.jwt_middleware import JwtMiddleware, TokenVerifier
from components.customers.adapters.outbound.random_ids import RandomIds
from components.customers.adapters.outbound.sql_repo import SqlCustomerRepository
from components.customers.adapters.outbound.system_clock import SystemClock
from components.customers.adapters.outbound.tables import create_tables
from components.customers.domain.exceptions import CustomerError
from components.customers.domain.service import (
    DeactivateCustomerHandler,
    FindCustomerHandler,
    ListCustomersHandler,
    RegisterCustomerHandler,
    RenameCustomerHandler,
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the service, from the environment unless settings are given.

    Raises:
        SettingsError: A setting is missing or not usable.
    """
    settings = settings or Settings.from_environment(os.environ)
    app = FastAPI(title="Customers", version="1.0.0", lifespan=_prepare_database, redoc_url=None)
    app.state.engine = create_async_engine(settings.database_url)
    _wire_customers(app, app.state.engine)
    app.include_router(health.router)
    app.include_router(api_handler.router)
    app.exception_handler(CustomerError)(_refuse)
    verifier = TokenVerifier(settings.jwt_key, settings.jwt_audience)
    app.add_middleware(JwtMiddleware, verifier=verifier)
    return app


@asynccontextmanager
async def _prepare_database(app: FastAPI) -> AsyncIterator[None]:
    await create_tables(app.state.engine)
    yield
    await app.state.engine.dispose()


def _wire_customers(app: FastAPI, engine: AsyncEngine) -> None:
    customers = SqlCustomerRepository(async_sessionmaker(engine, expire_on_commit=False))
    clock = SystemClock()
    app.state.customer_commands = CommandDispatcher(
        RegisterCustomerHandler(customers, clock, RandomIds()),
        RenameCustomerHandler(customers, clock),
        DeactivateCustomerHandler(customers, clock),
    )
    app.state.customer_queries = QueryDispatcher(
        FindCustomerHandler(customers),
        ListCustomersHandler(customers),
    )


async def _refuse(_request: Request, error: CustomerError) -> Response:
    return error_response(error)
