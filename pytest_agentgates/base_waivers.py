"""Waivers of what protects the tests and the tenants: only those count that the base has, where they were reviewed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pytest_agentgates.config import waivers_of
from pytest_agentgates.config_file import FILES
from pytest_agentgates.core.finding import Waiver
from pytest_agentgates.core.workspace_port import BaseTree
from pytest_agentgates.source.sweep_marks import RULE as MARKED
from pytest_agentgates.source.waivers import waivers_in

_Identity = tuple[str, str, str]
PROTECTING = ("TMP", "BND", "TEN", MARKED)


def held_to_base(waivers: Sequence[Waiver], base: BaseTree | None) -> tuple[Waiver, ...]:
    """The waivers, with a problem for each of a protecting rule that the base does not have as often."""
    if base is None:
        return tuple(waivers)
    reviewed: dict[str, Counter[_Identity]] = {}
    return tuple(_held(waiver, base, reviewed) for waiver in waivers)


def _held(waiver: Waiver, base: BaseTree, reviewed: dict[str, Counter[_Identity]]) -> Waiver:
    if not waiver.rule.startswith(PROTECTING):
        return waiver
    place = waiver.where.rpartition(":")[0] or waiver.where
    if place not in reviewed:
        reviewed[place] = Counter(map(_identity, _at_base(place, base)))
    left, identity = reviewed[place], _identity(waiver)
    left[identity] -= 1
    if left[identity] >= 0:
        return waiver
    return replace(waiver, problem="is not in the base, so it does not count: commit it there first")


def _at_base(place: str, base: BaseTree) -> tuple[Waiver, ...]:
    content = base.read(place)
    if content is None:
        return ()
    if place.rpartition("/")[2] in FILES:
        return waivers_of(content.decode("utf-8-sig", "replace"), place)
    return waivers_in(content, place)


def _identity(waiver: Waiver) -> _Identity:
    return waiver.rule, waiver.path, waiver.reason
