"""Identifiers that no one can guess."""

from __future__ import annotations

from uuid import uuid4

from components.customers.ports.outbound import IdFactory


class RandomIds(IdFactory):
    """Makes random UUIDs."""

    def new_id(self) -> str:
        """See the port."""
        return str(uuid4())
