"""What is listed of a tree on disk, and how its digests tell trees apart."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.source.tree import differences, digest_files, digest_of, list_files, walk_files


def grow(root: Path, files: Iterable[str], text: str = "x") -> None:
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_everything_is_listed_sorted_with_slashes(tmp_path: Path) -> None:
    grow(tmp_path, ["b/c.py", "b.txt", "a/deep/er/x", ".hidden/y", ".env"])
    assert list_files(tmp_path) == (".env", ".hidden/y", "a/deep/er/x", "b.txt", "b/c.py")


@pytest.mark.parametrize(
    "folder",
    [
        ".git",
        ".hg",
        "src/__pycache__",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
        ".import_linter_cache",
        ".tox",
        ".nox",
        "web/node_modules",
    ],
)
def test_caches_are_left_out(tmp_path: Path, folder: str) -> None:
    grow(tmp_path, ["a.py", f"{folder}/b.py"])
    assert list_files(tmp_path) == ("a.py",)


def test_a_virtual_environment_is_left_out(tmp_path: Path) -> None:
    grow(tmp_path, ["a.py", "env/pyvenv.cfg", "env/bin/python", "env/lib/x.py"])
    assert list_files(tmp_path) == ("a.py",)


def test_a_pyvenv_cfg_without_an_interpreter_hides_nothing(tmp_path: Path) -> None:
    grow(tmp_path, ["tests/pyvenv.cfg", "tests/test_a.py"])
    assert list_files(tmp_path) == ("tests/pyvenv.cfg", "tests/test_a.py")


def test_the_root_is_never_left_out_itself(tmp_path: Path) -> None:
    grow(tmp_path, ["pyvenv.cfg", "bin/python", "a.py"])
    assert "a.py" in list_files(tmp_path)


def test_gitignore_leaves_out_data_but_never_what_can_change_tests(tmp_path: Path) -> None:
    kept = ["a.py", "a.pyi", "a.pth", "a.toml", "a.ini", "a.cfg", "a.so", "a.pyc", "A.PY"]
    grow(tmp_path, [f"build/{name}" for name in [*kept, "a.txt", "a.json"]])
    (tmp_path / ".gitignore").write_text("*\n", encoding="utf-8")
    assert list_files(tmp_path) == tuple(sorted(f"build/{name}" for name in kept))


def test_skip_leaves_out_more(tmp_path: Path) -> None:
    grow(tmp_path, ["a.py", ".coverage.host.1", ".claude/evidence/runs/1.json", ".claude/agents/a.md"])
    skip = (".claude/evidence", ".coverage*")
    assert list_files(tmp_path, skip) == (".claude/agents/a.md", "a.py")


def test_a_gitignore_line_that_means_nothing_does_not_disturb_the_others(tmp_path: Path) -> None:
    grow(tmp_path, ["a.log", "b.txt"])
    (tmp_path / ".gitignore").write_bytes(b"!\n/\n\\\n[\n\xff\xfe\n*.log\n")
    assert list_files(tmp_path) == (".gitignore", "b.txt")


IGNORE_LINES = st.sampled_from(
    ["*.log", "!a.log",
     "/a.log", "sub/", "/sub/*", "!/sub/deep/", "sub/deep", "**/deep", "deep/**", "#x", "", "!*/", "*",
     "d?ep", "[ab].txt", "\\!x", "a.log ", "sub/**/b.txt", "!b.txt", "/*", "!sub"]
)  # fmt: skip
DATA = ["a.log", "b.txt", "sub/a.log", "sub/b.txt", "sub/deep/a.log", "sub/deep/b.txt", "deep/a.log", "!x"]


@pytest.mark.skipif(shutil.which("git") is None, reason="git says what is right here")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(IGNORE_LINES, max_size=5), st.lists(IGNORE_LINES, max_size=3))
def test_data_files_are_ignored_as_git_ignores_them(top: list[str], nested: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        grow(root, DATA)
        grow(root, [".gitignore"], "\n".join(top))
        grow(root, ["sub/.gitignore"], "\n".join(nested))
        assert list_files(root) == _as_git_says(root)


def _as_git_says(root: Path) -> tuple[str, ...]:
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for command in (["git", "init", "-q"], ["git", "ls-files", "-z", "--others", "--exclude-per-directory=.gitignore"]):
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=True)
    return tuple(sorted(done.stdout.decode().split("\0")[:-1]))


def test_links_are_listed_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    grow(outside, ["secret.py"])
    root = tmp_path / "root"
    grow(root, ["real/a.py"])
    (root / "away").symlink_to(outside, target_is_directory=True)
    (root / "loop").symlink_to(root, target_is_directory=True)
    (root / "broken").symlink_to("nowhere")
    assert list_files(root) == ("away", "broken", "loop", "real/a.py")


def test_a_folder_can_be_walked_by_itself(tmp_path: Path) -> None:
    grow(tmp_path, ["a/b/c.py", "a/d.txt", "e.py"])
    assert sorted(walk_files(tmp_path, "a")) == ["a/b/c.py", "a/d.txt"]


def test_digests_are_those_of_the_raw_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one\r\ntwo")
    assert digest_files(tmp_path, ["a"]) == {"a": hashlib.sha256(b"one\r\ntwo").hexdigest()}


def test_the_digest_of_a_link_is_that_of_its_target_text(tmp_path: Path) -> None:
    grow(tmp_path, ["a", "b"], "same")
    link = tmp_path / "link"
    link.symlink_to("a")
    before = digest_files(tmp_path, ["link"])
    link.unlink()
    link.symlink_to("b")
    assert differences(before, digest_files(tmp_path, ["link"])) == ("link",)


def test_a_file_in_the_place_of_a_link_is_a_difference(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("a")
    before = digest_files(tmp_path, ["link"])
    link.unlink()
    link.write_text("a", encoding="utf-8")
    assert differences(before, digest_files(tmp_path, ["link"])) == ("link",)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_named_pipe_is_listed_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert list_files(tmp_path) == ("pipe.py",)
    assert set(digest_files(tmp_path, ["pipe.py"])) == {"pipe.py"}


def test_differences_name_what_was_added_removed_and_changed(tmp_path: Path) -> None:
    grow(tmp_path, ["changed", "kept", "removed"])
    before = digest_files(tmp_path, list_files(tmp_path))
    grow(tmp_path, ["added", "changed"], "y")
    (tmp_path / "removed").unlink()
    after = digest_files(tmp_path, [*list_files(tmp_path), "removed"])
    assert differences(before, after) == ("added", "changed", "removed")


def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(AgentGatesError, match="long: the file cannot be read: File name too long"):
        digest_files(tmp_path, ["x" * 5000 + "long"])


def test_a_root_that_is_no_folder_is_an_error(tmp_path: Path) -> None:
    grow(tmp_path, ["a"])
    with pytest.raises(AgentGatesError, match="the folder cannot be read"):
        list_files(tmp_path / "a")


digests = st.dictionaries(st.text("ab/\n\0", max_size=4), st.sampled_from(["0" * 64, "1" * 64]), max_size=4)


@given(digests, digests)
def test_trees_have_one_digest_if_and_only_if_nothing_differs(one: dict[str, str], other: dict[str, str]) -> None:
    one, other = ({path.replace("\0", "?"): digest for path, digest in tree.items()} for tree in (one, other))
    assert (digest_of(one) == digest_of(other)) == (differences(one, other) == ())


def test_the_order_of_digests_does_not_matter() -> None:
    assert digest_of({"a": "1", "b": "2"}) == digest_of({"b": "2", "a": "1"})
