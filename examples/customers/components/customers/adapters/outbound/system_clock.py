"""The time of the machine."""

from __future__ import annotations

from datetime import UTC, datetime

from components.customers.ports.outbound import Clock


class SystemClock(Clock):
    """Tells the time of the machine."""

    def now(self) -> datetime:
        """See the port."""
        return datetime.now(UTC)
