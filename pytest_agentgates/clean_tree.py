"""The tree that a clean run judges: what is taken from the base, what from the disk, and how it is laid out."""

from __future__ import annotations

import os
import posixpath
import shutil
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pytest_agentgates.base_tree import GitBase
from pytest_agentgates.core.boundary import Boundary
from pytest_agentgates.source.file_kinds import FileKind, FileKinds
from pytest_agentgates.source.globs import is_glob, matches
from pytest_agentgates.source.tree import walk_files

_LINK, _PROGRAM = "120000", "100755"


@dataclass(frozen=True)
class TreePlan:
    """Which files the tree has: from the base, and from the disk; `left_out` lie on disk and are not taken."""

    from_base: tuple[str, ...]
    from_disk: tuple[str, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Selection:
    """What decides over each file; `new_tests` are mapped tests that the base does not have.

    `own` takes the tests on disk as well, where they lie inside the boundary: the agent's own.
    """

    base: frozenset[str]
    kinds: FileKinds
    boundary: Boundary = field(default_factory=Boundary)
    new_tests: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    base_folders: frozenset[str] = field(default_factory=frozenset)

    def takes_from_disk(self, path: str) -> bool:
        """Whether a file on disk is the one to run, and not what the base has in its place, or has not."""
        if path in self.own or path in self.new_tests:
            return True
        if self.kinds.of(path) is FileKind.PRODUCT:
            return self.boundary.holds(path, matches)
        return path not in self.base and self._serves_new_tests(path)

    def _serves_new_tests(self, path: str) -> bool:
        """Whether a file lies in a folder that only new tests of the task have: it can serve, or steer, no others."""
        folder = posixpath.dirname(path)
        if not folder or folder in self.base_folders:
            return False
        return any(test.startswith(f"{folder}/") for test in (*self.new_tests, *self.own))


def select(base: GitBase, selection: Selection, disk: Sequence[str]) -> TreePlan:
    """Decide over every file of the base and of the disk."""
    on_disk = set(disk)
    taken = {path for path in disk if selection.takes_from_disk(path)}
    kept = {path for path in base.paths if path not in taken and _stays(path, selection, on_disk)}
    folders = folders_of(kept)
    taken = {path for path in taken if path not in folders}  # a link in the place of a folder of the base
    left_out = tuple(path for path in disk if path not in taken and path not in kept)
    return TreePlan(tuple(sorted(kept)), tuple(sorted(taken)), left_out)


def folders_of(paths: Iterable[str]) -> frozenset[str]:
    """Every folder that one of the paths lies in."""
    found: set[str] = set()
    for path in paths:
        folder = posixpath.dirname(path)
        while folder and folder not in found:
            found.add(folder)
            folder = posixpath.dirname(folder)
    return frozenset(found)


def build_tree(base: GitBase, plan: TreePlan, target: Path) -> frozenset[str]:
    """Lay the tree out under `target`, without links into the project and without bytecode.

    Returns the files of the base that are another on disk; raises AgentGatesError where the base cannot be read.
    """
    for folder in ("", *sorted(folders_of((*plan.from_base, *plan.from_disk)))):
        os.makedirs(target / folder, exist_ok=True)
    contents, changed = base.compare_many(plan.from_base)
    for path in plan.from_base:
        _write(f"{target}{os.sep}{path}", contents[path], base.modes.get(path, ""))
    for path in plan.from_disk:
        _copy(base.root, path, target)
    return changed


def carry(root: Path, patterns: Sequence[str], target: Path) -> None:
    """Copy what lies untracked on disk and the tests need; `patterns` are paths and globs of the configuration."""
    for pattern in patterns:
        if is_glob(pattern):
            for path in walk_files(root):
                if matches(path, pattern):
                    _carry_one(root / path, target / path)
        elif os.path.lexists(root / pattern):
            _carry_one(root / pattern, target / pattern)


def _carry_one(source: Path, target: Path) -> None:
    """A copy, never a link: a test may write into it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, copy_function=_clone)
    elif not target.exists():
        _clone(os.fspath(source), os.fspath(target))


def _stays(path: str, selection: Selection, on_disk: set[str]) -> bool:
    """Whether the base's version is used; product code that the task took away stays away."""
    if selection.kinds.of(path) is not FileKind.PRODUCT:
        return True
    return path in on_disk or not selection.boundary.holds(path, matches)


def _write(path: str, content: bytes, mode: str) -> None:
    if mode == _LINK:
        os.symlink(os.fsdecode(content), path)
        return
    rights = 0o777 if mode == _PROGRAM else 0o666
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), rights)
    try:
        os.write(descriptor, content) if len(content) < _ONE_WRITE else _write_all(descriptor, content)
    finally:
        os.close(descriptor)


_ONE_WRITE = 1 << 20


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _copy(root: Path, path: str, target: Path) -> None:
    source, copy = f"{root}{os.sep}{path}", f"{target}{os.sep}{path}"
    try:
        mode = os.lstat(source).st_mode
    except FileNotFoundError:  # it went away since the files were listed, which the run reports by itself
        return
    if stat.S_ISLNK(mode):
        link = os.readlink(source)
        inside = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
        if not os.path.isabs(link) and not inside.startswith(".."):  # any other leads out of the tree
            os.symlink(link, copy)
    elif stat.S_ISREG(mode):
        with open(source, "rb", buffering=0) as file:
            content = file.readall()
        _write(copy, content, _PROGRAM if mode & 0o100 else "")


def _clone(source: str, target: str) -> str:
    """Copy a file, sharing its blocks where the file system can; the two never share what is written later."""
    if os.path.islink(source):
        os.symlink(os.readlink(source), target)
        return target
    if not _share_blocks(source, target):
        shutil.copy2(source, target)
    return target


def _share_blocks(source: str, target: str) -> bool:
    try:
        import fcntl
    except ImportError:  # not a POSIX system
        return False
    clone = 0x40049409  # FICLONE of Linux
    try:
        with open(source, "rb") as original, open(target, "wb") as copy:
            fcntl.ioctl(copy.fileno(), clone, original.fileno())
            shutil.copymode(source, target)
    except OSError:
        return False
    return True
