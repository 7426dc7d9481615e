"""Each command and query reaches its handler."""

from __future__ import annotations

import pytest

from components.customers.adapters.inbound.dispatcher import CommandDispatcher, QueryDispatcher
from components.customers.adapters.outbound.memory_clock import MemoryClock
from components.customers.adapters.outbound.memory_ids import MemoryIds
from components.customers.adapters.outbound.memory_repo import MemoryCustomerRepository
from components.customers.domain.model import (
    CustomerStatus,
    DeactivateCustomer,
    FindCustomer,
    ListCustomers,
    RegisterCustomer,
    RenameCustomer,
)
from components.customers.domain.service import (
    DeactivateCustomerHandler,
    FindCustomerHandler,
    ListCustomersHandler,
    RegisterCustomerHandler,
    RenameCustomerHandler,
)
from components.customers.tests.samples import ACME

pytestmark = [pytest.mark.anyio, pytest.mark.agent_task("TASK-CUST-APP-001")]


async def test_commands_and_queries_work_on_the_same_customers(
    memory_customers: MemoryCustomerRepository, clock: MemoryClock, ids: MemoryIds
) -> None:
    """What a command did, a query sees."""
    commands = CommandDispatcher(
        RegisterCustomerHandler(memory_customers, clock, ids),
        RenameCustomerHandler(memory_customers, clock),
        DeactivateCustomerHandler(memory_customers, clock),
    )
    queries = QueryDispatcher(
        FindCustomerHandler(memory_customers), ListCustomersHandler(memory_customers)
    )

    registered = await commands.register(RegisterCustomer(ACME, "Ada", "ada@example.org"))
    customer_id = registered.customer_id
    renamed = await commands.rename(RenameCustomer(ACME, customer_id, "Grace"))
    assert await queries.find(FindCustomer(ACME, customer_id)) == renamed

    inactive = await commands.deactivate(DeactivateCustomer(ACME, customer_id))
    assert inactive.status is CustomerStatus.INACTIVE
    assert (await queries.list_customers(ListCustomers(ACME, limit=5))).items == (inactive,)
