"""The file that configures a project: which it is, and its text."""

from __future__ import annotations

from pathlib import Path

from pytest_agentgates.errors import UsageError

FILES = ("agentgates.toml", "pyproject.toml")


def find_root(start: Path) -> tuple[Path, str]:
    """The nearest folder upwards that is configured, and its file; else the repository's top, else `start`."""
    for folder in (start, *start.parents):
        for name in FILES:
            if _configures(folder / name):
                return folder, name
    for folder in (start, *start.parents):
        if (folder / ".git").exists():
            return folder, ""
    return start, ""


def configures(name: str, content: bytes) -> bool:
    """Whether a file of that name is a configuration of this tool."""
    return name == "agentgates.toml" or b"tool.agentgates" in content


def read_text(path: Path) -> str:
    """The text of a configuration file; raises UsageError where it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError("is not UTF-8 text", path.name, f"save it as UTF-8 (byte {error.start})") from error
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", path.name, "check its permissions") from error


def _configures(path: Path) -> bool:
    return path.is_file() and configures(path.name, path.read_bytes())
