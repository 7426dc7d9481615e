"""A tool that is missing, crashes, hangs or talks nonsense is no pass: nothing is judged, no task moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.errors import CANNOT_JUDGE
from tests.gated_project import GatedProject
from tests.linked_environment import LinkedEnvironment, link_environment

INSTALL = "{0} is not installed beside pytest-agentgates\n  fix: install {0} in the environment of pytest-agentgates"
RUFF = [
    pytest.param("", INSTALL.format("ruff"), id="missing"),
    pytest.param(
        "#!/bin/sh\necho 'Aborted: \033[31mout of luck\033[0m' >&2\nexit 101\n",
        "ruff could not judge (exit code 101):\nAborted: out of luck",
        id="crashing",
    ),
    pytest.param("#!/bin/sh\nkill -SEGV $$\n", "ruff could not judge (ended by signal 11)", id="killed"),
    pytest.param("#!/bin/sh\nsleep 600\n", "ruff: took longer than 1 seconds and was stopped", id="hanging"),
    pytest.param(
        "#!/bin/sh\necho src/calc.py\necho garbage\n",
        "ruff could not judge (exit code 0):\nsrc/calc.py\ngarbage",
        id="garbage",
    ),
    pytest.param("#!/bin/sh\nyes src/calc.py\n", "ruff: wrote more than 64 MB and was stopped", id="endless"),
]
MYPY = [
    pytest.param("", INSTALL.format("mypy"), id="missing"),
    pytest.param(
        "import sys\nsys.exit('Aborted: out of luck')\n",
        "mypy could not judge (exit code 1):\nAborted: out of luck",
        id="crashing",
    ),
    pytest.param("import time\ntime.sleep(600)\n", "mypy: took longer than 1 seconds and was stopped", id="hanging"),
    pytest.param("print('garbage')\n", "mypy could not judge (exit code 0):\ngarbage", id="garbage"),
]


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for an environment, outside the project."""
    return tmp_path_factory.mktemp("environment") / "venv"


@pytest.mark.parametrize(("binary", "message"), RUFF)
def test_a_broken_ruff(project: GatedProject, environment: Path, binary: str, message: str) -> None:
    made = link_environment(environment, () if binary else ("ruff",))
    if binary:
        made.script("ruff", binary)
    assert_error(project, made, "ruff_clean", message)


@pytest.mark.parametrize(("main", "message"), MYPY)
def test_a_broken_mypy(project: GatedProject, environment: Path, main: str, message: str) -> None:
    made = link_environment(environment, ("mypy",))
    if main:
        made.module("mypy", "")
        (made.packages / "mypy" / "__main__.py").write_text(main, encoding="utf-8")
    assert_error(project, made, "mypy_clean", message)


def test_a_missing_import_linter(project: GatedProject, environment: Path) -> None:
    made = link_environment(environment, ("importlinter", "import_linter"))
    project.configure('[tool.importlinter]\nroot_package = "calc"\n')
    message = "import-linter: ModuleNotFoundError: No module named 'importlinter'"
    assert_error(project, made, "imports_kept", message)


def assert_error(project: GatedProject, made: LinkedEnvironment, gate: str, message: str) -> None:
    """The gate says why it could not judge, in `check` as in a run, and the task stays."""
    project.configure(f"[tool.agentgates.gates.{gate}]\nseconds = 1\n")
    before = (project.root / "docs/state/tasks.json").read_bytes()
    lines = message.splitlines()
    checked = project.pytester.run(made.python, "-m", "pytest_agentgates", "check", "--gate", gate)
    assert checked.ret == CANNOT_JUDGE
    assert checked.stdout.lines[-1 - len(lines) :] == ["check: could not judge", f"  {gate}: {lines[0]}", *lines[1:]]
    ran = project.pytester.run(made.python, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--agent-task", "T1")
    assert ran.ret == CANNOT_JUDGE
    assert "T1: could not judge, the task stays as it is" in ran.stdout.lines
    assert "Traceback" not in checked.stdout.str() + checked.stderr.str() + ran.stdout.str()
    assert checked.stderr.str() + ran.stderr.str() == ""
    assert (project.gate(gate)["status"], project.gate(gate)["message"]) == ("error", message)
    assert (project.root / "docs/state/tasks.json").read_bytes() == before
