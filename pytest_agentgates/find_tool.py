"""Finds the tools that are installed beside this package; `PATH` is never asked."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from pytest_agentgates.errors import AgentGatesError


def ruff_command() -> tuple[str, ...]:
    """How to start ruff: the absolute path of its binary; raises AgentGatesError where there is none."""
    try:
        from ruff.__main__ import find_ruff_bin  # type: ignore[import-untyped]  # ruff ships no types

        return (str(find_ruff_bin()),)
    except (ImportError, FileNotFoundError) as error:
        raise _missing("ruff") from error


def module_command(module: str) -> tuple[str, ...]:
    """How to start a Python tool: isolated, so that nothing in the project can stand in for it.

    Raises AgentGatesError where it is not installed.
    """
    if find_spec(module) is None:
        raise _missing(module)
    return (sys.executable, "-I", "-X", "utf8", "-m", module)


def script_command(path: str) -> tuple[str, ...]:
    """How to start a script of this package: isolated, and without leaving bytecode in the project."""
    return (sys.executable, "-I", "-B", "-X", "utf8", path)


def version_of(distribution: str) -> str:
    """The installed version, empty where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _missing(tool: str) -> AgentGatesError:
    what = f"{tool} is not installed beside pytest-agentgates"
    return AgentGatesError(what, fix=f"install {tool} in the environment of pytest-agentgates")
