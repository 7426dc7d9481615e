"""Finds git's own folder without starting git."""

from __future__ import annotations

from pathlib import Path


def common_git_folder(root: Path) -> Path | None:
    """The folder that all worktrees of the repository around `root` share; None outside a repository."""
    for folder in (root, *root.parents):
        dot_git = folder / ".git"
        if (dot_git / "HEAD").is_file():
            return dot_git
        if dot_git.is_file():
            return _linked(dot_git)
    return None


def _linked(dot_git: Path) -> Path | None:
    """Follow the `.git` file of a worktree or a submodule."""
    try:
        named = dot_git.read_text().removeprefix("gitdir:").strip()
        own = dot_git.parent / named
        shared = own / "commondir"
        common = own / shared.read_text().strip() if shared.is_file() else own
    except (OSError, ValueError):
        return None
    return common.resolve() if (common / "HEAD").is_file() else None
