"""What differs between the base and the files on disk."""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pytest_agentgates.core.boundary import boundary_of
from pytest_agentgates.core.record import FileChange
from pytest_agentgates.core.workspace_port import BaseTree, Workspace
from pytest_agentgates.source.globs import matches


def changes_since(workspace: Workspace) -> tuple[FileChange, ...]:
    """Each file that was added, modified or deleted since the base, sorted; empty where there is no base."""
    if workspace.base is None:
        return ()
    boundary = boundary_of(workspace.tasks, workspace.limits, workspace.agent)
    actions = dict(sorted(actions_since(workspace, workspace.base)))
    old = workspace.base.read_many(path for path, action in actions.items() if action != "created")
    changes = [_change(workspace, path, action, old) for path, action in actions.items()]
    if not boundary.is_declared:
        return tuple(changes)
    return tuple(replace(change, in_boundary=boundary.holds(change.path, matches)) for change in changes)


def actions_since(workspace: Workspace, base: BaseTree) -> Iterator[tuple[str, str]]:
    """Each path that differs from the base, with `created`, `modified` or `deleted`."""
    before = set(base.paths)
    for path in workspace.files:
        if path not in before:
            yield path, "created"
        elif base.differs(path):
            yield path, "modified"
    for path in before.difference(workspace.files):
        # What is there all the same is reached through a link: another file may have taken its place.
        if not os.path.lexists(workspace.root / path) or _is_behind_link(workspace.root, path):
            yield path, "deleted"


def _is_behind_link(root: Path, path: str) -> bool:
    folder = os.path.dirname(path)
    return bool(folder) and os.path.realpath(root / folder) != os.path.join(os.path.realpath(root), folder)


def _change(workspace: Workspace, path: str, action: str, old: Mapping[str, bytes]) -> FileChange:
    before = old.get(path, b"").splitlines()
    full = workspace.root / path
    there = action != "deleted" and full.is_file()
    content = full.read_bytes() if there else b""
    added, removed = _count(before, content.splitlines())
    return FileChange(path, action, added, removed, sha256=hashlib.sha256(content).hexdigest() if there else "")


def _count(before: list[bytes], after: list[bytes]) -> tuple[int, int]:
    """Lines added and removed."""
    codes: Iterable[tuple[str, int, int, int, int]] = difflib.SequenceMatcher(None, before, after, False).get_opcodes()
    changed = [code for code in codes if code[0] != "equal"]
    return sum(end - start for _, _, _, start, end in changed), sum(end - start for _, start, end, _, _ in changed)
