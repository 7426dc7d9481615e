"""An origin, an agent's branch with its evidence, and fresh clones in which CI runs its commands."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pytest_agentgates.source.tree import digest_files, digest_of
from pytest_agentgates.survey_project import project_files
from pytest_agentgates.wiring import wire_project
from tests.gated_project import CALC, PASSING

ROOT = Path(__file__).parent.parent
CONFIG = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "calc"
version = "1"

[tool.hatch.build]
dev-mode-dirs = ["src"]

[tool.hatch.build.targets.wheel]
only-include = ["src"]

[tool.pytest]
pythonpath = ["src"]

[tool.agentgates]
base = "origin/main"

[tool.agentgates.gates.coverage_floor]
floors = { "src/**" = 40 }
"""
TASK = {"id": "T1", "status": "pending", "test_files": ["tests/test_pass.py"], "deliverables": ["src/calc.py"]}
OTHER = {"id": "T2", "status": "pending", "test_files": ["tests/test_more.py"], "deliverables": ["src/more.py"]}
MORE = "from more import twice\n\n\ndef test_twice():\n    assert twice(2) == 4\n"
TWICE = "def twice(number: int) -> int:\n    return number * 2\n"
IGNORED = "__pycache__/\n*.egg-info/\n.coverage\n"
EVIDENCE = ".claude/evidence/quality_gates_run.json"


@dataclass(frozen=True)
class Clone:
    """A clone in which files are written and commands run."""

    root: Path

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        return (self.root / name).read_text(encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        text = self.read(name)
        assert old in text, f"{name} has no {old!r}"
        self.write(name, text.replace(old, new))

    def git(self, *words: str) -> str:
        identity = ("-c", "user.name=ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main")
        ran = subprocess.run(("git", *identity, *words), cwd=self.root, capture_output=True, text=True, check=True)
        return ran.stdout.strip()

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "work")

    def agentgates(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run((sys.executable, "-m", "pytest_agentgates", *words))

    def run(self, command: tuple[str, ...], **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.root, env=_environment(more), capture_output=True, text=True, check=False
        )

    def status(self, task_id: str = "T1") -> str:
        tasks = json.loads(self.read("docs/state/tasks.json"))["tasks"]
        return str(next(task["status"] for task in tasks if task["id"] == task_id))


def forge(clone: Clone, change: Callable[[dict[str, Any]], None]) -> None:
    """Rewrite the evidence, its copy and the log so that they agree, as one who knows the formats would."""
    document = json.loads(clone.read(EVIDENCE))
    before = hashlib.sha256(clone.read(EVIDENCE).encode()).hexdigest()
    change(document)
    text = json.dumps(document)
    for name in (EVIDENCE, f".claude/evidence/runs/{document['run_id']}/quality_gates_run.json"):
        clone.write(name, text)
    clone.change("docs/state/transaction-log.jsonl", before, hashlib.sha256(text.encode()).hexdigest())


def claim_these_files(clone: Clone) -> None:
    """Forge evidence that says it is of what lies on disk now."""
    project = wire_project(clone.root)

    def change(document: dict[str, Any]) -> None:
        document["git"]["files_digest"] = digest_of(digest_files(clone.root, project_files(project)))
        document["config_digest"] = hashlib.sha256(project.config.text.encode()).hexdigest()

    forge(clone, change)


def make_origin(folder: Path) -> Path:
    """A bare repository whose main branch has two tasks and wrong code."""
    seed = Clone(folder / "seed")
    seed.root.mkdir(parents=True)
    seed.git("init", "-q")
    seed.write("pyproject.toml", CONFIG)
    seed.write(".gitignore", IGNORED)
    seed.write("requirements/ci.txt", "# nothing more than what runs this test\n")
    seed.write("src/calc.py", CALC.replace("left + right", "left - right"))
    seed.write("src/more.py", TWICE.replace("* 2", "* 3"))
    seed.write("tests/test_pass.py", PASSING)
    seed.write("tests/test_more.py", MORE)
    seed.write("docs/state/tasks.json", json.dumps({"_version": 1, "tasks": [TASK, OTHER]}, indent=2) + "\n")
    seed.commit()
    origin = folder / "origin.git"
    seed.git("clone", "-q", "--bare", str(seed.root), str(origin))
    return origin


def clone_of(origin: Path, target: Path, branch: str = "main") -> Clone:
    """A fresh clone, on a branch."""
    Clone(origin).git("clone", "-q", "--branch", branch, str(origin), str(target))
    return Clone(target)


def steps_of(job: str) -> dict[str, str]:
    """The commands of a job of the example workflow, by the names of their steps."""
    document: dict[str, Any] = YAML(typ="safe").load((ROOT / "examples/ci/agentgates.yml").read_text(encoding="utf-8"))
    return {step["name"]: step["run"] for step in document["jobs"][job]["steps"] if "run" in step}


def fresh_environment(folder: Path) -> Path:
    """A new environment that finds what is installed here; returns the folder of its programs."""
    subprocess.run((sys.executable, "-m", "venv", "--without-pip", str(folder)), check=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    known = [entry for entry in sys.path if entry.endswith("site-packages")]
    lines = [str(ROOT), *(f"import site; site.addsitedir({entry!r})" for entry in known)]
    (packages / "known.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")
    program = folder / "bin" / "agentgates"
    program.write_text(f"#!{folder}/bin/python\nfrom pytest_agentgates.cli import main\n\nmain()\n", encoding="utf-8")
    program.chmod(0o755)
    return program.parent


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """What a runner has: nothing of the session that runs this test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AGENT", "PYTEST", "COV", "GIT"))}
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return {**kept, "PATH": path, **more}
