"""Changes against the boundary of a task, in real repositories."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_agentgates.base_tree import find_base
from pytest_agentgates.baseline_file import render_baseline
from pytest_agentgates.core.baseline import Identity
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.gates.in_boundary import InBoundary
from pytest_agentgates.run_tool import LocalTools
from pytest_agentgates.source.tree import list_files
from tests.fakes import FakeWorkspace
from tests.real_workspace import write_files

BASE = {"src/calc.py": "a = 1\n", "src/other.py": "b = 1\n", "tests/test_calc.py": "def test_a(): ...\n", "tox.ini": ""}
TASK = Task("T1", deliverables=("src/calc.py",), test_files=("tests/test_calc.py",), where="tasks.json:3")


def commit(root: Path) -> None:
    identity = ["-c", "user.name=ann", "-c", "user.email=ann@example.org"]
    for words in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "base"]):
        subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_files(tmp_path, BASE)
    commit(tmp_path)
    return tmp_path


def judge(
    root: Path, *tasks: Task, gate: InBoundary | None = None, agent: str = "", others: tuple[Task, ...] = ()
) -> GateResult:
    gate = gate or InBoundary()
    base, problem = find_base(root, LocalTools(), "HEAD", "", "")
    assert not problem
    return gate.check(
        FakeWorkspace(
            root=root,
            files=list_files(root),
            tasks=tasks,
            all_tasks=(*tasks, *others),
            base=base,
            base_problem="",
            agent=agent,
            limits=gate.limits,
        )
    )


def found(result: GateResult) -> list[tuple[str, str]]:
    return [(finding.rule, finding.path) for finding in result.findings]


def test_a_change_inside_passes(root: Path) -> None:
    write_files(root, {"src/calc.py": "a = 2\n", "coverage.xml": "<x/>"})
    result = judge(root, TASK)
    assert result.status is GateStatus.PASS
    assert result.facts["drift"] == {"1": 1, "2": 0, "3": 0}


def test_changes_outside_are_found_however_they_are_made(root: Path) -> None:
    write_files(root, {"src/new.py": ""})
    (root / "src/other.py").unlink()
    assert found(judge(root, TASK)) == [("BND001", "src/new.py"), ("BND001", "src/other.py")]


def test_git_cannot_be_made_to_hide_a_change(root: Path) -> None:
    write_files(root, {"src/other.py": "b = 2\n"})
    subprocess.run(["git", "update-index", "--skip-worktree", "src/other.py"], cwd=root, check=True)
    assert found(judge(root, TASK)) == [("BND001", "src/other.py")]


@pytest.mark.parametrize(
    "path",
    ["tests/test_calc.py", "tox.ini", "pytest.ini", ".github/workflows/a.yml", "uv.lock", "agentgates-baseline.json"],
)
def test_a_protected_file_must_be_named_word_for_word(root: Path, path: str) -> None:
    write_files(root, {path: "# changed\n"})
    assert found(judge(root, replace(TASK, deliverables=("**/*",)))) == [("BND002", path)]
    assert found(judge(root, replace(TASK, deliverables=(path,)))) == []


@pytest.mark.parametrize(
    ("counts", "rules"), [((2, 1), []), ((1, 1), []), ((1, 0), []), ((0, 0), []), ((3, 1), ["BND002"])]
)
def test_a_baseline_may_lose_entries_and_gain_none(tmp_path: Path, counts: tuple[int, int], rules: list[str]) -> None:
    def text(*numbers: int) -> str:
        identities = (Identity("ruff_clean", "src/calc.py", "F401", f"import {name}") for name in "ab")
        entries = zip(identities, numbers, strict=True)
        return render_baseline({identity: number for identity, number in entries if number}).decode()

    write_files(tmp_path, {**BASE, "agentgates-baseline.json": text(2, 1)})
    commit(tmp_path)
    write_files(tmp_path, {"agentgates-baseline.json": text(*counts)})
    assert [rule for rule, _ in found(judge(tmp_path, TASK))] == rules


def test_a_test_of_the_task_that_is_new_is_its_work(root: Path) -> None:
    write_files(root, {"tests/test_new.py": "def test_b(): ...\n"})
    assert found(judge(root, replace(TASK, test_files=("tests/test_new.py",)))) == []
    assert found(judge(root, TASK)) == [("BND001", "tests/test_new.py")]


@pytest.mark.parametrize(
    "path",
    [
        "sitecustomize.py",
        "src/usercustomize/__init__.py",
        "start.pth",
        "src/calc2.pyc",
        "x-1.0.dist-info/METADATA",
        "x.egg-info/entry_points.txt",
        "mypy.py",
        "src/json.py",
        "tests/random.py",
        "pytest/__init__.py",
        "src/calc.pyi",
        "bin/ruff",
        "mypy",
    ],
)
def test_files_that_may_never_appear(root: Path, path: str) -> None:
    write_files(root, {path: "x\n"})
    assert found(judge(root, replace(TASK, deliverables=("**/*",)))) == [("BND004", path)]


def test_a_new_conftest_is_forbidden_outside_and_protected_inside(root: Path) -> None:
    write_files(root, {"src/conftest.py": ""})
    assert found(judge(root, TASK)) == [("BND004", "src/conftest.py")]
    assert found(judge(root, replace(TASK, deliverables=("src/**",)))) == [("BND002", "src/conftest.py")]
    assert found(judge(root, replace(TASK, deliverables=("src/conftest.py",)))) == []


def test_submodules_of_packages_shadow_nothing(root: Path) -> None:
    write_files(
        root, {"src/shop/types.py": "", "src/shop/json/__init__.py": "", "src/shop/ruff.md": "", "docs/git.md": ""}
    )
    assert found(judge(root, replace(TASK, deliverables=("**/*",)))) == []


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_links_out_of_the_tree_and_in_the_place_of_folders(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (root / "data").symlink_to(outside)
    (root / "near").symlink_to("src")
    task = replace(TASK, deliverables=("**/*",))
    assert found(judge(root, task)) == [("BND004", "data")]
    (root / "smoke").mkdir()
    (root / "tests/test_calc.py").rename(root / "smoke/test_calc.py")
    (root / "tests").rmdir()
    (root / "tests").symlink_to("smoke")
    assert ("BND004", "tests") in found(judge(root, task))


def test_a_nested_repository_is_found_and_a_submodule_is_not(root: Path) -> None:
    write_files(root, {"src/sub/.git/HEAD": "ref: x\n", "src/sub/a.py": "", ".gitmodules": "[s]\n\tpath = vendored\n"})
    task = replace(TASK, deliverables=("**/*",))
    assert found(judge(root, task)) == [("BND004", "src/sub/.git")]


def test_two_tasks_in_progress_may_not_claim_one_file(root: Path) -> None:
    write_files(root, {"src/calc.py": "a = 2\n"})
    other = Task("T2", deliverables=("src/calc.py",), status=TaskStatus.IN_PROGRESS)
    result = judge(root, TASK, others=(other,))
    assert found(result) == [("BND001", "src/calc.py")]
    assert "T2" in result.findings[0].message
    assert found(judge(root, TASK, others=(replace(other, status=TaskStatus.COMPLETED),))) == []
    assert found(judge(root, TASK, others=(replace(other, deliverables=("src/**",)),))) == []


def test_an_agent_leaves_its_area_only_by_what_is_open_to_all(root: Path) -> None:
    write_files(root, {"web/a.ts": "", "changelog.d/a.md": ""})
    gate = InBoundary(allow=("changelog.d/**",), agents={"backend": ("src/**", "tests/**")})
    result = judge(root, gate=gate, agent="backend-coding-agent")
    assert found(result) == [("BND001", "web/a.ts")]
    assert "area" in result.findings[0].message


def test_without_a_boundary_the_gate_is_silent_unless_it_was_asked_for(root: Path) -> None:
    write_files(root, {"src/other.py": ""})
    open_task = Task("T1", where="tasks.json:3")
    result = judge(root, open_task)
    assert [(one.rule, one.path, one.line) for one in result.findings] == [("BND003", "tasks.json", 3)]
    assert judge(root, open_task, gate=InBoundary(layers_asking=())).status is GateStatus.SKIP
    assert judge(root, gate=InBoundary()).status is GateStatus.SKIP


def test_a_configured_gate_without_a_base_cannot_judge(root: Path) -> None:
    workspace = FakeWorkspace(root=root, tasks=(TASK,))
    assert InBoundary().check(workspace).status is GateStatus.ERROR
    assert InBoundary(layers_asking=()).check(workspace).status is GateStatus.SKIP
