"""The use cases, on repositories in memory."""

from __future__ import annotations

from datetime import timedelta

import pytest

from components.customers.adapters.outbound.memory_clock import MemoryClock
from components.customers.adapters.outbound.memory_ids import MemoryIds
from components.customers.adapters.outbound.memory_repo import MemoryCustomerRepository
from components.customers.domain.exceptions import (
    CustomerInactiveError,
    CustomerNotFoundError,
    EmailTakenError,
    InvalidCustomerError,
)
from components.customers.domain.model import (
    CustomerId,
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
from components.customers.tests.samples import ACME, GLOBEX, make_customer

pytestmark = [pytest.mark.anyio, pytest.mark.agent_task("TASK-CUST-APP-001")]

C1 = CustomerId("c1")


async def test_register_keeps_a_customer_with_its_own_id_and_moment(
    memory_customers: MemoryCustomerRepository, clock: MemoryClock, ids: MemoryIds
) -> None:
    """The id and the moment come from the ports."""
    handler = RegisterCustomerHandler(memory_customers, clock, ids)

    customer = await handler.handle(RegisterCustomer(ACME, "Ada", "ada@example.org"))

    assert (customer.customer_id, customer.created_at) == ("id-0001", clock.now())
    assert await memory_customers.get(ACME, customer.customer_id) == customer


async def test_register_refuses_an_address_that_is_taken(
    memory_customers: MemoryCustomerRepository, clock: MemoryClock, ids: MemoryIds
) -> None:
    """One address, one customer, in any case of letters."""
    handler = RegisterCustomerHandler(memory_customers, clock, ids)
    await handler.handle(RegisterCustomer(ACME, "Ada", "ada@example.org"))

    with pytest.raises(EmailTakenError) as refusal:
        await handler.handle(RegisterCustomer(ACME, "Eve", "ADA@example.org"))

    assert refusal.value.context == {"email": "ada@example.org"}


async def test_register_keeps_nothing_that_is_not_valid(
    memory_customers: MemoryCustomerRepository, clock: MemoryClock, ids: MemoryIds
) -> None:
    """A refused customer leaves no trace."""
    handler = RegisterCustomerHandler(memory_customers, clock, ids)

    with pytest.raises(InvalidCustomerError):
        await handler.handle(RegisterCustomer(ACME, "Ada", "nowhere"))

    assert await memory_customers.list_after(ACME, None, 10) == []


async def test_rename_keeps_the_new_name(
    memory_customers: MemoryCustomerRepository, clock: MemoryClock
) -> None:
    """The moment of change comes from the clock."""
    await memory_customers.add(ACME, make_customer("c1"))
    clock.advance(timedelta(hours=2))

    renamed = await RenameCustomerHandler(memory_customers, clock).handle(
        RenameCustomer(ACME, C1, "Grace")
    )

    assert (renamed.name, renamed.updated_at) == ("Grace", clock.now())
    assert await memory_customers.get(ACME, C1) == renamed


async def test_deactivate_keeps_the_new_status_and_happens_once(
    memory_customers: MemoryCustomerRepository, clock: MemoryClock
) -> None:
    """The second attempt is refused."""
    await memory_customers.add(ACME, make_customer("c1"))
    handler = DeactivateCustomerHandler(memory_customers, clock)

    inactive = await handler.handle(DeactivateCustomer(ACME, C1))

    assert inactive.status is CustomerStatus.INACTIVE
    assert await memory_customers.get(ACME, C1) == inactive
    with pytest.raises(CustomerInactiveError):
        await handler.handle(DeactivateCustomer(ACME, C1))


async def test_find_returns_the_customer(memory_customers: MemoryCustomerRepository) -> None:
    """The value is the one that was kept."""
    customer = make_customer("c1")
    await memory_customers.add(ACME, customer)

    assert await FindCustomerHandler(memory_customers).handle(FindCustomer(ACME, C1)) == customer


async def test_list_gives_pages_in_the_order_of_ids(
    memory_customers: MemoryCustomerRepository,
) -> None:
    """Every customer comes once, and the last page says so."""
    for customer_id in ("c3", "c1", "c2"):
        await memory_customers.add(ACME, make_customer(customer_id))
    handler = ListCustomersHandler(memory_customers)

    first = await handler.handle(ListCustomers(ACME, limit=2))
    second = await handler.handle(ListCustomers(ACME, limit=2, after=first.next_after))

    assert [customer.customer_id for customer in first.items] == ["c1", "c2"]
    assert first.next_after == "c2"
    assert [customer.customer_id for customer in second.items] == ["c3"]
    assert second.next_after is None


async def test_a_full_last_page_has_no_next_one(
    memory_customers: MemoryCustomerRepository,
) -> None:
    """As many customers as asked for do not mean that others follow."""
    await memory_customers.add(ACME, make_customer("c1"))

    page = await ListCustomersHandler(memory_customers).handle(ListCustomers(ACME, limit=1))

    assert (len(page.items), page.next_after) == (1, None)


async def test_no_use_case_reaches_a_customer_of_another_tenant(
    memory_customers: MemoryCustomerRepository, clock: MemoryClock
) -> None:
    """For another tenant the customer does not exist."""
    customer = make_customer("c1", ACME)
    await memory_customers.add(ACME, customer)

    with pytest.raises(CustomerNotFoundError):
        await FindCustomerHandler(memory_customers).handle(FindCustomer(GLOBEX, C1))
    with pytest.raises(CustomerNotFoundError):
        await RenameCustomerHandler(memory_customers, clock).handle(
            RenameCustomer(GLOBEX, C1, "Eve")
        )
    with pytest.raises(CustomerNotFoundError):
        await DeactivateCustomerHandler(memory_customers, clock).handle(
            DeactivateCustomer(GLOBEX, C1)
        )
    page = await ListCustomersHandler(memory_customers).handle(ListCustomers(GLOBEX, limit=10))

    assert page.items == ()
    assert await memory_customers.get(ACME, C1) == customer
