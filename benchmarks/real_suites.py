"""Judges the tests of real projects in a clean run, and times the witness in them.

python -m benchmarks.real_suites [--runs N] [--scratch FOLDER]

The source distributions come from the package index. Each project is the base and its tests are the task, so
every finding is a false alarm, but for tests that the project itself skips. The witness is timed in the tests'
process alone: the same session with the witness, and with one that does nothing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tarfile
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fresh_venv import ROOT, install, make_venv
from benchmarks.paired import Case, measure, show_machine, show_pair, show_times

_GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.org")
_NEEDED = ("pytest", "hypothesis", "freezegun", "pretend", "tomli_w", "setuptools", "flit-core")
_SILENT = """
from pytest_agentgates import gated_session

class Silent:
    def __init__(self, start):
        pass

    def close(self):
        pass

gated_session.Witness = Silent
"""


@dataclass(frozen=True)
class Suite:
    """A project of the package index, its tests, what pytest needs to run all of them, and the part to time."""

    name: str
    tests: str = "tests"
    options: tuple[str, ...] = ()
    timed: str = ""


SUITES = (
    Suite("iniconfig", "testing"),
    # The addopts of packaging leave its property tests out.
    Suite("packaging", options=("-m", ""), timed="tests/test_specifiers.py"),
    Suite("itsdangerous"),
    Suite("more-itertools"),
    Suite("markupsafe"),
)


def main() -> None:
    """Judge and time every suite."""
    parser = argparse.ArgumentParser(description="Judge and time real suites.")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--scratch", type=Path, metavar="FOLDER", help="keep the projects here")
    options = parser.parse_args()
    show_machine("pytest", "pytest-agentgates")
    with tempfile.TemporaryDirectory() as name:
        scratch = options.scratch or Path(name)
        python = make_venv(scratch / "venv", "--editable", str(ROOT), *_NEEDED)
        for suite in SUITES:
            root = unpack(suite, scratch, python)
            judge(suite, root, python)
            time_witness(suite, root, python, scratch, options.runs)


def unpack(suite: Suite, scratch: Path, python: str) -> Path:
    """Download, unpack, install in place and commit one project."""
    folder = scratch / suite.name
    command = [python, "-m", "pip", "download", "-qq", "--no-deps", "--no-binary", ":all:", "-d", str(folder)]
    subprocess.run([*command, suite.name], check=True, stderr=subprocess.DEVNULL)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    root = next(path for path in folder.iterdir() if path.is_dir())
    install(python, "--editable", str(root))
    task = {"id": "T1", "status": "pending", "test_files": [suite.tests]}
    (root / "docs/state").mkdir(parents=True, exist_ok=True)
    (root / "docs/state/tasks.json").write_text(json.dumps({"_version": 1, "tasks": [task]}), encoding="utf-8")
    (root / ".gitignore").write_text("__pycache__/\n.claude/\n*.egg-info/\n*.so\n.hypothesis/\n", encoding="utf-8")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "base")):
        subprocess.run([*_GIT, *words], cwd=root, check=True)
    return root


def judge(suite: Suite, root: Path, python: str) -> None:
    """Print what a clean run says of the project as it is."""
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--agent-task", "T1", "--agent-no-update"]
    subprocess.run([*command, *suite.options], cwd=root, capture_output=True, check=False)
    run = json.loads((root / ".claude/evidence/quality_gates_run.json").read_text(encoding="utf-8"))
    print(f"\n{suite.name}: {run['overall_status']}, assurance {run['assurance']}")
    for gate in run["gates"]:
        rules = Counter(finding["rule"] for finding in gate.get("findings", ()))
        print(f"  {gate['status']:5} {gate['name']}: {gate.get('message', '')} {dict(rules) or ''}")


def time_witness(suite: Suite, root: Path, python: str, scratch: Path, runs: int) -> None:
    """Time the tests' process with the witness and without."""
    cases = [_case(label, suite, root, python, scratch) for label in ("with witness", "without")]
    times = measure(cases, runs)
    show_times(times)
    show_pair("with / without", times["with witness"], times["without"], "1.05")


def _case(label: str, suite: Suite, root: Path, python: str, scratch: Path) -> Case:
    """Both sides load one more plugin; that of one side puts a witness that does nothing in the place of ours."""
    folder = scratch / suite.name / label.replace(" ", "_")
    folder.mkdir()
    (folder / "bench_witness.py").write_text("" if label == "with witness" else _SILENT, encoding="utf-8")
    plan = {
        "claim": str(folder / "claim.jsonl"),
        "witness": str(folder / "witness"),
        "tasks": {"T1": [suite.tests]},
        "arguments": [suite.tests],
        "backwards": False,
        "coverage": {},
        "watch": None,
        "clean": None,
    }
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    session = ("-p", "pytest_agentgates.gated_session", f"--agent-session={folder / 'plan.json'}")
    command = (
        python,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        *session,
        "-p",
        "bench_witness",
        *suite.options,
        suite.timed or suite.tests,
    )
    return Case(label, (command,), cwd=root, env={"PYTHONPATH": str(folder)})


if __name__ == "__main__":
    main()
