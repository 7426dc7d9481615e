"""git's shared folder is found from every worktree, without starting git."""

from __future__ import annotations

import subprocess
from pathlib import Path

from pytest_agentgates.git_folder import common_git_folder


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_repository_is_found_from_its_top_and_from_below(tmp_path: Path) -> None:
    git(tmp_path, "init")
    below = tmp_path / "src" / "deep"
    below.mkdir(parents=True)
    assert common_git_folder(tmp_path) == tmp_path / ".git"
    assert common_git_folder(below) == tmp_path / ".git"


def test_worktrees_share_one_folder(tmp_path: Path) -> None:
    main = tmp_path / "main"
    main.mkdir()
    git(main, "init")
    git(main, "commit", "--allow-empty", "-m", "Begin")
    git(main, "worktree", "add", "../other")
    assert common_git_folder(tmp_path / "other") == (main / ".git").resolve()


def test_a_submodule_has_a_folder_of_its_own(tmp_path: Path) -> None:
    library, product = tmp_path / "library", tmp_path / "product"
    for folder in (library, product):
        folder.mkdir()
        git(folder, "init")
        git(folder, "commit", "--allow-empty", "-m", "Begin")
    git(product, "-c", "protocol.file.allow=always", "submodule", "add", "../library", "vendored")
    assert common_git_folder(product / "vendored") == (product / ".git" / "modules" / "vendored").resolve()


def test_there_is_none_outside_a_repository(tmp_path: Path) -> None:
    assert common_git_folder(tmp_path) is None


def test_a_broken_link_is_none(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /no/such/folder\n")
    assert common_git_folder(tmp_path) is None
    (tmp_path / ".git").write_bytes(b"\xff\xfe\x00")
    assert common_git_folder(tmp_path) is None
