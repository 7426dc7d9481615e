"""Identifiers that a test can foretell."""

from __future__ import annotations

from components.customers.ports.outbound import IdFactory


class MemoryIds(IdFactory):
    """Counts: `id-0001`, `id-0002`, ..."""

    def __init__(self) -> None:
        """Begin at one."""
        self._last = 0

    def new_id(self) -> str:
        """See the port."""
        self._last += 1
        return f"id-{self._last:04}"
