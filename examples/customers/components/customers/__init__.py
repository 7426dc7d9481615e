"""The public API of the customers component."""

from __future__ import annotations

from components.customers.domain.exceptions import CustomerError
from components.customers.domain.model import (
    Customer,
    CustomerId,
    CustomerPage,
    CustomerStatus,
    DeactivateCustomer,
    EmailAddress,
    FindCustomer,
    ListCustomers,
    RegisterCustomer,
    RenameCustomer,
    TenantId,
)
from components.customers.ports.inbound import CustomerCommands, CustomerQueries

__all__ = [
    "Customer",
    "CustomerCommands",
    "CustomerError",
    "CustomerId",
    "CustomerPage",
    "CustomerQueries",
    "CustomerStatus",
    "DeactivateCustomer",
    "EmailAddress",
    "FindCustomer",
    "ListCustomers",
    "RegisterCustomer",
    "RenameCustomer",
    "TenantId",
]
