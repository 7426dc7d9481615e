"""The built wheel holds everything that a run needs, without the source beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_schemas_types_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "pytest_agentgates/py.typed" in names
    assert "pytest_agentgates/schemas/ctrf.schema.json" in names
    page = zipfile.ZipFile(wheel).read("pytest_agentgates/gates.md")
    assert page == (ROOT / "docs" / "gates.md").read_bytes()
    assert not [name for name in names if name.startswith(("tests", "examples", "benchmarks"))]


def test_an_installed_wheel_judges_a_task(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(installed), str(wheel)]
    subprocess.run(pip, check=True)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "test_it.py").write_text("def test_it():\n    pass\n")
    (folder / "tasks.json").write_text('{"tasks": [{"id": "T1", "test_files": ["test_it.py"]}]}\n')
    (folder / "agentgates.toml").write_text('tasks = "tasks.json"\n')
    environment = {**os.environ, "PYTHONPATH": str(installed), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "pytest", "--agent-task", "T1"]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert '"status": "completed"' in (folder / "tasks.json").read_text()
