"""A small project in a temporary folder, driven by real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest import RunResult  # noqa: PT013 - a method of the class below hides the module's name

CONFIG = """
[tool.pytest]
pythonpath = ["src"]

[tool.agentgates]
"""
CALC = '''"""Sums."""


def add(left: int, right: int) -> int:
    """Add two numbers."""
    return left + right
'''
PASSING = """from calc import add


def test_add():
    assert add(1, 2) == 3


def test_add_negative():
    assert add(-1, -2) == -3
"""
FAILING = """from calc import add


def test_wrong():
    assert add(1, 2) == 4
"""


@dataclass
class GatedProject:
    """Writes files, runs commands, reads what they left."""

    pytester: pytest.Pytester

    def __post_init__(self) -> None:
        self.write("pyproject.toml", CONFIG)
        self.write(".gitignore", "/stdout\n/stderr\n/runpytest-*\n")  # what pytester itself leaves
        self.write("src/calc.py", CALC)
        self.write("tests/test_pass.py", PASSING)
        self.write("tests/test_fail.py", FAILING)
        self.tasks(
            {"id": "T1", "title": "Add numbers", "status": "pending", "test_files": ["tests/test_pass.py"]},
            {"id": "T2", "title": "Add wrongly", "status": "pending", "test_files": ["tests/test_fail.py"]},
        )

    @property
    def root(self) -> Path:
        return self.pytester.path

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def configure(self, text: str) -> None:
        """Add lines to the configuration."""
        path = self.root / "pyproject.toml"
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    def tasks(self, *tasks: dict[str, Any]) -> None:
        document = {"_version": 1, "tasks": list(tasks)}
        self.write("docs/state/tasks.json", json.dumps(document, indent=2) + "\n")

    def task(self, task_id: str = "T1") -> dict[str, Any]:
        document = json.loads((self.root / "docs/state/tasks.json").read_text(encoding="utf-8"))
        return next(task for task in document["tasks"] if task["id"] == task_id)

    def status(self, task_id: str = "T1") -> str:
        return str(self.task(task_id).get("status", "pending"))

    def pytest(self, *args: str) -> RunResult:
        return self.pytester.runpytest_subprocess("-p", "no:cacheprovider", *args)

    def gated(self, *args: str, task: str = "T1") -> RunResult:
        return self.pytest("--agent-task", task, *args)

    def agentgates(self, *args: str) -> RunResult:
        return self.pytester.run(sys.executable, "-m", "pytest_agentgates", *args)

    def evidence(self, name: str = "quality_gates_run.json") -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / ".claude/evidence" / name).read_text(encoding="utf-8"))
        return found

    def gate(self, name: str) -> dict[str, Any]:
        return next(gate for gate in self.evidence()["gates"] if gate["name"] == name)

    def rules(self, name: str) -> list[str]:
        return [finding["rule"] for finding in self.gate(name)["findings"]]

    def git(self, *args: str) -> str:
        identity = ["-c", "user.name=ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main"]
        command = ["git", *identity, *args]
        ran = subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True)
        return ran.stdout.strip()

    def commit(self) -> str:
        """Make a repository of it, with everything committed."""
        if not (self.root / ".git").exists():
            self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "state")
        return self.git("rev-parse", "HEAD")

    def start(self, *args: str) -> subprocess.Popen[str]:
        """Start a gated run in a process group of its own, with its output as pipes."""
        command = [sys.executable, "-m", "pytest", *args]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=self.root, stdout=pipe, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )

    def wait_for(self, name: str, seconds: float = 60) -> None:
        """Wait until a file is there."""
        end = time.monotonic() + seconds
        while not (self.root / name).exists():
            assert time.monotonic() < end, f"{name} did not come within {seconds} seconds"
            time.sleep(0.02)


def members_of_group(group: int) -> list[int]:
    """The living processes of a process group."""
    living = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            living.append(int(entry.name))
    return living


def interrupt(process: subprocess.Popen[str], whole_group: bool) -> None:
    """Send Ctrl-C as a terminal does (to the whole group), or as `kill` does."""
    if whole_group:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGINT)
