"""Times a gated run in place and in a clean tree, and the witness in it, on a suite of many small tests.

python -m benchmarks.clean_run [--tests N] [--files N] [--milliseconds N] [--runs N]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.paired import Case, measure, show_machine, show_pair, show_times

_GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.org")


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description="Time the clean run and its witness.")
    parser.add_argument("--tests", type=int, default=2000, metavar="N")
    parser.add_argument("--files", type=int, default=0, metavar="N", help="other files of the project")
    parser.add_argument("--milliseconds", type=float, default=1.0, metavar="N", help="what each test works")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        _write_project(root, options)
        run = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
        gated = (*run, "--agent-task", "T1", "--agent-no-update")
        cases = [
            Case("plain", ((*run, "tests"),), cwd=root),
            Case("in place", ((*gated, "--agent-in-place"),), cwd=root),
            Case("clean", (gated,), cwd=root),
        ]
        times = measure(cases, options.runs)
        show_machine("pytest-agentgates")
        show_times(times)
        show_pair("clean / in place", times["clean"], times["in place"])
        show_pair("clean / plain", times["clean"], times["plain"])


def _write_project(root: Path, options: argparse.Namespace) -> None:
    (root / "agentgates.toml").write_text("max_attempts = 3\n", encoding="utf-8")
    (root / "tests").mkdir()
    (root / "src").mkdir()
    (root / "docs" / "state").mkdir(parents=True)
    seconds = options.milliseconds / 1000
    body = f"    end = time.perf_counter() + {seconds}\n    while time.perf_counter() < end:\n        pass"
    tests = "".join(f"\n\ndef test_{number}():\n{body}\n" for number in range(options.tests))
    (root / "tests" / "test_many.py").write_text(f"import time\n{tests}", encoding="utf-8")
    for number in range(options.files):
        (root / "src" / f"module_{number}.py").write_text(f"VALUE = {number}\n" * 50, encoding="utf-8")
    task = {"id": "T1", "status": "pending", "test_files": ["tests"]}
    (root / "docs/state/tasks.json").write_text(json.dumps({"_version": 1, "tasks": [task]}), encoding="utf-8")
    (root / ".gitignore").write_text("__pycache__/\n.claude/\n", encoding="utf-8")
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "base")):
        subprocess.run([*_GIT, *command], cwd=root, check=True)


if __name__ == "__main__":
    main()
