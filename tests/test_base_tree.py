"""The base and the facts of git, from real repositories."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_agentgates.base_tree import GitBase, changed_lines, current_branch, find_base, git_facts
from pytest_agentgates.core.record import GitFacts
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.run_git import Git
from pytest_agentgates.run_tool import LocalTools
from tests.fakes import ended

TOOLS = LocalTools()


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    ran = subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return ran.stdout.strip()


def commit(root: Path, files: dict[str, str | bytes], message: str = "change") -> str:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    return folder


def base_of(root: Path, task: str = "", override: str = "", configured: str = "") -> GitBase:
    found, problem = find_base(root, TOOLS, task, override, configured)
    assert problem == ""
    assert found is not None
    return found


def problem_of(root: Path, task: str = "", override: str = "", configured: str = "") -> str:
    found, problem = find_base(root, TOOLS, task, override, configured)
    assert found is None
    return problem


def test_files_are_read_as_they_were(root: Path) -> None:
    first = commit(root, {"a.py": "one\n", "b.py": "two\n", "deep/c d.py": "three", "empty": "", "ü.py": "crlf\r\n"})
    commit(root, {"a.py": "changed\n", "deep/c d.py": "changed", "empty": "no more", "ü.py": "", "new.py": ""})
    (root / "b.py").unlink()
    base = base_of(root, first)
    assert base.commit == first
    assert base.paths == ("a.py", "b.py", "deep/c d.py", "empty", "ü.py")
    expected = {"a.py": b"one\n", "b.py": b"two\n", "deep/c d.py": b"three", "empty": b"", "ü.py": b"crlf\r\n"}
    assert base.read_many([*base.paths, "new.py"]) == expected
    assert {path: base.read(path) for path in base.paths} == expected
    assert base.read("new.py") is None


def test_many_changed_files_need_few_calls_of_git(root: Path) -> None:
    first = commit(root, {f"f{number}.py": f"x = {number}\n" for number in range(50)})
    commit(root, {f"f{number}.py": "changed\n" for number in range(50)})
    found = base_of(root, first)
    answer = found.git.run(
        "cat-file", "--batch", given="".join(f"{found.blobs[path]}\n" for path in found.paths).encode()
    )
    counting = ended(0)
    counting.answer = lambda _command: answer
    base = replace(found, git=replace(found.git, tools=counting))
    assert base.read_many(base.paths) == {f"f{number}.py": f"x = {number}\n".encode() for number in range(50)}
    assert len(counting.calls) == 1


def test_an_unchanged_file_is_exact_whatever_its_bytes(root: Path) -> None:
    first = commit(root, {"blob": b"\xff\x00\xfe", "a": b"x"})
    assert base_of(root, first).read("blob") == b"\xff\x00\xfe"


def test_a_changed_file_that_is_not_utf8_is_exact(root: Path) -> None:
    first = commit(root, {"latin.py": "x = 'é'\n".encode("latin-1"), "other.py": "y = 1\n"})
    commit(root, {"latin.py": "changed\n", "other.py": "changed\n"})
    read = base_of(root, first).read_many(["latin.py", "other.py"])
    assert read == {"latin.py": "x = 'é'\n".encode("latin-1"), "other.py": b"y = 1\n"}


def test_a_project_below_the_top_of_the_repository_sees_its_own_files(root: Path) -> None:
    first = commit(root, {"top.py": "1\n", "project/a.py": "2\n", "project/b.py": "3\n"})
    commit(root, {"project/a.py": "changed\n", "project/b.py": "changed\n"})
    base = base_of(root / "project", first)
    assert base.paths == ("a.py", "b.py")
    assert base.read_many(base.paths) == {"a.py": b"2\n", "b.py": b"3\n"}


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_reads_as_its_target(root: Path) -> None:
    (root / "link").symlink_to("somewhere")
    first = commit(root, {"a": "x"})
    assert base_of(root, first).read("link") == b"somewhere"


def test_the_base_is_the_tasks_else_the_option_else_the_merge_base(root: Path) -> None:
    first, second = commit(root, {"a": "1"}), commit(root, {"a": "2"})
    git(root, "checkout", "-q", "-b", "feature")
    commit(root, {"b": "3"})
    git(root, "checkout", "-q", "main")
    commit(root, {"c": "4"})
    git(root, "checkout", "-q", "feature")
    assert base_of(root, configured="main").commit == second
    assert base_of(root, override=first, configured="main").commit == first
    assert base_of(root, task=second, override=first, configured="main").commit == second


def test_replaced_objects_and_a_damaged_object_are_not_believed(root: Path) -> None:
    first = commit(root, {"a.py": "assert x\n"})
    blob = git(root, "rev-parse", "HEAD:a.py")
    commit(root, {"a.py": "pass\n"})
    git(root, "replace", blob, git(root, "rev-parse", "HEAD:a.py"))
    assert base_of(root, first).read("a.py") == b"assert x\n"
    stored = root / ".git/objects"
    forged, honest = git(root, "rev-parse", "HEAD:a.py"), blob
    target = stored / honest[:2] / honest[2:]
    target.chmod(0o644)
    target.write_bytes((stored / forged[:2] / forged[2:]).read_bytes())
    with pytest.raises(AgentGatesError, match=r"damaged|failed"):
        base_of(root, first).read("a.py")


def test_a_folder_outside_any_repository(tmp_path: Path) -> None:
    assert problem_of(tmp_path, configured="main") == "the project is in no git repository"
    assert git_facts(tmp_path, TOOLS) == GitFacts()
    assert current_branch(tmp_path, TOOLS) == ""


def test_no_git_on_the_path(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(root, {"a": "1"})
    monkeypatch.setenv("PATH", str(root.parent))
    assert problem_of(root, configured="main") == "git was not found"
    assert git_facts(root, TOOLS) == GitFacts()


@pytest.mark.skipif(os.name == "nt", reason="an executable script is POSIX's")
def test_a_git_that_lies_in_the_project_is_not_asked(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = commit(root, {"a": "1"})
    (root / "bin").mkdir()
    fake = root / "bin" / "git"
    fake.write_text("#!/bin/sh\nexit 0\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(root / "bin"), os.environ["PATH"]]))
    assert base_of(root, first).commit == first


def test_unknown_revisions_say_where_they_come_from(root: Path) -> None:
    commit(root, {"a": "1"})
    assert problem_of(root, task="f" * 40).startswith(f"the base '{'f' * 40}', recorded in the task, is not a commit")
    assert problem_of(root, override="v9").startswith("the base 'v9', given on the command line, is not a commit")
    assert problem_of(root, configured="x").startswith("the base 'x', configured as `base`, is not a commit")
    assert problem_of(root, override="--help").startswith("the base '--help', given on the command line, is not")


def test_nothing_configured_is_said(root: Path) -> None:
    commit(root, {"a": "1"})
    assert problem_of(root).startswith("no base is known")


def test_a_repository_without_a_commit(root: Path) -> None:
    assert problem_of(root, configured="main") == "the repository has no commit yet"
    assert git_facts(root, TOOLS) == GitFacts(branch="main", dirty=True)


def test_histories_without_a_common_commit(root: Path) -> None:
    commit(root, {"a": "1"})
    git(root, "checkout", "-q", "--orphan", "other")
    commit(root, {"b": "1"})
    assert problem_of(root, configured="main") == "HEAD and the configured base 'main' have no commit in common"


def test_a_shallow_clone_without_the_merge_base(root: Path, tmp_path: Path) -> None:
    commit(root, {"a": "1"})
    git(root, "checkout", "-q", "-b", "feature")
    commit(root, {"b": "1"})
    git(root, "checkout", "-q", "main")
    commit(root, {"c": "1"})
    git(tmp_path, "clone", "-q", "--depth=1", "--no-single-branch", root.as_uri(), "clone")
    git(tmp_path / "clone", "checkout", "-q", "feature")
    problem = problem_of(tmp_path / "clone", configured="origin/main")
    assert "this clone is shallow" in problem
    assert "git fetch --unshallow" in problem


def test_facts_of_a_clean_tree_and_of_a_detached_head(root: Path) -> None:
    head = commit(root, {"a": "1", ".gitignore": "junk\n"})
    (root / "junk").write_text("ignored")
    tree = git(root, "rev-parse", "HEAD^{tree}")
    assert git_facts(root, TOOLS, "b" * 40) == GitFacts(head, tree, "main", "b" * 40, dirty=False)
    git(root, "checkout", "-q", "--detach")
    assert git_facts(root, TOOLS).branch == current_branch(root, TOOLS) == ""


@pytest.mark.parametrize("change", ["edit", "hidden edit", "new", "delete", "staged"])
def test_each_difference_from_the_commit_is_dirty(root: Path, change: str) -> None:
    commit(root, {"a": "1", "b": "2"})
    if change == "hidden edit":
        git(root, "update-index", "--assume-unchanged", "a")
    if "edit" in change:
        (root / "a").write_text("2")
    if change in ("new", "staged"):
        (root / "new").write_text("")
    if change == "staged":
        git(root, "add", "new")
    if change == "delete":
        (root / "b").unlink()
    assert git_facts(root, TOOLS).dirty


def test_git_settings_in_the_environment_do_not_matter(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = commit(root, {"a": "1"})
    monkeypatch.setenv("GIT_DIR", str(root / "nowhere"))
    assert base_of(root, first).commit == first


def test_a_failing_git_is_an_error_never_an_absent_file(root: Path) -> None:
    first = commit(root, {"a": "1"})
    base = base_of(root, first)
    commit(root, {"a": "2"})
    blob = git(root, "rev-parse", f"{first}:a")
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(AgentGatesError, match="is missing"):
        base.read("a")


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("a\nb\n", "a\nb\n", set()),
        ("a\nb\n", "a\nx\nb\n", {2}),
        ("a\nb\nc\n", "a\nc\n", set()),
        ("a\nb\n", "a\nB\n", {2}),
        ("", "a\nb\n", {1, 2}),
        ("a", "a\n", set()),
        ("a\r\nb\r\n", "a\nb\n", set()),
        ("a\x0cb\nc\n", "a\x0cb\nd\n", {2}),
    ],
)
def test_changed_lines(old: str, new: str, changed: set[int]) -> None:
    assert changed_lines(old, new) == changed


def test_git_names_what_it_ran(root: Path) -> None:
    assert Git(root, TOOLS).run("nonsense").exit_code == 1
