"""The example of a GitOps repository does what its README shows, and its checks can fail."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.gated_project import GatedProject

EXAMPLE = Path(__file__).parent.parent / "examples" / "gitops"
SHOWN = re.findall(r"```console\n\$ (.*)\n((?:.*\n)*?)```", (EXAMPLE / "README.md").read_text(encoding="utf-8"))
TASK = "docs/tasks/SHOP-001.md"


@pytest.fixture
def example(project: GatedProject) -> GatedProject:
    for path in project.root.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(EXAMPLE, project.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    project.write(".gitignore", "/stdout\n/stderr\n/runpytest-*\n__pycache__/\n.claude/\n")
    project.commit()
    return project


def text_of(project: GatedProject, name: str = TASK) -> str:
    return (project.root / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=[command for command, _ in SHOWN])
def test_a_command_prints_what_the_readme_shows(example: GatedProject, command: str, output: str) -> None:
    ran = example.agentgates(*command.split()[1:])
    assert ran.outlines == output.splitlines()
    assert ran.ret == (1 if "failed" in output else 0)


def test_there_is_something_shown() -> None:
    assert [command for command, _ in SHOWN] == [
        "agentgates criteria SHOP-001 --dry-run",
        "agentgates criteria SHOP-001",
        "agentgates criteria SHOP-002",
    ]


def test_the_task_is_completed_and_a_tick_that_became_untrue_is_found(example: GatedProject) -> None:
    assert example.agentgates("criteria", "SHOP-001").ret == 0
    text = text_of(example)
    assert text.count("- [x]") == 7
    assert "updated: 2026-01-05" not in text
    assert "Criteria met: Every image is pinned" in text.splitlines()[-1]
    manifest = text_of(example, "deploy/base/deployment.yaml")
    example.write("deploy/base/deployment.yaml", manifest.replace(":0.1.18", ":latest"))
    assert example.agentgates("run", "SHOP-001").ret == 1
    assert example.rules("criteria_met") == ["CRT002", "CRT002"]
    example.write("deploy/base/deployment.yaml", manifest)
    ran = example.agentgates("run", "SHOP-001")
    assert ran.ret == 0, ran.stdout.str()
    assert "status: completed" in text_of(example)


@pytest.mark.parametrize(
    ("path", "old", "new", "failed"),
    [
        ("deploy/base/deployment.yaml", ":0.1.18", ":latest", [2, 3]),
        ("deploy/base/deployment.yaml", ":0.1.18", "", [2]),
        ("deploy/stage/kustomization.yaml", "../base", "../gone", [4]),
        ("deploy/base/deployment.yaml", "readinessProbe", "livenessProbe", [5]),
        ("deploy/base/service.yaml", "port: 80", "port: 80\n      token: abc", [7]),
    ],
)
def test_each_check_can_fail(example: GatedProject, path: str, old: str, new: str, failed: list[int]) -> None:
    example.write(path, text_of(example, path).replace(old, new))
    assert example.agentgates("criteria", "SHOP-001").ret == 1
    numbers = [line for line in text_of(example).splitlines() if line.startswith("- [")]
    assert [number for number, line in enumerate(numbers, 1) if line.startswith("- [ ]")] == failed
