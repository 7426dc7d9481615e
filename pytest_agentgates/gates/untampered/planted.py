"""TMP017: new files that make something else run than what was read."""

from __future__ import annotations

import posixpath
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.untampered.rules import PLANTED
from pytest_agentgates.gates.untampered.versions import Versions

_STARTED = frozenset({"sitecustomize.py", "usercustomize.py"})
_BYTECODE = (".pyc", ".pyo")
_PATHS = (".pth", ".egg-link")
_GROUPS = ("pytest11", "pytest_agentgates")
_IMPORT_ROOTS = frozenset({"", "src"})
_TOOLS = frozenset(
    {
        *("_pytest", "coverage", "git", "hypothesis", "importlinter", "lint-imports", "mypy", "nox", "npm", "pip"),
        *("pluggy", "pytest", "pytest_agentgates", "pytest_cov", "python", "python3", "ruff", "tox", "uv", "xdist"),
    }
)
# What pytest and the tools import themselves: a module of that name would run inside them.
_STANDARD = frozenset(
    {
        *("abc", "argparse", "ast", "builtins", "collections", "contextlib", "copy", "dataclasses", "enum"),
        *("fnmatch", "functools", "hashlib", "importlib", "inspect", "io", "itertools", "json", "math", "operator"),
        *("os", "pathlib", "random", "re", "shlex", "shutil", "subprocess", "sys", "tempfile", "threading"),
        *("traceback", "typing", "unittest", "warnings", "weakref"),
    }
)
_FIX = "take it out: what runs has to be what a reviewer reads"


def accuse_planted(files: Iterable[Versions], known: Collection[str]) -> Iterator[Finding]:
    """A finding for each new file that steers Python, pytest or a tool; `known` are all files on disk."""
    for file in files:
        text = _in_metadata(file) if file.before is not None else _planted(file, known)
        if text and file.after is not None:
            yield Finding(PLANTED.code, text, file.path, fix=_FIX, snippet=text)


def _planted(file: Versions, known: Collection[str]) -> str:
    name = posixpath.basename(file.path)
    checks: tuple[Callable[[], str], ...] = (
        lambda: "Python imports it whenever it starts" if name in _STARTED else "",
        lambda: "it puts code on Python's path" if name.endswith(_PATHS) else "",
        lambda: "bytecode runs here without the source that was read" if name.endswith(_BYTECODE) else "",
        lambda: _shadowing(file.path),
        lambda: _stub(file.path, known),
        lambda: _in_metadata(file),
    )
    return next(filter(None, (check() for check in checks)), "")


def _shadowing(path: str) -> str:
    """A module or a program with the name of a tool, where it is found before the tool itself."""
    folder, name = posixpath.split(path)
    if name == "__init__.py":
        folder, name = posixpath.split(folder)
        name = f"{name}.py"
    stem, suffix = posixpath.splitext(name)
    if suffix == ".py" and folder in _IMPORT_ROOTS and stem in _TOOLS | _STANDARD:
        return f"a module named {stem} is imported in the place of the real one"
    if suffix in ("", ".exe", ".bat", ".cmd") and stem in _TOOLS and folder:
        return f"a program named {stem} is found in the place of the real one"
    return ""


def _stub(path: str, known: Collection[str]) -> str:
    if path.endswith(".pyi") and path.removesuffix("i") in known:
        return f"mypy reads this stub and no longer {posixpath.basename(path).removesuffix('i')}"
    return ""


def _in_metadata(file: Versions) -> str:
    """Entry points of pytest or of this tool that the base does not have."""
    gained = _entry_points(file.path, file.new_text) - _entry_points(file.path, file.old_text)
    return f"an entry point is new: {', '.join(sorted(gained))}" if gained else ""


def _entry_points(path: str, text: str) -> set[str]:
    if posixpath.basename(path) == "entry_points.txt":
        return {f"[{group}]" for group in _GROUPS if f"[{group}]" in text}
    if path != "pyproject.toml":
        return set()
    try:
        offered = tomllib.loads(text).get("project", {}).get("entry-points", {})
        return {f"{group} {name}" for group in _GROUPS for name in offered.get(group, {})}
    except (tomllib.TOMLDecodeError, AttributeError, TypeError):
        return set()
