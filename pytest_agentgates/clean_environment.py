"""The environment of a clean run: what is known to be harmless, and what the configuration names."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

ALLOWED = (
    "APPDATA",
    "CI",
    "COLORTERM",
    "COLUMNS",
    "COMSPEC",
    "CONDA_PREFIX",
    "COVERAGE_CORE",
    "DISPLAY",
    "DOCKER_HOST",
    "FORCE_COLOR",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "HOME",
    "HOMEDRIVE",
    "HOMEPATH",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "LINES",
    "LOCALAPPDATA",
    "LOGNAME",
    "NO_COLOR",
    "NO_PROXY",
    "NUMBER_OF_PROCESSORS",
    "OS",
    "PATHEXT",
    "PROCESSOR_*",
    "PROGRAMDATA",
    "PROGRAMFILES*",
    "PYTEST_XDIST_AUTO_NUM_WORKERS",
    "PYTHONHASHSEED",
    "PYTHONUTF8",
    "REQUESTS_CA_BUNDLE",
    "SHELL",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "TERM",
    "TMP",
    "TMPDIR",
    "TZ",
    "USER",
    "USERNAME",
    "USERPROFILE",
    "VIRTUAL_ENV",
    "WINDIR",
    "XDG_*",
)
# Names that no configuration lets through: they put code into a process, or choose the tests.
_NEVER = ("LD_*", "DYLD_*", "PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONSTARTUP", "PYTHONHOME", "PYTHONPATH", "GIT_*")


def environment_for(environment: Mapping[str, str], also: Sequence[str], project: Path, tree: Path) -> dict[str, str]:
    """The variables that pass, with PATH turned to the tree; `also` are names and globs of the configuration."""
    kept = {name: value for name, value in environment.items() if _passes(name, also)}
    if path := environment.get("PATH"):
        entries = (entry for entry in path.split(os.pathsep) if os.path.isabs(entry))
        kept["PATH"] = os.pathsep.join(_turned(entry, project, tree) for entry in entries)
    return kept


def _turned(entry: str, project: Path, tree: Path) -> str:
    """A folder of the project becomes that of the tree, but for the programs of a virtual environment."""
    full = Path(os.path.realpath(entry))
    if not full.is_relative_to(project.resolve()) or (full.parent / "pyvenv.cfg").exists():
        return entry
    return str(tree / full.relative_to(project.resolve()))


def _passes(name: str, also: Sequence[str]) -> bool:
    shown = name.upper() if sys.platform == "win32" or name.islower() else name
    if any(fnmatchcase(shown, pattern) for pattern in _NEVER):
        return False
    return any(fnmatchcase(shown, pattern) for pattern in (*ALLOWED, *also)) or name in also
