"""Who sends a request, and what the sender may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from starlette.requests import Request

from components.customers.domain.exceptions import AccessDeniedError, NotAuthenticatedError
from components.customers.domain.model import TenantId


class Role(StrEnum):
    """What a token may allow its bearer to be."""

    VIEWER = "viewer"
    EDITOR = "editor"


@dataclass(frozen=True, slots=True)
class Principal:
    """The proven sender of a request."""

    subject: str
    tenant_id: TenantId
    roles: frozenset[Role]


_MAY_READ: Final = frozenset({Role.VIEWER, Role.EDITOR})
_MAY_CHANGE: Final = frozenset({Role.EDITOR})


async def require_viewer(request: Request) -> Principal:
    """Return the sender of a request who may read.

    Raises:
        NotAuthenticatedError: The request did not pass the JWT middleware.
        AccessDeniedError: The sender may not read.
    """
    return _authorize(request, _MAY_READ)


async def require_editor(request: Request) -> Principal:
    """Return the sender of a request who may change customers.

    Raises:
        NotAuthenticatedError: The request did not pass the JWT middleware.
        AccessDeniedError: The sender may not change customers.
    """
    return _authorize(request, _MAY_CHANGE)


def _authorize(request: Request, allowed: frozenset[Role]) -> Principal:
    principal = getattr(request.state, "principal", None)
    if not isinstance(principal, Principal):
        message = "The request carries no proof of its sender."
        raise NotAuthenticatedError(message)
    if principal.roles.isdisjoint(allowed):
        message = "The sender lacks the role for this action."
        raise AccessDeniedError(message, needed=", ".join(sorted(allowed)))
    return principal
