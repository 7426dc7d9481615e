"""The product code that the change consists of."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from pytest_agentgates.core.workspace_port import BaseTree, Workspace
from pytest_agentgates.source.file_kinds import FileKind, file_kinds
from pytest_agentgates.source.test_settings import read_test_settings


@dataclass(frozen=True)
class ChangedCode:
    """A Python file of the product on both sides; `lines` are those that are new, counted from 1."""

    path: str
    before: bytes | None
    after: bytes
    lines: frozenset[int]


def changed_code(workspace: Workspace, base: BaseTree, taken: Iterable[str]) -> tuple[ChangedCode, ...]:
    """The product files among `taken` that are another than at the base."""
    kinds = file_kinds(read_test_settings(workspace.root), base.paths)
    code = (path for path in sorted(taken) if path.endswith(".py") and kinds.of(path) is FileKind.PRODUCT)
    paths = [path for path in code if base.differs(path) and (workspace.root / path).is_file()]
    old = base.read_many(paths)
    return tuple(_changed(path, old.get(path), (workspace.root / path).read_bytes()) for path in paths)


def _changed(path: str, before: bytes | None, after: bytes) -> ChangedCode:
    old, new = (before or b"").splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    blocks = [(start, end) for kind, _, _, start, end in matcher.get_opcodes() if kind != "equal"]
    return ChangedCode(path, before, after, frozenset(line + 1 for start, end in blocks for line in range(start, end)))
