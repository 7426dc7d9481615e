"""Customers for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from components.customers.domain.model import Customer, CustomerId, RegisterCustomer, TenantId

ACME: Final = TenantId("acme")
GLOBEX: Final = TenantId("globex")
REGISTERED_AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def make_customer(customer_id: str, tenant_id: TenantId = ACME, name: str = "Ada") -> Customer:
    """Make an active customer whose address follows from its id."""
    command = RegisterCustomer(tenant_id, name, f"{customer_id}@example.org")
    return Customer.register(CustomerId(customer_id), command, REGISTERED_AT)
