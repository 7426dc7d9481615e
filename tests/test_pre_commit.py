"""The hooks of .pre-commit-hooks.yaml under the real pre-commit, installed as a user's repository gets them.

pre-commit installs the package from this tree into an environment of its own, so this needs a package index.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.gated_project import GatedProject
from tests.linked_environment import link_environment

ROOT = Path(__file__).parent.parent
SHIPPED = ("pytest_agentgates", "docs", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
RUFF = "[tool.agentgates.gates.ruff_clean]\n"
UNUSED = '"""Sums."""\n\nimport os\n'


@dataclass(frozen=True)
class Hooks:
    """This tree as a repository of hooks, and what pre-commit keeps of it."""

    repository: Path
    revision: str
    home: Path

    def configuration(self) -> str:
        """What a user writes into .pre-commit-config.yaml."""
        hooks = "".join(f"      - id: {name}\n" for name in ("agentgates-check", "agentgates-task"))
        return f"repos:\n  - repo: {self.repository}\n    rev: {self.revision}\n    hooks:\n{hooks}"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        return {**kept, "PRE_COMMIT_HOME": str(self.home), "PRE_COMMIT_COLOR": "never"}


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    repository = tmp_path_factory.mktemp("hooks")
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, repository / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, repository / name)
    git(repository, "init", "-q")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "state")
    return Hooks(repository, git(repository, "rev-parse", "HEAD"), tmp_path_factory.mktemp("pre-commit"))


@pytest.fixture
def staged(project: GatedProject, hooks: Hooks) -> GatedProject:
    """A repository that uses the hooks, with everything staged and committed."""
    project.configure(RUFF)
    project.write(".gitignore", "/.claude\n__pycache__\n/stdout\n/stderr\n")
    project.write(".pre-commit-config.yaml", hooks.configuration())
    project.commit()
    return project


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=ann", "-c", "user.email=ann@example.org"]
    ran = subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True)
    return ran.stdout.strip()


def pre_commit(project: GatedProject, hooks: Hooks, *words: str) -> subprocess.CompletedProcess[str]:
    return command(project, hooks, sys.executable, "-m", "pre_commit", *words)


def command(project: GatedProject, hooks: Hooks, *words: str) -> subprocess.CompletedProcess[str]:
    """Run with both streams as one, as a terminal shows them."""
    pipe, joined = subprocess.PIPE, subprocess.STDOUT
    return subprocess.run(
        words, cwd=project.root, env=hooks.environment(), stdout=pipe, stderr=joined, text=True, check=False
    )


def check(project: GatedProject, hooks: Hooks) -> subprocess.CompletedProcess[str]:
    return pre_commit(project, hooks, "run", "agentgates-check")


def test_try_repo_passes_what_is_clean_and_shows_what_is_not(staged: GatedProject, hooks: Hooks) -> None:
    staged.write("src/calc.py", UNUSED)
    staged.git("add", "src/calc.py")
    ran = pre_commit(staged, hooks, "try-repo", str(hooks.repository), "agentgates-check")
    assert ran.returncode == 1, ran.stdout
    assert "src/calc.py:3:8: F401 `os` imported but unused\n" in ran.stdout
    assert "check: refused\n" in ran.stdout


def test_clean_content_passes(staged: GatedProject, hooks: Hooks) -> None:
    staged.write("src/calc.py", '"""Nothing yet."""\n')
    staged.git("add", "src/calc.py")
    ran = check(staged, hooks)
    assert (ran.returncode, "Passed" in ran.stdout) == (0, True), ran.stdout


def test_a_fix_that_is_not_staged_does_not_make_it_pass(staged: GatedProject, hooks: Hooks) -> None:
    staged.write("src/calc.py", UNUSED)
    staged.git("add", "src/calc.py")
    staged.write("src/calc.py", '"""Sums."""\n')
    ran = check(staged, hooks)
    assert ran.returncode == 1, ran.stdout
    assert "src/calc.py:3:8: F401" in ran.stdout
    assert (staged.root / "src/calc.py").read_text(encoding="utf-8") == '"""Sums."""\n'


def test_a_break_that_is_not_staged_does_not_fail_it(staged: GatedProject, hooks: Hooks) -> None:
    staged.write("src/calc.py", '"""Sums."""\n')
    staged.git("add", "src/calc.py")
    staged.write("src/calc.py", UNUSED)
    assert check(staged, hooks).returncode == 0
    assert (staged.root / "src/calc.py").read_text(encoding="utf-8") == UNUSED


def test_a_commit_that_only_deletes_is_judged(staged: GatedProject, hooks: Hooks) -> None:
    staged.write("src/calc.py", UNUSED)
    staged.commit()
    staged.git("rm", "-q", "tests/test_fail.py")
    ran = check(staged, hooks)
    assert ran.returncode == 1, ran.stdout
    assert "F401" in ran.stdout


def test_the_branchs_task_is_judged_before_a_push(staged: GatedProject, hooks: Hooks) -> None:
    assert pre_commit(staged, hooks, "install", "--hook-type", "pre-push").returncode == 0
    upstream = staged.root.parent / "upstream.git"
    staged.git("init", "-q", "--bare", str(upstream))
    staged.git("switch", "-q", "-c", "feature/t2-adds-wrongly")
    refused = command(staged, hooks, "git", "push", str(upstream), "HEAD")
    assert refused.returncode == 1, refused.stdout
    assert "tests/test_fail.py:5:1: RUN001 test_wrong: assert 3 == 4" in refused.stdout
    assert staged.git("ls-remote", str(upstream)) == ""
    staged.git("switch", "-q", "-c", "feature/t1-adds-numbers")
    pushed = command(staged, hooks, "git", "push", str(upstream), "HEAD")
    assert pushed.returncode == 0, pushed.stdout
    assert "refs/heads/feature/t1-adds-numbers" in staged.git("ls-remote", str(upstream))
    assert staged.git("status", "--porcelain") == ""


def test_the_projects_own_interpreter_runs_its_tests(
    staged: GatedProject, hooks: Hooks, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The hook's environment lacks what the tests import; the project's lacks pytest-agentgates."""
    staged.write("tests/test_pass.py", "import hypothesis\n\n\ndef test_it():\n    assert hypothesis.given\n")
    staged.git("switch", "-q", "-c", "T1")
    staged.commit()
    task = ("run", "agentgates-task", "--hook-stage", "pre-push", "--all-files")
    lacking = pre_commit(staged, hooks, *task)
    assert lacking.returncode == 1, lacking.stdout
    assert "No module named 'hypothesis'" in lacking.stdout
    folder = tmp_path_factory.mktemp("environment") / "venv"
    own = link_environment(folder, ("pytest_agentgates", "_editable_impl_pytest_agentgates"))
    staged.configure(f'[tool.agentgates.run]\npython = "{own.python}"\n')
    staged.commit()
    ran = pre_commit(staged, hooks, *task)
    assert ran.returncode == 0, ran.stdout
    assert staged.evidence()["tests"]["passed"] == 1
