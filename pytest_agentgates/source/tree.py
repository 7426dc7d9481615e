"""The files of the project as they lie on disk, and their digests; git is never asked."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.source.gitignore import Ignores
from pytest_agentgates.source.globs import matches

NEVER_LISTED = frozenset(
    {
        ".git",
        ".hg",
        "__pycache__",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
        ".import_linter_cache",
        ".tox",
        ".nox",
        "node_modules",
    }
)
# What can change how tests run; .pyc is imported without its source where it lies outside __pycache__.
NEVER_IGNORED = (".py", ".pyi", ".pth", ".toml", ".ini", ".cfg", ".so", ".pyd", ".pyc")


def list_files(root: Path, skip: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Every file and link of the project, relative with `/`, sorted; `skip` are globs to leave out.

    Tool caches, virtual environments and `node_modules` are left out, and what .gitignore leaves out,
    except files that can change what tests do. Raises AgentGatesError for a folder that cannot be read.
    """
    ignores = Ignores(root)
    found = [path for path in walk_files(root) if not _is_ignored(path, ignores)]
    return tuple(sorted(path for path in found if not any(matches(path, pattern) for pattern in skip)))


def walk_files(root: Path, folder: str = "") -> Iterator[str]:
    """Every file and link below a folder, relative to the root, in no order; .gitignore has no say here.

    Raises AgentGatesError for a folder that cannot be read.
    """
    pending = [folder]
    while pending:
        here = pending.pop()
        prefix = f"{here}/" if here else ""
        for entry in _entries(root, here):
            if entry.name in NEVER_LISTED:
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield prefix + entry.name
            elif not is_environment(entry.path):
                pending.append(prefix + entry.name)


def is_environment(folder: Path | str) -> bool:
    """Whether a folder is a virtual environment: it has a pyvenv.cfg and the interpreter to go with it."""
    if not os.path.lexists(os.path.join(folder, "pyvenv.cfg")):
        return False
    interpreters = ("bin/python", "bin/python3", "Scripts/python.exe")
    return any(os.path.lexists(os.path.join(folder, name)) for name in interpreters)


def digest_files(root: Path, files: Sequence[str]) -> dict[str, str]:
    """The sha256 of the bytes of each file, of the target of each link; files that are gone are left out.

    Raises AgentGatesError for a file that cannot be read.
    """
    digests = {path: _digest(root, path) for path in files}
    return {path: digest for path, digest in digests.items() if digest}


def digest_of(digests: Mapping[str, str]) -> str:
    """One sha256 for all paths and their digests, whatever order they come in."""
    total = hashlib.sha256()
    for path in sorted(digests):
        total.update(os.fsencode(path) + b"\0" + digests[path].encode("ascii") + b"\n")
    return total.hexdigest()


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """The paths that were added, removed or changed, sorted."""
    return tuple(sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path)))


def _is_ignored(path: str, ignores: Ignores) -> bool:
    return not path.lower().endswith(NEVER_IGNORED) and ignores.leaves_out(path)


def _entries(root: Path, folder: str) -> Iterable[os.DirEntry[str]]:
    try:
        with os.scandir(os.path.join(root, folder)) as entries:
            return list(entries)
    except FileNotFoundError:
        return ()  # it went away while the tree was walked; what lay in it is a difference for the caller
    except OSError as error:
        raise AgentGatesError(
            f"the folder cannot be read: {error.strerror}", folder or ".", "make it readable"
        ) from error


def _digest(root: Path, path: str) -> str:
    full = os.path.join(root, path)
    try:
        mode = os.lstat(full).st_mode
        if stat.S_ISLNK(mode):
            return hashlib.sha256(b"link to " + os.fsencode(os.readlink(full))).hexdigest()
        if not stat.S_ISREG(mode):
            return hashlib.sha256(b"not a regular file").hexdigest()
        with open(full, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise AgentGatesError(f"the file cannot be read: {error.strerror}", path, "make it readable") from error
