"""Further runs of the tests, for gates that want to know how they end under other conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pytest_agentgates.core.outcomes import TestClaim


@dataclass(frozen=True)
class Rerun:
    """One more run of `arguments`, in the clean tree or in the tree of the agent's own tests.

    `files` are contents that the tree has for this run only, None for a file that it does not have.
    """

    arguments: tuple[str, ...]
    seconds: float
    files: Mapping[str, bytes | None] = field(default_factory=dict)
    in_own_tree: bool = False
    backwards: bool = False
    to_first_failure: bool = False


class Reruns(Protocol):
    """Runs tests again in a clean tree."""

    @property
    def from_disk(self) -> frozenset[str]:
        """The files of the tree that come from the disk, relative to the root."""
        ...

    def again(self, rerun: Rerun) -> TestClaim:
        """Run, and return what the tests' process claims; it is stopped when its time is up."""
        ...
