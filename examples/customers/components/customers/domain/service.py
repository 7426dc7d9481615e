"""The use cases: one handler for each command and each query."""

from __future__ import annotations

from dataclasses import dataclass

from components.customers.domain.exceptions import CustomerNotFoundError
from components.customers.domain.model import (
    Customer,
    CustomerId,
    CustomerPage,
    DeactivateCustomer,
    FindCustomer,
    ListCustomers,
    RegisterCustomer,
    RenameCustomer,
    TenantId,
)
from components.customers.ports.outbound import Clock, CustomerRepository, IdFactory


@dataclass(frozen=True, slots=True)
class RegisterCustomerHandler:
    """Registers customers."""

    customers: CustomerRepository
    clock: Clock
    ids: IdFactory

    async def handle(self, command: RegisterCustomer) -> Customer:
        """Register a customer of the tenant.

        Raises:
            InvalidCustomerError: The name or the address is not valid.
            EmailTakenError: A customer of the tenant has the address.
        """
        customer_id = CustomerId(self.ids.new_id())
        customer = Customer.register(customer_id, command, self.clock.now())
        await self.customers.add(command.tenant_id, customer)
        return customer


@dataclass(frozen=True, slots=True)
class RenameCustomerHandler:
    """Renames customers."""

    customers: CustomerRepository
    clock: Clock

    async def handle(self, command: RenameCustomer) -> Customer:
        """Give a customer of the tenant another name.

        Raises:
            CustomerNotFoundError: The tenant has no such customer.
            CustomerInactiveError: The customer was deactivated.
            InvalidCustomerError: The name is not valid.
        """
        customer = await _require(self.customers, command.tenant_id, command.customer_id)
        renamed = customer.rename(command.name, self.clock.now())
        await self.customers.update(command.tenant_id, renamed)
        return renamed


@dataclass(frozen=True, slots=True)
class DeactivateCustomerHandler:
    """Deactivates customers."""

    customers: CustomerRepository
    clock: Clock

    async def handle(self, command: DeactivateCustomer) -> Customer:
        """End the business with a customer of the tenant.

        Raises:
            CustomerNotFoundError: The tenant has no such customer.
            CustomerInactiveError: The customer was deactivated before.
        """
        customer = await _require(self.customers, command.tenant_id, command.customer_id)
        inactive = customer.deactivate(self.clock.now())
        await self.customers.update(command.tenant_id, inactive)
        return inactive


@dataclass(frozen=True, slots=True)
class FindCustomerHandler:
    """Finds one customer."""

    customers: CustomerRepository

    async def handle(self, query: FindCustomer) -> Customer:
        """Find a customer of the tenant.

        Raises:
            CustomerNotFoundError: The tenant has no such customer.
        """
        return await _require(self.customers, query.tenant_id, query.customer_id)


@dataclass(frozen=True, slots=True)
class ListCustomersHandler:
    """Lists customers."""

    customers: CustomerRepository

    async def handle(self, query: ListCustomers) -> CustomerPage:
        """List customers of the tenant in the order of their ids."""
        # One more than asked for tells whether others follow.
        found = await self.customers.list_after(query.tenant_id, query.after, query.limit + 1)
        items = tuple(found[: query.limit])
        more = len(found) > query.limit
        return CustomerPage(items, items[-1].customer_id if more else None)


async def _require(
    customers: CustomerRepository, tenant_id: TenantId, customer_id: CustomerId
) -> Customer:
    customer = await customers.get(tenant_id, customer_id)
    if customer is None:
        message = "There is no such customer."
        raise CustomerNotFoundError(message, customer_id=customer_id)
    return customer
