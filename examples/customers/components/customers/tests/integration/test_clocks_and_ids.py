"""One suite for every clock and every id factory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from components.customers.adapters.outbound.memory_clock import MemoryClock
from components.customers.adapters.outbound.memory_ids import MemoryIds
from components.customers.adapters.outbound.random_ids import RandomIds
from components.customers.adapters.outbound.system_clock import SystemClock
from components.customers.ports.outbound import Clock, IdFactory

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("clock", [SystemClock(), MemoryClock(NOON)], ids=["system", "memory"])
def test_now_is_in_utc_and_never_goes_back(clock: Clock) -> None:
    """Both clocks keep the promise of the port."""
    first, second = clock.now(), clock.now()

    assert first.tzinfo is UTC
    assert first <= second


def test_the_system_clock_tells_the_time_of_the_machine() -> None:
    """The moment lies between two that were asked of the machine."""
    before = datetime.now(UTC)

    assert before <= SystemClock().now() <= datetime.now(UTC)


def test_the_memory_clock_moves_only_when_it_is_moved() -> None:
    """A test decides what time it is."""
    clock = MemoryClock(NOON)
    assert clock.now() == NOON

    clock.advance(timedelta(minutes=5))

    assert clock.now() == datetime(2026, 3, 1, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize("ids", [RandomIds(), MemoryIds()], ids=["random", "memory"])
def test_new_id_never_repeats_itself(ids: IdFactory) -> None:
    """Both factories keep the promise of the port."""
    made = [ids.new_id() for _ in range(1000)]

    assert len(set(made)) == len(made)
    assert all(made)
