"""Chooses the files a tool looks at, and how its command line names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.source.globs import is_glob, matches

# A check that the user limited is a smaller check; the verdict still needs one gate that looked at something.
NONE_ASKED_FOR = "no file of its kind is among the paths that were asked for"


@dataclass(frozen=True)
class Targets:
    """The `files` that were chosen, and the shortest `arguments` that name them to a tool."""

    files: tuple[str, ...]
    arguments: tuple[str, ...]


def choose_files(workspace: Workspace, paths: Sequence[str], suffixes: tuple[str, ...]) -> Targets:
    """The files that `paths` and the paths the user asked for have in common; no paths mean every file."""
    files = tuple(path for path in workspace.files if path.endswith(suffixes))
    files = _limited(_limited(files, paths), workspace.paths)
    if not files:
        return Targets((), ())
    if paths and workspace.paths:
        return Targets(files, files)
    limits = tuple(paths) or workspace.paths
    return Targets(files, _arguments(files, limits) if limits else (".",))


def _limited(files: tuple[str, ...], patterns: Sequence[str]) -> tuple[str, ...]:
    if not patterns:
        return files
    return tuple(path for path in files if any(matches(path, pattern) for pattern in patterns))


def _arguments(files: tuple[str, ...], patterns: Sequence[str]) -> tuple[str, ...]:
    """Folders stay folders; where a glob must be spelled out, every file is named."""
    folders = [pattern.removesuffix("/**").removeprefix("./").rstrip("/") or "." for pattern in patterns]
    if any(is_glob(folder) for folder in folders):
        return files
    return tuple(folder for folder in folders if _limited(files, (folder,)))
