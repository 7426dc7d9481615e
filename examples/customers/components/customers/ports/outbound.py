"""What the component needs from outside."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime

from components.customers.domain.model import Customer, CustomerId, TenantId


class CustomerRepository(ABC):
    """Keeps customers; every call sees the customers of one tenant only."""

    @abstractmethod
    async def add(self, tenant_id: TenantId, customer: Customer) -> None:
        """Keep a new customer under the tenant.

        Raises:
            EmailTakenError: A customer of the tenant has the address.
            TenantMismatchError: The customer belongs to another tenant.
        """

    @abstractmethod
    async def get(self, tenant_id: TenantId, customer_id: CustomerId) -> Customer | None:
        """Return a customer of the tenant, or None."""

    @abstractmethod
    async def list_after(
        self, tenant_id: TenantId, after: CustomerId | None, limit: int
    ) -> Sequence[Customer]:
        """Return up to `limit` customers of the tenant, by id, from behind `after`."""

    @abstractmethod
    async def update(self, tenant_id: TenantId, customer: Customer) -> None:
        """Replace what is kept of a customer of the tenant.

        Raises:
            CustomerNotFoundError: The tenant has no such customer.
            TenantMismatchError: The customer belongs to another tenant.
        """


class Clock(ABC):
    """Tells the time."""

    @abstractmethod
    def now(self) -> datetime:
        """Return the present moment in UTC."""


class IdFactory(ABC):
    """Makes identifiers."""

    @abstractmethod
    def new_id(self) -> str:
        """Return an identifier that was never returned before."""
