"""Makes virtual environments for benchmarks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def make_venv(folder: Path, *pip_arguments: str, python: str = sys.executable) -> str:
    """Make an environment, install into it, and return its interpreter."""
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    interpreter = str(folder / "bin" / "python")
    if pip_arguments:
        install(interpreter, *pip_arguments)
    return interpreter


def install(interpreter: str, *pip_arguments: str) -> None:
    """Install into the environment of an interpreter."""
    options = ["--quiet", "--quiet", "--disable-pip-version-check"]
    subprocess.run([interpreter, "-m", "pip", "install", *options, *pip_arguments], check=True)


def build_wheel(folder: Path) -> Path:
    """Build this repository's wheel into a folder."""
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))
