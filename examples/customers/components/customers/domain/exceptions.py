"""The refusals of the customers component, each with a stable code and its context."""

from __future__ import annotations

from typing import ClassVar


class CustomerError(Exception):
    """A request that the component refuses.

    Attributes:
        code: Stable name of the refusal, for programs.
        message: One sentence for people.
        context: The values that led to the refusal.
    """

    code: ClassVar[str] = "customer_error"

    def __init__(self, message: str, **context: str) -> None:
        """Keep the message for people and the context for programs."""
        super().__init__(message)
        self.message = message
        self.context = context


class InvalidCustomerError(CustomerError):
    """A value that no customer may have."""

    code = "invalid_customer"


class CustomerNotFoundError(CustomerError):
    """The tenant has no such customer."""

    code = "customer_not_found"


class CustomerInactiveError(CustomerError):
    """The customer was deactivated and can no longer change."""

    code = "customer_inactive"


class EmailTakenError(CustomerError):
    """Another customer of the tenant has the address."""

    code = "email_taken"


class TenantMismatchError(CustomerError):
    """A customer was handed over as another tenant's: a mistake in the program."""

    code = "tenant_mismatch"


class NotAuthenticatedError(CustomerError):
    """The caller did not prove who it is."""

    code = "not_authenticated"


class AccessDeniedError(CustomerError):
    """The caller lacks the role that the action needs."""

    code = "access_denied"
