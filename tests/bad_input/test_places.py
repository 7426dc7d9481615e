"""Places that cannot be written, and places with odd names."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_agentgates.errors import CANNOT_JUDGE, MISTAKE
from tests.bad_input.refusals import contents
from tests.gated_project import GatedProject
from tests.unprivileged import bound_by_permissions

RUN = ("pytest", "-q", "-p", "no:cacheprovider", "--agent-task", "T1")
MAY_WRITE = "  fix: check that the folder exists and that you may write there\n"


LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
os.execv(sys.argv[1], sys.argv[1:])
"""


def run(project: GatedProject, *words: str) -> subprocess.CompletedProcess[str]:
    command = bound_by_permissions(sys.executable, "-m", *words)
    return subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)


def said(ran: subprocess.CompletedProcess[str]) -> str:
    """Standard error with the id of the run as `ID`."""
    assert "Traceback" not in ran.stdout
    return re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{8}", "ID", ran.stderr)


@contextmanager
def full_disk(folder: Path) -> Iterator[bool]:
    """Put a small disk with hardly any room there; False where that is not permitted."""
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        yield False
        return
    try:
        (folder / "ballast").write_bytes(b"x" * 56 * 1024)
        yield True
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take the permission to write away from a folder and all below it."""
    paths = [folder, *folder.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths if not path.is_symlink()}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def test_an_evidence_folder_that_may_not_be_written(project: GatedProject) -> None:
    folder = project.root / ".claude" / "evidence"
    folder.mkdir(parents=True)
    before = contents(project.root)
    with read_only(folder):
        ran = run(project, *RUN)
    assert ran.returncode == MISTAKE
    assert (
        said(ran)
        == f"agentgates: {project.root}/.claude/evidence/runs/ID: cannot be written: Permission denied\n{MAY_WRITE}"
    )
    assert "Traceback" not in ran.stdout
    assert contents(project.root) == before


def test_a_file_where_the_evidence_folder_should_be(project: GatedProject) -> None:
    project.write(".claude/evidence", "mine\n")
    before = contents(project.root)
    ran = run(project, *RUN)
    assert ran.returncode == MISTAKE
    assert (
        said(ran)
        == f"agentgates: {project.root}/.claude/evidence/runs/ID: cannot be written: Not a directory\n{MAY_WRITE}"
    )
    assert contents(project.root) == before


def test_a_read_only_project_can_be_checked_but_no_task_judged(project: GatedProject) -> None:
    before = contents(project.root)
    with read_only(project.root):
        checked = run(project, "pytest_agentgates", "check", "--gate", "ruff_clean", "--gate", "mypy_clean")
        ran = run(project, *RUN)
        reopened = run(project, "pytest_agentgates", "tasks", "reopen", "T1")
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert ran.returncode == MISTAKE
    assert (
        said(ran)
        == f"agentgates: {project.root}/.claude/evidence/runs/ID: cannot be written: Permission denied\n{MAY_WRITE}"
    )
    assert reopened.returncode == MISTAKE
    assert contents(project.root) == before


def test_a_task_file_that_may_not_be_written(project: GatedProject) -> None:
    with read_only(project.root / "docs"):
        ran = run(project, *RUN)
    assert ran.returncode == MISTAKE
    lock = project.root / "docs/state/.tasks.json.lock"
    assert said(ran) == f"agentgates: {lock}: cannot be locked: Permission denied\n{MAY_WRITE}"
    assert project.status() == "pending"


def test_a_full_disk_leaves_no_evidence_and_the_task_as_it_was(project: GatedProject) -> None:
    """On a real full disk where mounting one is permitted; else no file may grow."""
    evidence = project.root / ".claude" / "evidence"
    evidence.mkdir(parents=True)
    with full_disk(evidence) as mounted:
        before = contents(project.root)
        limit = [] if mounted else [sys.executable, "-c", LIMITED]
        ran = subprocess.run(
            [*limit, sys.executable, "-m", *RUN], cwd=project.root, capture_output=True, text=True, check=False
        )
        assert contents(project.root) == before
    reason = "No space left on device" if mounted else "File too large"
    assert ran.returncode == CANNOT_JUDGE
    assert said(ran) == (
        f"agentgates: {evidence}/runs/ID: cannot be written: {reason}\n"
        "  fix: make room on the disk; the file is as it was\n"
    )
    assert project.status() == "pending"


@pytest.mark.parametrize("name", ["two words", "Ünï cødé 日本 'quoted' $(x) [a] 100%"])
def test_a_root_with_an_odd_name_works(project: GatedProject, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    project.configure("[tool.agentgates.gates.ruff_clean]\n[tool.agentgates.gates.mypy_clean]\npaths = ['src']\n")
    project.configure("[tool.agentgates.gates.coverage_floor]\nfloors = { 'src/**' = 95 }\n")
    project.commit()
    odd = project.root / name
    odd.mkdir()
    for entry in (".git", "docs", "src", "tests", "pyproject.toml"):
        shutil.move(project.root / entry, odd / entry)
    monkeypatch.chdir(odd)
    ran = subprocess.run([sys.executable, "-m", *RUN], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert "T1: passed, pending -> completed" in ran.stdout
    evidence = (odd / ".claude" / "evidence" / "quality_gates_run.json").read_text(encoding="utf-8")
    assert name not in evidence
