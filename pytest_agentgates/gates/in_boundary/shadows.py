"""Modules that Python finds in the place of the standard library's, or of an installed package's."""

from __future__ import annotations

import re
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

from pytest_agentgates.core.workspace_port import Workspace

# Names that many packages install by mistake, and folders that are no modules for anyone.
_NO_NAMES = frozenset({"test", "tests", "testing", "docs", "doc", "examples", "scripts", "bin", "build", "dist", "src"})
_TOOLS = frozenset({"pytest", "_pytest", "pluggy", "ruff", "mypy", "coverage", "importlinter", "pytest_agentgates"})
_MODULE = re.compile(
    r"(?:(?:src|lib|tests?)/)?(\w+)(?:\.(?:py|so|pyd)|\.[\w-]+\.(?:so|pyd)|/__init__\.py|/__main__\.py)"
)


def shadowed(workspace: Workspace, path: str, known: frozenset[str]) -> str:
    """Whose name a new module takes, as a sentence; empty where it takes none.

    Only modules at the top of an import path count: the project's root, `src`, `lib` and its folder of tests.
    """
    found = _MODULE.fullmatch(path)
    if found is None or found[1] in _NO_NAMES:
        return ""
    name = found[1]
    if any(_is_of_module(other, name) for other in known):
        return ""
    if name in sys.stdlib_module_names:
        return f"it takes the name of the standard library's module {name}"
    installed = name in _TOOLS or name in workspace.once(_installed)
    return f"it takes the name of the installed package {name}" if installed else ""


def _is_of_module(path: str, name: str) -> bool:
    """Whether a file of the base belongs to a module of that name already."""
    found = _MODULE.fullmatch(path)
    return bool(found and found[1] == name)


def _installed(workspace: Workspace) -> frozenset[str]:
    """The modules of installed packages, without the project's own."""
    names = {name for folder in _site_packages(workspace) for name in _modules(folder)}
    return frozenset(names - {_own_name(workspace.root)})


def _site_packages(workspace: Workspace) -> Iterator[Path]:
    yield from {Path(sysconfig.get_path(key)) for key in ("purelib", "platlib")}
    if workspace.python and workspace.python != sys.executable:
        prefix = Path(workspace.python).parent.parent
        yield from (*prefix.glob("lib*/python3*/site-packages"), *prefix.glob("Lib/site-packages"))


def _modules(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        if entry.suffix == ".py":
            yield entry.stem
        elif (entry / "__init__.py").exists():
            yield entry.name


def _own_name(root: Path) -> str:
    """The name that the project itself is installed by."""
    try:
        table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        return re.sub(r"[-.]+", "_", str(table["project"]["name"]))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, LookupError, TypeError):
        return ""
