"""The two versions of every file that differs from the base."""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pytest_agentgates.core.workspace_port import BaseTree, Workspace
from pytest_agentgates.source.source_text import decode

LIMIT = 5_000_000


@dataclass(frozen=True)
class Versions:
    """A file as it was at the base and as it is on disk; None where it does not exist."""

    path: str
    before: bytes | None
    after: bytes | None

    @cached_property
    def old_tree(self) -> ast.Module | None:
        """The syntax of the base's version; None where there is none or it does not parse."""
        return parsed(self.before)

    @cached_property
    def new_tree(self) -> ast.Module | None:
        """The syntax of the version on disk; None where there is none or it does not parse."""
        return parsed(self.after)

    @cached_property
    def old_text(self) -> str:
        """The text of the base's version, empty where there is none."""
        return text_of(self.before)

    @cached_property
    def new_text(self) -> str:
        """The text on disk, empty where there is none."""
        return text_of(self.after)

    def line(self, number: int) -> str:
        """A line of the version on disk, stripped."""
        lines = self.new_text.split("\n")
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""


def changed_versions(workspace: Workspace, base: BaseTree) -> tuple[Versions, ...]:
    """Each file that was added, modified or deleted since the base, by path."""
    paths = sorted(_changed_paths(workspace, base))
    old = base.read_many(paths)
    return tuple(Versions(path, old.get(path), _on_disk(workspace, path)) for path in paths)


def parsed(source: bytes | None) -> ast.Module | None:
    """The syntax tree, None where there is nothing that parses."""
    if source is None or len(source) > LIMIT:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def text_of(source: bytes | None) -> str:
    """The text as its own encoding says; what cannot be decoded is replaced."""
    if source is None:
        return ""
    try:
        return decode(source).text
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return source.decode("utf-8", "replace")


def _changed_paths(workspace: Workspace, base: BaseTree) -> Iterator[str]:
    before = set(base.paths)
    for path in workspace.files:
        if path not in before or base.differs(path):
            yield path
    for path in before.difference(workspace.files):
        # What is there all the same is reached through a link: another file may have taken its place.
        if not os.path.lexists(workspace.root / path) or base.differs(path):
            yield path


def _on_disk(workspace: Workspace, path: str) -> bytes | None:
    try:
        with open(workspace.root / path, "rb", opener=_without_waiting) as file:
            return file.read(LIMIT + 1)
    except OSError:
        return None


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
