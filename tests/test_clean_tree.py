"""Which files a clean tree has, and how it is laid out, from real repositories."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from pytest_agentgates.base_tree import GitBase, find_base
from pytest_agentgates.clean_tree import Selection, build_tree, carry, folders_of, select
from pytest_agentgates.core.boundary import Boundary
from pytest_agentgates.run_tool import LocalTools
from pytest_agentgates.source.file_kinds import file_kinds
from pytest_agentgates.source.test_settings import TestSettings
from pytest_agentgates.source.tree import list_files


@pytest.fixture
def base(tmp_path: Path) -> GitBase:
    root = tmp_path / "project"
    _write(root, {"src/a.py": b"old", "src/gone.py": b"old", "tests/test_a.py": b"\xff\x00", "run.sh": b"#!"})
    os.chmod(root / "run.sh", 0o755)
    os.symlink("a.py", root / "src/link.py")
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "base")):
        subprocess.run(["git", *identity, *words], cwd=root, check=True)
    found, _ = find_base(root, LocalTools(), "HEAD", "", "")
    assert found is not None
    return found


def _write(root: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


def _built(
    base: GitBase, target: Path, boundary: Boundary, new_tests: frozenset[str] = frozenset()
) -> dict[str, bytes]:
    selection = Selection(
        frozenset(base.paths),
        file_kinds(TestSettings(), base.paths),
        boundary,
        new_tests,
        base_folders=folders_of(base.paths),
    )
    build_tree(base, select(base, selection, list_files(base.root)), target)
    return {path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()}


def test_product_code_comes_from_the_disk_and_tests_from_the_base(base: GitBase, tmp_path: Path) -> None:
    _write(base.root, {"src/a.py": b"new", "src/b.py": b"new", "tests/test_a.py": b"easy", "conftest.py": b"evil"})
    (base.root / "src/gone.py").unlink()
    found = _built(base, tmp_path / "tree", Boundary())
    assert found == {
        "src/a.py": b"new",
        "src/b.py": b"new",
        "src/link.py": b"new",
        "tests/test_a.py": b"\xff\x00",
        "run.sh": b"#!",
    }
    assert os.access(tmp_path / "tree/run.sh", os.X_OK)
    assert os.readlink(tmp_path / "tree/src/link.py") == "a.py"


def test_outside_the_boundary_all_is_as_in_the_base(base: GitBase, tmp_path: Path) -> None:
    _write(base.root, {"src/a.py": b"new", "src/b.py": b"new", "lib/c.py": b"new"})
    (base.root / "src/gone.py").unlink()
    found = _built(base, tmp_path / "tree", Boundary(("src/b.py",)))
    assert {"src/a.py": found["src/a.py"], "src/b.py": found["src/b.py"]} == {"src/a.py": b"old", "src/b.py": b"new"}
    assert "src/gone.py" in found
    assert "lib/c.py" not in found


def test_new_tests_bring_what_only_they_can_use(base: GitBase, tmp_path: Path) -> None:
    _write(base.root, {"tests/new/test_b.py": b"t", "tests/new/conftest.py": b"c", "tests/conftest.py": b"evil"})
    found = _built(base, tmp_path / "tree", Boundary(), frozenset({"tests/new/test_b.py"}))
    assert "tests/new/conftest.py" in found
    assert "tests/conftest.py" not in found


def test_links_out_of_the_project_and_links_over_folders_are_left_out(base: GitBase, tmp_path: Path) -> None:
    _write(base.root, {"smoke/test_a.py": b"easy"})
    (base.root / "tests/test_a.py").unlink()
    (base.root / "tests").rmdir()
    os.symlink("smoke", base.root / "tests")
    os.symlink(base.root / "src/a.py", base.root / "absolute.py")
    os.symlink("../../elsewhere.py", base.root / "src/up.py")
    found = _built(base, tmp_path / "tree", Boundary())
    assert found["tests/test_a.py"] == b"\xff\x00"
    assert not os.path.lexists(tmp_path / "tree/absolute.py")
    assert not os.path.lexists(tmp_path / "tree/src/up.py")


def test_what_is_carried_is_a_copy(base: GitBase, tmp_path: Path) -> None:
    _write(base.root, {"data/x/a.bin": b"1", "gen/b.so": b"2", "gen/c.txt": b"3"})
    tree = tmp_path / "tree"
    carry(base.root, ("data", "**/*.so", "absent"), tree)
    (tree / "data/x/a.bin").write_bytes(b"changed")
    assert (base.root / "data/x/a.bin").read_bytes() == b"1"
    assert (tree / "gen/b.so").read_bytes() == b"2"
    assert not (tree / "gen/c.txt").exists()
