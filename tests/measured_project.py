"""A small project on disk, measured by real processes of pytest."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coverage import CoverageData

from pytest_agentgates import session_coverage
from pytest_agentgates.measure_coverage import MeasurePlan, data_files, environment

# The session module is copied beside the plugin: it must not need the rest of the package.
PLUGIN = """
import os, pathlib, sys
import pytest
import session_coverage

FOLDER = pathlib.Path(os.environ["MEASURE_FOLDER"])

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config):
    session_coverage.prepare(early_config.known_args_namespace, os.environ["MEASURE_BRANCH"] == "1")
    return (yield)

def pytest_collection(session):
    worker = getattr(session.config, "workerinput", {}).get("workerid", "main")
    (FOLDER / ("core." + worker)).write_text(session_coverage.core_name())

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session):
    result = yield
    measuring = "coverage" in sys.modules and sys.modules["coverage"].Coverage.current() is not None
    (FOLDER / "still.measuring").write_text(str(measuring))
    if not hasattr(session.config, "workerinput"):
        session_coverage.collect(session.config, FOLDER)
    return result
"""

FILES = {
    "app/__init__.py": "",
    "app/core.py": "def sign(x):\n    if x < 0:\n        return -1\n    return 1\n\n\ndef unused():\n    return 0\n",
    "app/tool.py": "def main():\n    print('tool')\n\n\nmain()\n",
    "other/__init__.py": "",
    "other/extra.py": "def double(x):\n    return 2 * x\n",
    "never/lonely.py": "def nothing():\n    return None\n",
    "tests/test_app.py": """\
import subprocess, sys

from app.core import sign
from other.extra import double

def test_positive():
    assert sign(2) == 1

def test_negative():
    assert sign(-2) == -1

def test_double():
    assert double(2) == 4

def test_tool():
    out = subprocess.run([sys.executable, "-m", "app.tool"], capture_output=True, text=True, check=True)
    assert out.stdout == "tool\\n"
""",
}


@dataclass(frozen=True)
class Measured:
    """How a measured session ended, and what it left."""

    exit_code: int
    output: str
    lines: Mapping[str, frozenset[int]]
    data: tuple[Path, ...]
    folder: Path

    def still_measuring(self) -> bool:
        """Whether a Coverage was active when the tests were over."""
        return (self.folder / "still.measuring").read_text() == "True"

    def core(self, worker: str = "main") -> str:
        """The core that measured the process."""
        return (self.folder / f"core.{worker}").read_text()


def write_files(root: Path, files: Mapping[str, str]) -> Path:
    """Write the files and return their folder."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def run_measured(
    root: Path, plan: MeasurePlan, *args: str, env: Mapping[str, str] | None = None, python: str = sys.executable
) -> Measured:
    """Run the project's tests as the referee does, in an environment that has `env`."""
    plugins = plan.folder / "plugins"
    plugins.mkdir()
    (plugins / "tiny_session.py").write_text(PLUGIN)
    shutil.copy(session_coverage.__file__, plugins / "session_coverage.py")
    ran = subprocess.run(
        [python, "-m", "pytest", "-p", "tiny_session", "-p", "no:cacheprovider", *args],
        cwd=root,
        env=_environment(plan, plugins, env or {}) | environment(plan),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found = data_files(plan.folder)
    return Measured(ran.returncode, ran.stdout + ran.stderr, _lines(root, found), found, plan.folder)


def _environment(plan: MeasurePlan, plugins: Path, extra: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST"))}
    return {
        **inherited,
        **extra,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(plugins), extra.get("PYTHONPATH", "")))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MEASURE_FOLDER": str(plan.folder),
        "MEASURE_BRANCH": "1" if plan.branch else "0",
    }


def _lines(root: Path, paths: tuple[Path, ...]) -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for path in paths:
        data = CoverageData(str(path))
        data.read()
        for name in data.measured_files():
            key = Path(name).relative_to(root.resolve()).as_posix()
            found[key] = found.get(key, frozenset()) | frozenset(data.lines(name) or ())
        data.close()
    return found


def recorded(root: Path, lines: Mapping[str, set[int]], name: str = "data.1") -> Path:
    """A data file as coverage.py writes it, of these executed lines."""
    path = root.parent / name
    data = CoverageData(str(path))
    data.add_lines({str(root.resolve() / file): executed for file, executed in lines.items()})
    data.write()
    data.close()
    return path
