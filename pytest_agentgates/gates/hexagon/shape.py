"""The folders and files that a canonical component has."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pytest_agentgates.core.finding import Finding

_FOLDERS = (
    "domain",
    "ports",
    "adapters",
    "adapters/inbound",
    "adapters/outbound",
    "tests",
    "tests/unit",
    "tests/integration",
    "tests/regression",
)
_NO_REPOSITORY = ("memory_*", "*_memory_*", "in_memory_*", "fake_*")


@dataclass(frozen=True)
class _Wanted:
    """A file of the component, and the names under which it may stand there instead."""

    path: str
    also: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def fits(self, path: str) -> bool:
        """Whether a file of the component, or the package that it has grown into, is this one."""
        folder, name = posixpath.split(path)
        own_folder, own_name = posixpath.split(self.path)
        if own_name.endswith(".py") and own_name != "__init__.py" and name == "__init__.py":
            folder, name = posixpath.dirname(folder), posixpath.basename(folder) + ".py"
        if folder != own_folder:
            return False
        fits = any(fnmatchcase(name, pattern) for pattern in (own_name, *self.also))
        return fits and not any(fnmatchcase(name, pattern) for pattern in self.never)


_FILES = (
    _Wanted("__init__.py"),
    _Wanted("README.md"),
    _Wanted("domain/__init__.py"),
    _Wanted("domain/model.py"),
    _Wanted("domain/service.py"),
    _Wanted("domain/exceptions.py"),
    _Wanted("ports/__init__.py"),
    _Wanted("ports/inbound.py"),
    _Wanted("ports/outbound.py"),
    _Wanted("adapters/__init__.py"),
    _Wanted("adapters/inbound/__init__.py"),
    _Wanted("adapters/inbound/api_handler.py", ("*_handler.py",)),
    _Wanted("adapters/outbound/__init__.py"),
    _Wanted("adapters/outbound/postgres_repo.py", ("*_repo.py", "*_repository.py"), _NO_REPOSITORY),
    _Wanted("adapters/outbound/memory_repo.py", ("memory_*.py", "*_memory_*.py", "in_memory_*.py")),
    _Wanted("tests/__init__.py"),
    _Wanted("tests/conftest.py"),
)


def judge_shape(root: Path, component: str, files: Sequence[str]) -> Iterator[Finding]:
    """HEX001 and HEX002 of one component; `component` is its folder, `files` are all of the project."""
    own = [path[len(component) + 1 :] for path in files if path.startswith(component + "/")]
    missing = [folder for folder in _FOLDERS if not _has_folder(root / component, own, folder)]
    for folder in missing:
        if posixpath.dirname(folder) not in missing:
            yield _missing_folder(component, folder, missing)
    for wanted in _FILES:
        if posixpath.dirname(wanted.path) not in missing and not any(wanted.fits(path) for path in own):
            yield _missing_file(component, wanted)


def _has_folder(component: Path, own: Sequence[str], folder: str) -> bool:
    return any(path.startswith(folder + "/") for path in own) or (component / folder).is_dir()


def _missing_folder(component: str, folder: str, missing: Sequence[str]) -> Finding:
    path = f"{component}/{folder}"
    held = [wanted.path for wanted in _FILES if wanted.path.startswith(folder + "/")]
    below = [other for other in missing if other.startswith(folder + "/")]
    held += [f"{other}/" for other in below if not any(name.startswith(other) for name in held)]
    names = ", ".join(name.removeprefix(folder + "/") for name in held)
    fix = f"add the folder with {names}" if names else f"add the folder with the {posixpath.basename(folder)} tests"
    return Finding("HEX001", f"the component {component} has no folder {folder}", path, fix=fix, snippet=path)


def _missing_file(component: str, wanted: _Wanted) -> Finding:
    path = f"{component}/{wanted.path}"
    others = f" (or {', '.join(wanted.also)})" if wanted.also else ""
    message = f"the component {component} has no file {wanted.path}{others}"
    return Finding("HEX002", message, path, fix=f"add {path}", snippet=path)
