"""Finds the tools that are installed beside this package; `PATH` is never asked."""

from __future__ import annotations

import sys


def ruff_command() -> tuple[str, ...]:
    """How to start ruff: the absolute path of its binary; raises FileNotFoundError where there is none."""
    try:
        from ruff.__main__ import find_ruff_bin  # type: ignore[import-untyped]  # ruff ships no types
    except ImportError as error:
        raise FileNotFoundError("ruff is not installed beside pytest-agentgates") from error
    return (str(find_ruff_bin()),)


def module_command(module: str) -> tuple[str, ...]:
    """How to start a Python tool: isolated, so that nothing in the project can stand in for it."""
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
