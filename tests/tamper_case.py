"""One trick that turns a failing run green, laid over a project with a committed base."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CASES = Path(os.environ.get("AGENTGATES_TAMPER_CASES", Path(__file__).parent / "data/tamper_cases"))
CORRECT = "def add(a, b):\n    return a + b\n\n\ndef parse(text):\n    return int(text)\n"
# The toy gate tool of family H, its state and its judge: this tool's own take their places.
TOY = ("_tool", "run.sh", "check.py", "tasks.json", "evidence")
IDENTITY = ("-c", "user.name=ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main")


@dataclass(frozen=True)
class TamperCase:
    """A folder with `case.json`, `honest/` and `tampered/`."""

    folder: Path

    @property
    def facts(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads((self.folder / "case.json").read_text(encoding="utf-8"))
        return found

    @property
    def family(self) -> str:
        return str(self.facts["family"])

    def honest(self, root: Path, **task: object) -> None:
        """Commit the honest project as the base, with a task that covers its tests."""
        shutil.copytree(self.folder / "honest", root, dirs_exist_ok=True, ignore=self._ignored)
        entry = {"id": "T1", "title": "Add and parse", "status": "in_progress", "test_files": ["tests"], **task}
        write_tasks(root, entry)
        git(root, "init", "-q")
        git(root, "add", "-A", "-f")
        git(root, "commit", "-q", "-m", "base")

    def tamper(self, root: Path) -> None:
        """Lay the tampered project over it; what it does not have is deleted."""
        for path in (self.folder / "honest").rglob("*"):
            name = path.relative_to(self.folder / "honest")
            if path.is_file() and not (self.folder / "tampered" / name).exists():
                (root / name).unlink(missing_ok=True)
        for name, target in self.facts.get("symlinks_in_tampered", {}).items():
            shutil.rmtree(root / name)
            (root / name).symlink_to(target)
        shutil.copytree(self.folder / "tampered", root, dirs_exist_ok=True, ignore=self._ignored, symlinks=True)

    def environment(self) -> dict[str, str]:
        """The environment of the run, with the tools that are installed here first."""
        path = f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}"
        own = {name: value.replace("$PATH", path) for name, value in self.facts["env"].items()}
        return {**os.environ, "PATH": path, **own}

    def run(self, root: Path, judge: str) -> subprocess.CompletedProcess[str]:
        """Run the case's own script with `judge` in the place of its judge, or `judge` alone where it has none."""
        if str(self.facts["command"]).startswith("python -m pytest"):
            judge = f"python -m {judge}"
        script = self.folder / "tampered/run.sh"
        lines = script.read_text(encoding="utf-8").splitlines() if script.exists() else []
        steps = [
            line
            for line in lines
            if not line.startswith(("git init -q -b main . ", "[ -z", "git diff", "export PYTHONPATH"))
        ]
        kept = [line for line in steps if not line.startswith(("pytest", "python check.py"))]
        return self.shell(root, "\n".join([*kept, judge]))

    def shell(self, root: Path, text: str) -> subprocess.CompletedProcess[str]:
        """Run lines of a shell in the project."""
        env = self.environment()
        return subprocess.run(["bash", "-c", text], cwd=root, env=env, capture_output=True, text=True, check=False)

    def _ignored(self, folder: str, names: list[str]) -> set[str]:
        """What belongs to the toy tool, and links' places."""
        is_top = Path(folder).parent == self.folder
        left_out = TOY if is_top else ()
        links = self.facts.get("symlinks_in_tampered", {}) if is_top and Path(folder).name == "tampered" else {}
        return {name for name in names if name in left_out or name in links}


def cases() -> tuple[TamperCase, ...]:
    return tuple(TamperCase(path.parent) for path in sorted(CASES.glob("*/case.json")))


def write_tasks(root: Path, *tasks: Mapping[str, object]) -> None:
    path = root / "docs/state/tasks.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"_version": 1, "tasks": list(tasks)}, indent=2) + "\n", encoding="utf-8")


def status_of(root: Path) -> str:
    document = json.loads((root / "docs/state/tasks.json").read_text(encoding="utf-8"))
    return str(document["tasks"][0]["status"])


def git(root: Path, *words: str) -> str:
    ran = subprocess.run(["git", *IDENTITY, *words], cwd=root, check=True, capture_output=True, text=True)
    return ran.stdout.strip()


def caught_by(root: Path) -> tuple[str, ...]:
    """The rules of the latest run that fail a gate, in their order."""
    path = root / ".claude/evidence/quality_gates_run.json"
    if not path.exists():
        return ()
    gates = json.loads(path.read_text(encoding="utf-8"))["gates"]
    found = [finding for gate in gates if gate["blocking"] for finding in gate["findings"]]
    rules = [one["rule"] for one in found if one["severity"] == "error" and not one["waived"]]
    return tuple(sorted(set(rules)))
