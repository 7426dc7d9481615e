"""Tokens for tests, signed as the identity provider would sign them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import jwt


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """Signs tokens with the key and for the audience of the service."""

    key: str = field(repr=False)
    audience: str

    def sign(self, claims: dict[str, object]) -> str:
        """Sign exactly these claims."""
        return jwt.encode(claims, self.key, algorithm="HS256")

    def claims(self, tenant_id: str, *roles: str) -> dict[str, object]:
        """Return claims that are good for a minute."""
        return {
            "sub": "user-1",
            "aud": self.audience,
            "exp": datetime.now(UTC) + timedelta(minutes=1),
            "tenant_id": tenant_id,
            "roles": list(roles),
        }

    def headers(self, tenant_id: str, *roles: str) -> dict[str, str]:
        """Return the headers of a request by a user of the tenant."""
        return {"Authorization": f"Bearer {self.sign(self.claims(tenant_id, *roles))}"}
