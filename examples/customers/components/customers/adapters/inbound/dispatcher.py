"""Hands each command and query to its handler."""

from __future__ import annotations

from components.customers.domain.model import (
    Customer,
    CustomerPage,
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
from components.customers.ports.inbound import CustomerCommands, CustomerQueries


class CommandDispatcher(CustomerCommands):
    """The inbound port for changes, on top of the command handlers."""

    def __init__(
        self,
        register: RegisterCustomerHandler,
        rename: RenameCustomerHandler,
        deactivate: DeactivateCustomerHandler,
    ) -> None:
        """Keep one handler for each command."""
        self._register = register
        self._rename = rename
        self._deactivate = deactivate

    async def register(self, command: RegisterCustomer) -> Customer:
        """See the port."""
        return await self._register.handle(command)

    async def rename(self, command: RenameCustomer) -> Customer:
        """See the port."""
        return await self._rename.handle(command)

    async def deactivate(self, command: DeactivateCustomer) -> Customer:
        """See the port."""
        return await self._deactivate.handle(command)


class QueryDispatcher(CustomerQueries):
    """The inbound port for questions, on top of the query handlers."""

    def __init__(self, find: FindCustomerHandler, list_customers: ListCustomersHandler) -> None:
        """Keep one handler for each query."""
        self._find = find
        self._list_customers = list_customers

    async def find(self, query: FindCustomer) -> Customer:
        """See the port."""
        return await self._find.handle(query)

    async def list_customers(self, query: ListCustomers) -> CustomerPage:
        """See the port."""
        return await self._list_customers.handle(query)
