"""What the tests of the component share: doubles of its outbound ports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from app.settings import Settings
from components.customers.adapters.outbound.memory_clock import MemoryClock
from components.customers.adapters.outbound.memory_ids import MemoryIds
from components.customers.adapters.outbound.memory_repo import MemoryCustomerRepository
from components.customers.adapters.outbound.sql_repo import SqlCustomerRepository
from components.customers.adapters.outbound.tables import create_tables
from components.customers.ports.outbound import CustomerRepository


@pytest.fixture
def clock() -> MemoryClock:
    """A clock that stands at the first of March 2026."""
    return MemoryClock(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def ids() -> MemoryIds:
    """Ids that count from one."""
    return MemoryIds()


@pytest.fixture
def memory_customers() -> MemoryCustomerRepository:
    """A repository in memory."""
    return MemoryCustomerRepository()


@pytest.fixture
async def sql_customers(settings: Settings) -> AsyncIterator[SqlCustomerRepository]:
    """A repository on an empty SQLite database."""
    engine = create_async_engine(settings.database_url)
    await create_tables(engine)
    yield SqlCustomerRepository(async_sessionmaker(engine, expire_on_commit=False))
    await engine.dispose()


@pytest.fixture(params=["memory", "sql"])
def customers(
    request: pytest.FixtureRequest,
    memory_customers: MemoryCustomerRepository,
    sql_customers: SqlCustomerRepository,
) -> CustomerRepository:
    """Each repository in turn."""
    return memory_customers if request.param == "memory" else sql_customers
