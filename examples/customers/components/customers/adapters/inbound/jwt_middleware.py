"""Proves who sends a request, from the signed token that it carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import jwt
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from components.customers.adapters.inbound.error_response import error_response
from components.customers.adapters.inbound.principal import Principal, Role
from components.customers.domain.exceptions import NotAuthenticatedError
from components.customers.domain.model import TenantId

ALGORITHM: Final = "HS256"
PUBLIC_PATHS: Final = frozenset({"/health", "/openapi.json", "/docs"})


@dataclass(frozen=True, slots=True)
class TokenVerifier:
    """Reads tokens that were signed with the key for the audience."""

    key: str = field(repr=False)
    audience: str

    def verify(self, authorization: str) -> Principal:
        """Return who an Authorization header proves.

        Raises:
            NotAuthenticatedError: There is no token, or it proves nothing.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            message = "A bearer token is needed."
            raise NotAuthenticatedError(message)
        return _principal_of(self._claims_of(token.strip()))

    def _claims_of(self, token: str) -> Mapping[str, object]:
        try:
            return jwt.decode(
                token,
                self.key,
                algorithms=[ALGORITHM],
                audience=self.audience,
                options={"require": ["exp", "sub", "aud", "tenant_id"]},
            )
        except jwt.InvalidTokenError as error:
            message = "The bearer token is not valid."
            raise NotAuthenticatedError(message, reason=type(error).__name__) from error


class JwtMiddleware:
    """Lets only requests with a valid token past, and notes their sender."""

    def __init__(self, app: ASGIApp, verifier: TokenVerifier) -> None:
        """Stand in front of the application."""
        self._app = app
        self._verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401, or note the sender in the state of the request and pass it on."""
        if scope["type"] == "http" and scope["path"] not in PUBLIC_PATHS:
            try:
                principal = self._verifier.verify(Headers(scope=scope).get("authorization", ""))
            except NotAuthenticatedError as error:
                await error_response(error)(scope, receive, send)
                return
            scope.setdefault("state", {})["principal"] = principal
        await self._app(scope, receive, send)


def _principal_of(claims: Mapping[str, object]) -> Principal:
    tenant_id, roles = claims["tenant_id"], claims.get("roles", [])
    if not isinstance(tenant_id, str) or not tenant_id.strip() or not isinstance(roles, list):
        message = "The bearer token names no tenant or no list of roles."
        raise NotAuthenticatedError(message)
    # A token may carry roles of other services too; they mean nothing here.
    known = frozenset(role for role in Role if role.value in roles)
    return Principal(subject=str(claims["sub"]), tenant_id=TenantId(tenant_id), roles=known)
