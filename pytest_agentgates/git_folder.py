"""Finds git's own folder without starting git."""

from __future__ import annotations

from pathlib import Path

from pytest_agentgates.core.printable import printable
from pytest_agentgates.errors import UsageError


def common_git_folder(root: Path) -> Path | None:
    """The folder that all worktrees of the repository around `root` share; None outside a repository.

    Raises UsageError where that cannot be told: who took another lock than the others would lose their work.
    """
    for folder in (root, *root.parents):
        dot_git = folder / ".git"
        try:
            if (dot_git / "HEAD").is_file():
                return dot_git
            if dot_git.is_file():
                return _linked(dot_git)
        except OSError as error:
            what = f"git's folder cannot be read: {error.strerror}"
            raise UsageError(what, printable(str(dot_git)), "make it a folder that you may read") from error
    return None


def _linked(dot_git: Path) -> Path | None:
    """Follow the `.git` file of a worktree or a submodule."""
    try:
        named = dot_git.read_text().removeprefix("gitdir:").strip()
        own = dot_git.parent / named
        shared = own / "commondir"
        common = own / shared.read_text().strip() if shared.is_file() else own
    except (FileNotFoundError, ValueError):
        return None
    return common.resolve() if (common / "HEAD").is_file() else None
