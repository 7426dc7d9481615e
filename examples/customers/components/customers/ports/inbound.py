"""What callers may ask of the component."""

from __future__ import annotations

from abc import ABC, abstractmethod

from components.customers.domain.model import (
    Customer,
    CustomerPage,
    DeactivateCustomer,
    FindCustomer,
    ListCustomers,
    RegisterCustomer,
    RenameCustomer,
)


class CustomerCommands(ABC):
    """The changes that callers may ask for."""

    @abstractmethod
    async def register(self, command: RegisterCustomer) -> Customer:
        """Register a customer.

        Raises:
            InvalidCustomerError: The name or the address is not valid.
            EmailTakenError: A customer of the tenant has the address.
        """

    @abstractmethod
    async def rename(self, command: RenameCustomer) -> Customer:
        """Give a customer another name.

        Raises:
            CustomerNotFoundError: The tenant has no such customer.
            CustomerInactiveError: The customer was deactivated.
            InvalidCustomerError: The name is not valid.
        """

    @abstractmethod
    async def deactivate(self, command: DeactivateCustomer) -> Customer:
        """End the business with a customer.

        Raises:
            CustomerNotFoundError: The tenant has no such customer.
            CustomerInactiveError: The customer was deactivated before.
        """


class CustomerQueries(ABC):
    """The questions that callers may ask."""

    @abstractmethod
    async def find(self, query: FindCustomer) -> Customer:
        """Find one customer.

        Raises:
            CustomerNotFoundError: The tenant has no such customer.
        """

    @abstractmethod
    async def list_customers(self, query: ListCustomers) -> CustomerPage:
        """List customers in the order of their ids."""
