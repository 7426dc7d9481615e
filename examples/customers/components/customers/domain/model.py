"""The customer entity, its values, and the commands and queries about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from components.customers.domain.exceptions import (
    CustomerInactiveError,
    InvalidCustomerError,
    TenantMismatchError,
)

TenantId = NewType("TenantId", str)
CustomerId = NewType("CustomerId", str)

NAME_MAX_LENGTH: Final = 200
EMAIL_MAX_LENGTH: Final = 254

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class CustomerStatus(StrEnum):
    """Whether business is done with a customer."""

    ACTIVE = "active"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An e-mail address in lower case.

    Raises:
        InvalidCustomerError: The text is not an address in lower case.
    """

    value: str

    def __post_init__(self) -> None:
        """Refuse what is not an address."""
        well_formed = _EMAIL.fullmatch(self.value) and self.value == self.value.lower()
        if not well_formed or len(self.value) > EMAIL_MAX_LENGTH:
            message = "The e-mail address is not valid."
            raise InvalidCustomerError(message, email=self.value)

    @classmethod
    def parse(cls, text: str) -> EmailAddress:
        """Read an address as people type it, in any case and with spaces around it."""
        return cls(text.strip().lower())


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of one tenant; every change gives a new value.

    Raises:
        InvalidCustomerError: The name is empty, too long, or has spaces around it.
    """

    customer_id: CustomerId
    tenant_id: TenantId
    name: str
    email: EmailAddress
    status: CustomerStatus
    created_at: datetime
    updated_at: datetime

    def __post_init__(self) -> None:
        """Refuse a name that no customer may have."""
        if not self.name or self.name != self.name.strip() or len(self.name) > NAME_MAX_LENGTH:
            message = f"A name has 1 to {NAME_MAX_LENGTH} characters."
            raise InvalidCustomerError(message, name=self.name)

    @classmethod
    def register(
        cls,
        customer_id: CustomerId,
        command: RegisterCustomer,
        now: datetime,
    ) -> Customer:
        """Make a new, active customer.

        Raises:
            InvalidCustomerError: The name or the address is not valid.
        """
        return cls(
            customer_id=customer_id,
            tenant_id=command.tenant_id,
            name=command.name.strip(),
            email=EmailAddress.parse(command.email),
            status=CustomerStatus.ACTIVE,
            created_at=now,
            updated_at=now,
        )

    def rename(self, name: str, now: datetime) -> Customer:
        """Give the customer another name.

        Raises:
            CustomerInactiveError: The customer was deactivated.
            InvalidCustomerError: The name is not valid.
        """
        self._require_active()
        return replace(self, name=name.strip(), updated_at=now)

    def deactivate(self, now: datetime) -> Customer:
        """End the business with the customer.

        Raises:
            CustomerInactiveError: The customer was deactivated before.
        """
        self._require_active()
        return replace(self, status=CustomerStatus.INACTIVE, updated_at=now)

    def require_tenant(self, tenant_id: TenantId) -> None:
        """Make sure that the customer is the tenant's.

        Raises:
            TenantMismatchError: The customer belongs to another tenant.
        """
        if self.tenant_id != tenant_id:
            message = "The customer belongs to another tenant."
            raise TenantMismatchError(message, customer_id=self.customer_id)

    def _require_active(self) -> None:
        if self.status is not CustomerStatus.ACTIVE:
            message = "The customer was deactivated."
            raise CustomerInactiveError(message, customer_id=self.customer_id)


@dataclass(frozen=True, slots=True)
class RegisterCustomer:
    """Command: register a customer."""

    tenant_id: TenantId
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class RenameCustomer:
    """Command: give a customer another name."""

    tenant_id: TenantId
    customer_id: CustomerId
    name: str


@dataclass(frozen=True, slots=True)
class DeactivateCustomer:
    """Command: end the business with a customer."""

    tenant_id: TenantId
    customer_id: CustomerId


@dataclass(frozen=True, slots=True)
class FindCustomer:
    """Query: one customer."""

    tenant_id: TenantId
    customer_id: CustomerId


@dataclass(frozen=True, slots=True)
class ListCustomers:
    """Query: up to `limit` customers whose ids come after `after`."""

    tenant_id: TenantId
    limit: int
    after: CustomerId | None = None


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Some customers in the order of their ids, and where the next ones begin."""

    items: tuple[Customer, ...]
    next_after: CustomerId | None
