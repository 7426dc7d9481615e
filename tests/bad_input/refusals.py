"""Runs a command that must be refused, and looks at all that it says and leaves."""

from __future__ import annotations

import sys
from pathlib import Path

from pytest_agentgates.errors import MISTAKE
from tests.gated_project import GatedProject

_MODULES = {"pytest": "pytest", "agentgates": "pytest_agentgates"}
_OWN_NOTES = ("stdout", "stderr")  # pytester keeps the output of what it runs in the project's folder


def refused(project: GatedProject, *command: str, code: int = MISTAKE) -> str:
    """Run `pytest ...` or `agentgates ...`; the whole standard error of a run that wrote nothing."""
    before = contents(project.root)
    result = project.pytester.run(sys.executable, "-m", _MODULES[command[0]], *command[1:])
    said = result.stderr.str()
    assert result.ret == code, said
    assert contents(project.root) == before
    assert "Traceback" not in result.stdout.str() + said
    return said


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, but for bytecode."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in _OWN_NOTES)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.suffix != ".pyc"}
