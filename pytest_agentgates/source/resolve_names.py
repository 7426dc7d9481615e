"""Finds the file that a dotted name leads to, through re-exports, stars and aliases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pytest_agentgates.source.facts import ImportKind, Outline
from pytest_agentgates.source.import_statements import bound_by
from pytest_agentgates.source.module_names import ModuleNames

_MOST_HOPS = 50
_PLAIN = re.compile(r"[^(\[]*")


@dataclass(frozen=True, slots=True)
class Location:
    """Where a dotted name leads: the file, the name inside it (empty for the module), and the whole name.

    `is_defined` is False where the file does not visibly bind the name.
    """

    path: str
    qualified_name: str
    name: str
    is_defined: bool


@dataclass(frozen=True, slots=True)
class _Bindings:
    """What the names of one module stand for; `own` are defined in it."""

    own: frozenset[str]
    others: dict[str, tuple[str, ...]]
    stars: tuple[str, ...]


@dataclass(slots=True)
class NameResolver:
    """Resolves dotted names as they stand in the facts, `()` and `[]` included."""

    modules: ModuleNames
    outline_of: Callable[[str], Outline]
    _bindings: dict[str, _Bindings] = field(default_factory=dict)
    _steps: dict[tuple[str, str], tuple[str, Location | None]] = field(default_factory=dict)

    def locate(self, name: str, importer: str = "") -> Location | None:
        """Where a name is defined in the project; None where it leads out of it."""
        return self._follow(name, importer)[1]

    def canonical(self, name: str, importer: str = "") -> str:
        """The name under which the thing is defined, in the project or outside."""
        return self._follow(name, importer)[0]

    def module_file(self, name: str, importer: str = "") -> str | None:
        """The file of the longest part of a name that is a module of the project."""
        found = self._split(name, importer)
        return found[0] if found else None

    def _follow(self, name: str, importer: str) -> tuple[str, Location | None]:
        base = self.modules.by_path[importer].base if importer in self.modules.by_path else ""
        key = name, base
        if key not in self._steps:
            self._steps[key] = self._walk(name, importer)
        return self._steps[key]

    def _walk(self, name: str, importer: str) -> tuple[str, Location | None]:
        seen: set[str] = set()
        while len(seen) < _MOST_HOPS and name not in seen:
            seen.add(name)
            found = self._split(name, importer)
            if found is None:
                return name, None
            path, rest = self._rebound(name, found, importer)
            further = self._next(path, rest) if rest else ""
            if not further:
                return self._end(path, rest)
            name, importer = further, path
        return name, self.locate_module(name, importer)

    def locate_module(self, name: str, importer: str = "") -> Location | None:
        """Where the module part of a name lies, without following what the module binds."""
        found = self._split(name, importer)
        return None if found is None else self._end(*found)[1]

    def _end(self, path: str, rest: str) -> tuple[str, Location]:
        module = self.modules.by_path[path].name
        name = f"{module}.{rest}" if rest and module else module or rest
        plain = ".".join(_PLAIN.match(part)[0] for part in rest.split("."))  # type: ignore[index]  # matches always
        is_defined = not rest or plain.partition(".")[0] in self._bindings_of(path).own
        return name, Location(path, plain, name, is_defined)

    def _split(self, name: str, importer: str) -> tuple[str, str] | None:
        """The longest part that is a module of the project, as its file, and what is left."""
        plain = _PLAIN.match(name)
        head = plain[0] if plain else ""
        while head:
            path = self.modules.file_of(head, importer)
            if path is not None:
                return path, name[len(head) :].lstrip(".")
            head = head.rpartition(".")[0]
        return None

    def _rebound(self, name: str, found: tuple[str, str], importer: str) -> tuple[str, str]:
        """A package may bind the name of a submodule to something else: `from .Order import Order`."""
        rest = found[1]
        if rest and rest[0] not in "([":
            return found
        module = name[: len(name) - len(rest)]
        parent, _, last = module.rpartition(".")
        package = self.modules.file_of(parent, importer) if parent else None
        if package is None or all(meant == module for meant in self._bindings_of(package).others.get(last, ())):
            return found
        return package, last + rest

    def _next(self, path: str, rest: str) -> str:
        """What the first part of `rest` stands for in this module; empty where it is defined there."""
        first, dot, tail = rest.partition(".")
        plain = _PLAIN.match(first)
        head = plain[0] if plain else ""
        suffix = first[len(head) :] + dot + tail
        found = self._bound_to(path, head, frozenset())
        return found + suffix if found else ""

    def _bound_to(self, path: str, head: str, seen: frozenset[str]) -> str:
        bindings = self._bindings_of(path)
        candidates = bindings.others.get(head, ())
        inside = [name for name in candidates if self._split(name, path) is not None]
        if inside:
            return inside[-1]
        if head in bindings.own:
            return ""
        return candidates[-1] if candidates else self._starred(path, head, seen | {path})

    def _starred(self, path: str, head: str, seen: frozenset[str]) -> str:
        for module in reversed(self._bindings_of(path).stars):
            target = self.modules.file_of(module, path)
            if target is None or target in seen:
                continue
            bindings = self._bindings_of(target)
            if head in bindings.own or head in bindings.others or self._starred(target, head, seen | {target}):
                return f"{module}.{head}"
        return ""

    def _bindings_of(self, path: str) -> _Bindings:
        if path not in self._bindings:
            self._bindings[path] = _read_bindings(self.outline_of(path), self.modules.by_path[path].name)
        return self._bindings[path]


def _read_bindings(outline: Outline, module: str) -> _Bindings:
    others: dict[str, tuple[str, ...]] = {}
    for name, meant in _pairs(outline):
        if meant != f"{module}.{name}":
            others[name] = (*others.get(name, ()), meant)
    stars = tuple(fact.target for fact in outline.imports if fact.is_star)
    return _Bindings(frozenset(outline.defines), others, stars)


def _pairs(outline: Outline) -> Iterator[tuple[str, str]]:
    for fact in outline.imports:
        if fact.kind not in (ImportKind.FUNCTION, ImportKind.DYNAMIC):
            yield from bound_by(fact)
    yield from outline.aliases
