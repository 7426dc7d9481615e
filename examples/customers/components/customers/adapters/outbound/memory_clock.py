"""A clock that a test sets."""

from __future__ import annotations

from datetime import datetime, timedelta

from components.customers.ports.outbound import Clock


class MemoryClock(Clock):
    """Stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        """Begin at the given moment."""
        self._now = start

    def now(self) -> datetime:
        """See the port."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the clock on."""
        self._now += by
