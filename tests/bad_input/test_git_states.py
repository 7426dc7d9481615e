"""What git does not know is said; what needs it could not judge, and nothing is made up."""

from __future__ import annotations

import shutil

import pytest

from pytest_agentgates.errors import CANNOT_JUDGE
from tests.bad_input.refusals import refused
from tests.gated_project import GatedProject

FLOORS = '[tool.agentgates.gates.coverage_floor]\nfloors = { "src/**" = 95 }\nchanged_lines = 80\n'
NAME_IT = "  fix: name it: pytest --agent-task ID, or agentgates run ID"
UNKNOWN = "  fix: name a commit that is there, or leave the base out"


def test_without_git_the_evidence_says_what_is_unknown(project: GatedProject) -> None:
    assert project.gated("-q").ret == 0
    known = project.evidence()["git"]
    assert len(known.pop("files_digest")) == 64
    assert known == {"commit": None, "tree": None, "branch": None, "base": None, "dirty": None}
    assert project.status() == "completed"


def test_where_git_is_not_installed_the_run_works(project: GatedProject, monkeypatch: pytest.MonkeyPatch) -> None:
    project.commit()
    monkeypatch.setenv("PATH", str(project.root / "bin"))
    assert project.gated("-q").ret == 0
    assert project.evidence()["git"]["commit"] is None


def test_a_detached_head_works(project: GatedProject) -> None:
    commit = project.commit()
    project.git("switch", "-q", "--detach")
    assert project.gated("-q").ret == 0
    known = project.evidence()["git"]
    assert (known["commit"], known["branch"]) == (commit, None)


@pytest.mark.parametrize("command", [("agentgates", "run"), ("pytest", "--agent-task", "auto")], ids=" ".join)
def test_on_a_detached_head_the_task_must_be_named(project: GatedProject, command: tuple[str, ...]) -> None:
    project.commit()
    project.git("switch", "-q", "--detach")
    assert refused(project, *command) == (
        f"agentgates: cannot tell the task: AGENT_TASK is not set and no branch is checked out\n{NAME_IT}"
    )


@pytest.mark.parametrize(
    ("branch", "what"),
    [("main", "holds the id of no task"), ("feature/t1-and-t2", "holds T1, T2")],
)
def test_a_branch_that_names_no_single_task(project: GatedProject, branch: str, what: str) -> None:
    project.commit()
    project.git("switch", "-q", "-C", branch)
    assert refused(project, "agentgates", "run") == (
        f"agentgates: cannot tell the task: AGENT_TASK is not set and branch {branch!r} {what}\n{NAME_IT}"
    )


@pytest.mark.parametrize(
    "command",
    [("pytest", "--agent-task", "T1", "--agent-base", "nope"), ("agentgates", "check", "--base", "nope")],
    ids=" ".join,
)
def test_a_base_that_is_no_commit(project: GatedProject, command: tuple[str, ...]) -> None:
    project.commit()
    assert refused(project, *command) == (
        "agentgates: the base 'nope', given on the command line, is not a commit of this repository "
        f"(fetch it, or name another)\n{UNKNOWN}"
    )


def test_a_base_outside_git(project: GatedProject) -> None:
    assert refused(project, "agentgates", "run", "T1", "--base", "main") == (
        f"agentgates: the project is in no git repository\n{UNKNOWN}"
    )


def test_only_changed_files_need_a_base(project: GatedProject) -> None:
    assert refused(project, "agentgates", "check", "--changed") == (
        "agentgates: --changed needs a base: the project is in no git repository\n  fix: name one: --base REV"
    )


def test_a_shallow_clone_cannot_judge_changed_lines(project: GatedProject) -> None:
    make_shallow(project, 'base = "HEAD~1"\n')
    result = project.gated("-q")
    assert result.ret == CANNOT_JUDGE
    assert result.stdout.lines[-3:] == [
        "T1: could not judge, the task stays as it is",
        "  coverage_floor: changed lines cannot be judged: the base 'HEAD~1', configured as `base`, "
        "is not a commit of this repository (this clone is shallow: git fetch --unshallow)",
        "next: let every gate judge (see above), then: pytest --agent-task T1",
    ]
    assert result.stderr.str() == ""
    assert project.status() == "pending"


def make_shallow(project: GatedProject, settings: str) -> None:
    """Give the project a history, and make it a clone that lacks most of it."""
    project.commit()
    project.configure(settings + FLOORS)
    project.commit()
    origin = project.root.with_name("origin")
    shutil.move(project.root / ".git", origin)
    project.git("clone", "-q", "--no-checkout", "--depth", "1", f"file://{origin}", "clone")
    shutil.move(project.root / "clone" / ".git", project.root / ".git")
    (project.root / "clone").rmdir()
    project.git("reset", "-q")
    assert (project.root / ".git" / "shallow").is_file()
