"""Files that change what runs without being asked for: none of them may appear by the way."""

from __future__ import annotations

import os
import posixpath
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from pytest_agentgates.core.boundary import Boundary
from pytest_agentgates.core.workspace_port import BaseTree, Workspace
from pytest_agentgates.gates.in_boundary.shadows import shadowed
from pytest_agentgates.source.globs import matches

_START = frozenset({"sitecustomize", "usercustomize"})
_PYTHON_TOOLS = ("pytest", "py.test", "ruff", "mypy", "dmypy", "coverage", "lint-imports", "agentgates", "pre-commit")
_PROGRAMS = ("python", "python3", "pip", "pip3", "uv", "tox", "nox", "git", "node", "npm", "npx")
_TOOLS = frozenset((*_PYTHON_TOOLS, *_PROGRAMS))
_PROGRAM_SUFFIXES = ("", ".exe", ".bat", ".cmd", ".sh")
_METADATA = (".dist-info", ".egg-info")
_SUBMODULE = re.compile(r"^\s*path\s*=\s*(.+?)\s*$", re.MULTILINE)


def forbidden_files(
    workspace: Workspace, base: BaseTree, actions: Mapping[str, str], boundary: Boundary
) -> Iterator[tuple[str, str]]:
    """Each path that may never appear, with what it is."""
    known = frozenset(base.paths)
    for path, action in actions.items():
        what = _always(workspace, path, action, known) if action != "deleted" else ""
        if not what and action == "created" and not boundary.names(path):
            what = _unless_named(workspace, path, known, boundary)
        if what:
            yield path, what
    yield from _nested_repositories(workspace, base)


def _always(workspace: Workspace, path: str, action: str, known: frozenset[str]) -> str:
    """What no task may add, even if it says so."""
    link = _link_of(workspace.root, path, known)
    if link or action != "created":
        return link
    *folders, name = path.split("/")
    stem = name.partition(".")[0] if name.endswith((".py", ".so", ".pyd")) else ""
    if stem in _START or (stem == "__init__" and folders and folders[-1] in _START):
        return "Python imports it at every start"
    if name.endswith(".pth"):
        return "Python runs what stands in it at every start, once it is installed"
    if name.endswith(".pyc"):
        return "bytecode can hold other code than its source"
    if any(_is_metadata(folder, name) for folder in folders):
        return "metadata of a package that nobody installed can register plugins"
    return ""


def _unless_named(workspace: Workspace, path: str, known: frozenset[str], boundary: Boundary) -> str:
    name = posixpath.basename(path)
    if name == "conftest.py" and not _is_inside(boundary, path):
        return "a new conftest.py outside the boundary steers the tests below it"
    if path.endswith(".pyi") and _has_source(workspace, path):
        return "the stub hides the code beside it from type checkers"
    if _is_program(workspace.root, path):
        return f"it has the name of the tool {name.partition('.')[0]}"
    return shadowed(workspace, path, known)


def _is_inside(boundary: Boundary, path: str) -> bool:
    return boundary.is_declared and boundary.holds(path, matches)


def _link_of(root: Path, path: str, known: frozenset[str]) -> str:
    """Why a link may not be there; empty for no link and for one that does no harm."""
    full = os.path.join(root, path)
    if not os.path.islink(full):
        return ""
    if any(other.startswith(f"{path}/") for other in known):
        return "the link takes the place of a folder of the base"
    top, target = os.path.realpath(root), os.path.realpath(full)
    inside = target == top or target.startswith(top + os.sep)
    return "" if inside else "the link leads out of the tree"


def _is_metadata(folder: str, name: str) -> bool:
    """An editable install leaves an egg-info as well, without entry points where it declares none."""
    return folder.endswith(".dist-info") or (folder.endswith(_METADATA) and name == "entry_points.txt")


def _has_source(workspace: Workspace, path: str) -> bool:
    stem = path.removesuffix(".pyi")
    package = posixpath.basename(stem) != "__init__" and f"{stem}/__init__.py" in workspace.files
    return f"{stem}.py" in workspace.files or package


def _is_program(root: Path, path: str) -> bool:
    name = posixpath.basename(path)
    if not any(name.removesuffix(suffix) in _TOOLS for suffix in _PROGRAM_SUFFIXES if name.endswith(suffix)):
        return False
    try:
        mode = os.lstat(os.path.join(root, path)).st_mode
    except OSError:
        return False
    in_programs = posixpath.basename(posixpath.dirname(path)).lower() in ("bin", "scripts", ".bin")
    return in_programs or bool(mode & stat.S_IXUSR) or not name.endswith(".sh")


def _nested_repositories(workspace: Workspace, base: BaseTree) -> Iterator[tuple[str, str]]:
    """A folder with a `.git` of its own is read by git as another repository."""
    declared = base.read(".gitmodules") or b""
    submodules = set(_SUBMODULE.findall(declared.decode("utf-8", "replace")))
    folders = {posixpath.dirname(path) for path in workspace.files} - {""}
    parents = {folder.rsplit("/", depth)[0] for folder in folders for depth in range(folder.count("/") + 1)}
    for folder in sorted(parents - submodules):
        if os.path.lexists(os.path.join(workspace.root, folder, ".git")):
            yield f"{folder}/.git", "git takes the folder for another repository"
