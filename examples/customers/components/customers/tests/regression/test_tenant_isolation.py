"""Leaks between tenants that must not come back."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from httpx import AsyncClient

from app.tests.tokens import TokenIssuer
from components.customers.domain.model import CustomerId
from components.customers.ports.outbound import CustomerRepository
from components.customers.tests.samples import ACME, GLOBEX, REGISTERED_AT, make_customer

pytestmark = pytest.mark.anyio

ADA = {"name": "Ada", "email": "ada@example.org"}


async def test_an_address_taken_by_another_tenant_is_free(
    client: AsyncClient, tokens: TokenIssuer
) -> None:
    """A conflict would tell one tenant whom another one knows."""
    first = await client.post("/customers", json=ADA, headers=tokens.headers("acme", "editor"))
    second = await client.post("/customers", json=ADA, headers=tokens.headers("globex", "editor"))

    assert first.status_code == second.status_code == HTTPStatus.CREATED


@pytest.mark.agent_tenant(GLOBEX)
async def test_a_position_of_another_tenant_shows_nothing_of_it(
    customers: CustomerRepository,
) -> None:
    """The filter by tenant holds when the list goes on behind an id."""
    for customer_id in ("c1", "c3"):
        await customers.add(ACME, make_customer(customer_id, ACME))
    theirs = make_customer("c2", GLOBEX)
    await customers.add(GLOBEX, theirs)

    assert await customers.list_after(GLOBEX, CustomerId("c1"), 10) == [theirs]


@pytest.mark.agent_tenant(ACME)
async def test_an_update_stops_at_the_tenant_when_ids_are_equal(
    customers: CustomerRepository,
) -> None:
    """Equal ids in two tenants are two customers."""
    ours, theirs = make_customer("c1", ACME), make_customer("c1", GLOBEX)
    await customers.add(ACME, ours)
    await customers.add(GLOBEX, theirs)

    await customers.update(GLOBEX, theirs.deactivate(REGISTERED_AT))

    assert await customers.get(ACME, CustomerId("c1")) == ours
