"""Waivers of what protects the tests: only those count that the base has, where they were reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pytest_agentgates.config import FILES, waivers_of
from pytest_agentgates.core.finding import Waiver
from pytest_agentgates.core.ports import BaseTree
from pytest_agentgates.source.waivers import waivers_in

PROTECTING = ("TMP", "BND")


def held_to_base(waivers: Sequence[Waiver], base: BaseTree | None) -> tuple[Waiver, ...]:
    """The waivers, with a problem for each of a protecting rule that the base does not have."""
    if base is None:
        return tuple(waivers)
    return tuple(waiver if _may_waive(waiver, base) else _unfounded(waiver) for waiver in waivers)


def _may_waive(waiver: Waiver, base: BaseTree) -> bool:
    return not waiver.rule.startswith(PROTECTING) or _identity(waiver) in map(_identity, _at_base(waiver, base))


def _unfounded(waiver: Waiver) -> Waiver:
    return replace(waiver, problem="is not in the base, so it waives nothing: commit it there first")


def _at_base(waiver: Waiver, base: BaseTree) -> tuple[Waiver, ...]:
    place = waiver.where.rpartition(":")[0] or waiver.where
    content = base.read(place)
    if content is None:
        return ()
    if place.rpartition("/")[2] in FILES:
        return waivers_of(content.decode("utf-8-sig", "replace"), place)
    return waivers_in(content, place)


def _identity(waiver: Waiver) -> tuple[str, str, str]:
    return waiver.rule, waiver.path, waiver.reason
