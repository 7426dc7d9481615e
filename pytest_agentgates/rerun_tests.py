"""Runs tests again in the trees of a clean run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pytest_agentgates.core.outcomes import TestClaim
from pytest_agentgates.core.reruns import Rerun
from pytest_agentgates.errors import RunInterruptedError, UsageError
from pytest_agentgates.run_tests import RunningTests, TestsToRun


class TreeReruns:
    """What `core.reruns.Reruns` promises, for a clean tree and the tree of the agent's own tests."""

    def __init__(self, decisive: TestsToRun, own_root: Path | None, from_disk: frozenset[str], folder: Path) -> None:
        self.decisive = decisive
        self.own_root = own_root
        self.from_disk = from_disk
        self.folder = folder
        self.count = 0

    def again(self, rerun: Rerun) -> TestClaim:
        """Run in a process of its own, without a word on the terminal; raises KeyboardInterrupt."""
        tree = self.own_root if rerun.in_own_tree and self.own_root else self.decisive.root
        with _changed(tree, rerun.files):
            return run_aside(self._tests(rerun, tree), self._place())

    def _tests(self, rerun: Rerun, tree: Path) -> TestsToRun:
        return replace(
            self.decisive,
            root=tree,
            cwd=tree,
            tasks={"": rerun.arguments},
            pytest_args=("-x",) if rerun.to_first_failure else (),
            seconds=max(1, math.ceil(rerun.seconds)),
            backwards=rerun.backwards,
        )

    def _place(self) -> Path:
        self.count += 1
        place = self.folder / f"again-{self.count}"
        place.mkdir()
        return place


def run_aside(tests: TestsToRun, place: Path) -> TestClaim:
    """Run tests that measure nothing and decide nothing; raises KeyboardInterrupt."""
    running = RunningTests(replace(tests, measure={}, environment={}, watch=None, silent=True), place)
    try:
        return running.finish()
    except UsageError as error:
        return TestClaim(unreadable=str(error))
    except RunInterruptedError:
        raise KeyboardInterrupt from None
    finally:
        running.stop()


@contextmanager
def _changed(tree: Path, files: Mapping[str, bytes | None]) -> Iterator[None]:
    """Give files of the tree other contents for a while."""
    before = {path: _content(tree / path) for path in files}
    try:
        _put(tree, files)
        yield
    finally:
        _put(tree, before)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _put(tree: Path, files: Mapping[str, bytes | None]) -> None:
    for name, content in files.items():
        path = tree / name
        for stale in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):  # its time stamp may fit the next content
            stale.unlink()
        if content is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
