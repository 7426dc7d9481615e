"""The main job on a copy of the example: an unfinished task is refused, a finished one completed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLE = Path(__file__).parent / "customers"
UNFINISHED, FINISHED = "TASK-CUST-INF-002", "TASK-CUST-INF-001"
LEFT_OUT = shutil.ignore_patterns(".venv", ".claude", "__pycache__", ".*_cache", "*.db")


def main() -> int:
    """Run both tasks; 0 when each came out as it should."""
    with tempfile.TemporaryDirectory(prefix="agentgates-demo-") as name:
        project = Path(name) / "customers"
        shutil.copytree(EXAMPLE, project, ignore=LEFT_OUT)
        commit(project)
        refused = gated_run(project, UNFINISHED)
        completed = gated_run(project, FINISHED)
        show_evidence(project)
    say(f"{UNFINISHED} exited with {refused}, {FINISHED} with {completed}")
    return 0 if (refused, completed) == (1, 0) else 1


def commit(project: Path) -> None:
    """Make a repository of the copy."""
    identity = ["-c", "user.name=demo", "-c", "user.email=demo@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "The example"]):
        subprocess.run(["git", *command], cwd=project, check=True)


def gated_run(project: Path, task: str) -> int:
    """Judge one task as a user would; returns pytest's exit status."""
    say(f"$ pytest --agent-task {task} --tb=no")
    command = [sys.executable, "-P", "-m", "pytest", "--agent-task", task, "--tb=no"]
    return subprocess.run(command, cwd=project, check=False).returncode


def show_evidence(project: Path) -> None:
    """Print what the last run left behind, without the long lists."""
    evidence = project / ".claude" / "evidence"
    run = json.loads((evidence / "quality_gates_run.json").read_text(encoding="utf-8"))
    names = ("task_id", "overall_status", "complete", "summary", "verification", "tests", "transition", "git")
    say("the evidence of the finished task, from quality_gates_run.json:")
    print(json.dumps({name: run[name] for name in names}, indent=2))
    say("the files of the evidence:")
    for path in sorted(evidence.rglob("*.json")):
        print(f"  {path.relative_to(project)}")


def say(text: str) -> None:
    """Print a line that stands out from what the commands print."""
    print(f"\n=== {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
