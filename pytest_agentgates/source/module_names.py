"""Names the modules of a project from where their files lie; nothing is asked of `sys.path`.

A file's module is named from the folder that holds its root: `components/orders/model.py` of the root
`components` is `components.orders.model`. Where that folder is itself a package, the name begins further up.
A folder called `src`, or one with a `pyproject.toml`, `setup.py`, `setup.cfg` or `manage.py` of its own, holds
top modules, unless it is a package. Names that begin at other such folders are understood as well.
"""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_INIT = "__init__.py"
_MARKERS = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "manage.py"})


@dataclass(frozen=True, slots=True)
class ModuleName:
    """The name of one file's module, and the folder it begins at."""

    name: str
    base: str
    is_package: bool


class ModuleNames:
    """The modules of the files under the roots, and the files of module names."""

    def __init__(self, files: Sequence[str], roots: Sequence[str]) -> None:
        self.roots = tuple(dict.fromkeys(_tidy(root) for root in roots or (".",)))
        self._packages = {posixpath.dirname(path) for path in files if posixpath.basename(path) == _INIT}
        self._tops = {folder for folder in _tops(files) if folder not in self._packages}
        self._bases: dict[tuple[str, str], str] = {}
        self.by_path = dict(self._named(files))
        self._index: dict[str, list[str]] = {}
        self._fill()

    def files_of(self, name: str) -> Sequence[str]:
        """The files that a module name may mean, the likeliest first."""
        return self._index.get(name, ())

    def file_of(self, name: str, importer: str = "") -> str | None:
        """The file that a module name means to this importer: one from the same folder of modules, if any."""
        found = self._index.get(name)
        if not found:
            return None
        if len(found) == 1 or importer not in self.by_path:
            return found[0]
        base = self.by_path[importer].base
        return next((path for path in found if self.by_path[path].base == base), found[0])

    def empty_roots(self) -> tuple[str, ...]:
        """The roots without a single Python file."""
        return tuple(root for root in self.roots if not any(_is_below(path, root) for path in self.by_path))

    def _named(self, files: Sequence[str]) -> Iterator[tuple[str, ModuleName]]:
        for path in files:
            if not path.endswith(".py"):
                continue
            root = next((root for root in self.roots if _is_below(path, root)), None)
            if root is not None:
                base = self._base(root, posixpath.dirname(path))
                yield path, ModuleName(_dotted(path, base), base, posixpath.basename(path) == _INIT)

    def _base(self, root: str, folder: str) -> str:
        key = root, folder
        if key not in self._bases:
            self._bases[key] = self._find_base(root, folder)
        return self._bases[key]

    def _find_base(self, root: str, folder: str) -> str:
        """The nearest folder of top modules around a file, as far up as its root, else what holds the root."""
        here = folder
        while _is_below(here, root):
            if here in self._tops and not self._is_in_package(here):
                return here
            if here == root:
                break
            here = posixpath.dirname(here)
        if not root:
            return ""
        holder = posixpath.dirname(root)
        while holder in self._packages and holder:
            holder = posixpath.dirname(holder)
        return holder

    def _is_in_package(self, folder: str) -> bool:
        return posixpath.dirname(folder) in self._packages if folder else False

    def _fill(self) -> None:
        ordered = sorted(self.by_path, key=lambda path: (self._rank(path), not self.by_path[path].is_package, path))
        for path in ordered:
            self._index.setdefault(self.by_path[path].name, []).append(path)
        others = sorted({"", *self._tops, *(posixpath.dirname(root) for root in self.roots)})
        for path in ordered:
            for name in self._other_names(path, others):
                if path not in self._index.setdefault(name, []):
                    self._index[name].append(path)

    def _rank(self, path: str) -> int:
        return next(index for index, root in enumerate(self.roots) if _is_below(path, root))

    def _other_names(self, path: str, others: Iterable[str]) -> Iterator[str]:
        own = self.by_path[path].base
        for base in others:
            if base != own and _is_below(path, base) and base not in self._packages:
                yield from _unless_shadow(_dotted(path, base))
        for root in self.roots:
            if root != own and _is_below(path, root) and root not in self._packages:
                name = _dotted(path, root)
                yield from _unless_shadow(name) if "." in name else ()


def _tidy(root: str) -> str:
    plain = posixpath.normpath(root.replace("\\", "/")).strip("/")
    return "" if plain == "." else plain


def _tops(files: Sequence[str]) -> Iterator[str]:
    for path in files:
        folder, name = posixpath.split(path)
        if name in _MARKERS:
            yield folder
        parts = folder.split("/")
        for index, part in enumerate(parts):
            if part == "src":
                yield "/".join(parts[: index + 1])


def _is_below(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(folder + "/")


def _dotted(path: str, base: str) -> str:
    inside = path[len(base) + 1 :] if base else path
    name = inside.removesuffix(".py").replace("/", ".")
    return name.removesuffix(".__init__") if name != "__init__" else ""


def _unless_shadow(name: str) -> Iterator[str]:
    """A name that might as well be meant; never one of the standard library."""
    if name and name.partition(".")[0] not in sys.stdlib_module_names:
        yield name
