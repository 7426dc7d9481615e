"""A project with tasks, without a test run: what `agentgates tasks` works on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class TaskProject:
    """Runs `agentgates` as a real process in a folder."""

    root: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def tasks(self, *tasks: dict[str, Any]) -> TaskProject:
        path = self.root / "docs/state/tasks.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"_version": 1, "tasks": list(tasks)}, indent=2) + "\n", encoding="utf-8")
        return self

    def task(self, task_id: str = "T1") -> dict[str, Any]:
        document = json.loads((self.root / "docs/state/tasks.json").read_text(encoding="utf-8"))
        return next(task for task in document["tasks"] if task["id"] == task_id)

    def queue(self, layer: str = "infrastructure_backend") -> dict[str, Any]:
        path = self.root / f"docs/state/agent-queues/{layer}-queue.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def commit(self) -> str:
        identity = ["-c", "user.name=ann", "-c", "user.email=ann@example.org"]
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "--allow-empty", "-m", "state"]):
            subprocess.run(["git", *identity, *words], cwd=self.root, check=True, capture_output=True)
        ran = subprocess.run(["git", "rev-parse", "HEAD"], cwd=self.root, check=True, capture_output=True, text=True)
        return ran.stdout.strip()

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, **self.environment}
        return subprocess.run(self._command(words), cwd=self.root, env=env, check=False, capture_output=True, text=True)

    def start(self, *words: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen(self._command(words), cwd=self.root, stdout=pipe, stderr=pipe, text=True)

    def json(self, *words: str, exit_code: int = 0) -> Any:
        ran = self.run(*words, "--json")
        assert ran.returncode == exit_code, ran.stderr
        return json.loads(ran.stdout)

    def evidence(self, run_id: str, *tasks: tuple[str, str], gates: tuple[dict[str, Any], ...] = ()) -> None:
        """Evidence as a run leaves it, as far as the work loop reads it."""
        judged = [{"id": task_id, "status": status} for task_id, status in tasks]
        document = {"run_id": run_id, "tasks": judged, "gates": list(gates)}
        self.write(f".claude/evidence/runs/{run_id}/quality_gates_run.json", json.dumps(document))

    def _command(self, words: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "pytest_agentgates", *words]
