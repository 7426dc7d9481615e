"""The tests that the agent wrote itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pytest_agentgates.core.node_ids import function_of
from pytest_agentgates.core.outcomes import Outcome, TestRecord
from pytest_agentgates.core.workspace_port import BaseTree, Workspace
from pytest_agentgates.source.test_items import test_functions
from pytest_agentgates.source.test_settings import read_test_settings


@dataclass(frozen=True)
class NewTests:
    """Test functions that the base does not have, and that pass; `path` is the first file they stand in."""

    path: str
    nodeids: tuple[str, ...]
    in_own_tree: bool


def new_tests(workspace: Workspace, base: BaseTree) -> Iterator[NewTests]:
    """Those of the task that the base does not have, and those beside them in the agent's own test files."""
    claim = workspace.claim
    if claim is None:
        return
    yield from _among(claim.records, workspace, base, in_own_tree=False)
    yield from _among(claim.own.records if claim.own else (), workspace, base, in_own_tree=True)


def _among(
    records: Iterable[TestRecord], workspace: Workspace, base: BaseTree, *, in_own_tree: bool
) -> Iterator[NewTests]:
    passed = {function_of(record.nodeid): None for record in records if record.outcome is Outcome.PASSED}
    paths = sorted({nodeid.partition("::")[0] for nodeid in passed})
    known = {nodeid for path in paths for nodeid in _at_base(path, workspace, base)}
    found = tuple(nodeid for nodeid in passed if nodeid not in known)
    if found:
        yield NewTests(found[0].partition("::")[0], found, in_own_tree)


def _at_base(path: str, workspace: Workspace, base: BaseTree) -> Iterator[str]:
    source = base.read(path)
    if source is not None:
        found = test_functions(source, path, read_test_settings(workspace.root).names)
        yield from (function.nodeid for function in found.functions)
