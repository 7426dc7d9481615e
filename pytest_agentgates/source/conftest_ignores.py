"""What the conftest files of a project may keep pytest from collecting, read without importing them."""

from __future__ import annotations

import ast
import fnmatch
import posixpath
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LISTS = ("collect_ignore", "collect_ignore_glob")
_HOOKS = ("pytest_ignore_collect", "pytest_collect_file", "pytest_collect_directory", "pytest_pycollect_makemodule")


@dataclass(frozen=True)
class _Conftest:
    patterns: tuple[str, ...] = ()
    may_ignore_anything: bool = False


class ConftestIgnores:
    """Answers for one project; each conftest.py is read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._read: dict[str, _Conftest] = {}

    def may_ignore(self, path: str) -> bool:
        """Whether a conftest beside or above a file may keep it out of a folder's tests."""
        folder = path
        while folder:
            folder = posixpath.dirname(folder)
            if self._keeps_out(folder, path):
                return True
        return False

    def _keeps_out(self, folder: str, path: str) -> bool:
        if folder not in self._read:
            self._read[folder] = _read(self.root / folder / "conftest.py")
        conftest = self._read[folder]
        inner = path[len(folder) + 1 if folder else 0 :]
        return conftest.may_ignore_anything or any(_fits(inner, pattern) for pattern in conftest.patterns)


def _read(file: Path) -> _Conftest:
    """A conftest that does not parse ends the run by itself."""
    try:
        source = file.read_bytes()
        if not any(name.encode() in source for name in (*_LISTS, *_HOOKS)):
            return _Conftest()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return _Conftest()
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return _Conftest(tuple(_patterns(tree)), bool(names & set(_HOOKS)))


def _patterns(tree: ast.Module) -> Iterator[str]:
    """Every text within the statements that fill the lists, whatever they depend on."""
    for statement in ast.walk(tree):
        if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr):
            continue
        parts = list(ast.walk(statement))
        if any(isinstance(part, ast.Name) and part.id in _LISTS for part in parts):
            texts = [part.value for part in parts if isinstance(part, ast.Constant)]
            yield from (text.strip("/") for text in texts if isinstance(text, str))


def _fits(path: str, pattern: str) -> bool:
    """Whether a pattern may mean the file or a folder above it; a name alone may be the end of a longer path."""
    parts = path.split("/")
    heads = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    return any(fnmatch.fnmatch(head, pattern) or fnmatch.fnmatch(head, f"*/{pattern}") for head in heads)
