"""Customers in memory, for tests and trials."""

from __future__ import annotations

from collections.abc import Sequence

from components.customers.domain.exceptions import CustomerNotFoundError, EmailTakenError
from components.customers.domain.model import Customer, CustomerId, TenantId
from components.customers.ports.outbound import CustomerRepository


class MemoryCustomerRepository(CustomerRepository):
    """Keeps customers in one dictionary for each tenant."""

    def __init__(self) -> None:
        """Begin without customers."""
        self._tenants: dict[TenantId, dict[CustomerId, Customer]] = {}

    async def add(self, tenant_id: TenantId, customer: Customer) -> None:
        """See the port."""
        customer.require_tenant(tenant_id)
        kept = self._tenants.setdefault(tenant_id, {})
        if any(other.email == customer.email for other in kept.values()):
            message = "A customer with this e-mail address exists."
            raise EmailTakenError(message, email=customer.email.value)
        kept[customer.customer_id] = customer

    async def get(self, tenant_id: TenantId, customer_id: CustomerId) -> Customer | None:
        """See the port."""
        return self._tenants.get(tenant_id, {}).get(customer_id)

    async def list_after(
        self, tenant_id: TenantId, after: CustomerId | None, limit: int
    ) -> Sequence[Customer]:
        """See the port."""
        kept = self._tenants.get(tenant_id, {})
        ids = sorted(key for key in kept if after is None or key > after)
        return [kept[key] for key in ids[:limit]]

    async def update(self, tenant_id: TenantId, customer: Customer) -> None:
        """See the port."""
        customer.require_tenant(tenant_id)
        kept = self._tenants.get(tenant_id, {})
        if customer.customer_id not in kept:
            message = "There is no such customer."
            raise CustomerNotFoundError(message, customer_id=customer.customer_id)
        kept[customer.customer_id] = customer
