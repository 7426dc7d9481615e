"""One suite for every customer repository."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from components.customers.domain.exceptions import (
    CustomerNotFoundError,
    EmailTakenError,
    TenantMismatchError,
)
from components.customers.domain.model import Customer, CustomerId, CustomerStatus, RegisterCustomer
from components.customers.ports.outbound import CustomerRepository
from components.customers.tests.samples import ACME, GLOBEX, REGISTERED_AT, make_customer

pytestmark = pytest.mark.anyio

C1 = CustomerId("c1")


@pytest.mark.agent_tenant(ACME)
async def test_get_returns_what_add_kept(customers: CustomerRepository) -> None:
    """Every field survives."""
    customer = make_customer("c1")

    await customers.add(ACME, customer)

    assert await customers.get(ACME, C1) == customer


async def test_get_returns_none_for_an_unknown_id(customers: CustomerRepository) -> None:
    """An empty repository knows no one."""
    assert await customers.get(ACME, C1) is None


@pytest.mark.agent_tenant(ACME)
async def test_moments_of_other_zones_stay_the_same_moment(customers: CustomerRepository) -> None:
    """What is read back is equal, and aware of its zone."""
    elsewhere = REGISTERED_AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    command = RegisterCustomer(ACME, "Ada", "ada@example.org")
    await customers.add(ACME, Customer.register(C1, command, elsewhere))

    found = await customers.get(ACME, C1)

    assert found is not None
    assert found.created_at == REGISTERED_AT


@pytest.mark.agent_tenant(ACME)
async def test_add_refuses_an_address_that_is_taken(customers: CustomerRepository) -> None:
    """The first customer stays, the second is not kept."""
    first = make_customer("c1")
    command = RegisterCustomer(ACME, "Eve", first.email.value)
    await customers.add(ACME, first)

    with pytest.raises(EmailTakenError):
        await customers.add(ACME, Customer.register(CustomerId("c2"), command, REGISTERED_AT))

    assert await customers.list_after(ACME, None, 10) == [first]


@pytest.mark.agent_tenant(ACME)
async def test_list_after_goes_on_behind_an_id(customers: CustomerRepository) -> None:
    """The order is that of the ids, and the limit holds."""
    for customer_id in ("c4", "c2", "c1", "c3"):
        await customers.add(ACME, make_customer(customer_id))

    first = await customers.list_after(ACME, None, 2)
    rest = await customers.list_after(ACME, CustomerId("c2"), 10)

    assert [customer.customer_id for customer in first] == ["c1", "c2"]
    assert [customer.customer_id for customer in rest] == ["c3", "c4"]


@pytest.mark.agent_tenant(ACME)
async def test_update_replaces_what_is_kept(customers: CustomerRepository) -> None:
    """Name, status and moment of change are kept; other customers stay."""
    customer, other = make_customer("c1"), make_customer("c2")
    await customers.add(ACME, customer)
    await customers.add(ACME, other)
    later = REGISTERED_AT + timedelta(days=1)
    changed = customer.rename("Grace", later).deactivate(later)

    await customers.update(ACME, changed)

    found = await customers.get(ACME, C1)
    assert found == changed
    assert found.status is CustomerStatus.INACTIVE
    assert await customers.get(ACME, CustomerId("c2")) == other


async def test_update_refuses_an_unknown_customer(customers: CustomerRepository) -> None:
    """An update never adds."""
    with pytest.raises(CustomerNotFoundError):
        await customers.update(ACME, make_customer("c1"))

    assert await customers.get(ACME, C1) is None


async def test_tenants_do_not_see_each_other(customers: CustomerRepository) -> None:
    """Reading and changing stop at the tenant, even for the same id."""
    ours, theirs = make_customer("c1", ACME), make_customer("c1", GLOBEX)
    await customers.add(ACME, ours)

    assert await customers.get(GLOBEX, C1) is None
    assert await customers.list_after(GLOBEX, None, 10) == []
    with pytest.raises(CustomerNotFoundError):
        await customers.update(GLOBEX, theirs)

    await customers.add(GLOBEX, theirs)
    await customers.update(GLOBEX, theirs.rename("Globex", REGISTERED_AT))
    assert await customers.get(ACME, C1) == ours


async def test_a_customer_is_kept_under_its_own_tenant_only(customers: CustomerRepository) -> None:
    """A tenant that does not fit the customer is a mistake, not a transfer."""
    customer = make_customer("c1", ACME)

    with pytest.raises(TenantMismatchError):
        await customers.add(GLOBEX, customer)
    with pytest.raises(TenantMismatchError):
        await customers.update(GLOBEX, customer)

    assert await customers.get(GLOBEX, C1) is None
