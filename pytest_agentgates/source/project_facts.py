"""The facts of a whole project: every `.py` under its roots on disk, read once, asked by many gates.

    project = read_project(root, files, ("src",), cache)
    project.imports("src/app/domain/order.py")                 # ImportFact, ...
    project.file("src/app/domain/order.py").calls              # CallFact, ...
    project.resolve("app.domain.Order")                        # the defining file, through re-exports
    project.graph.chain([path], lambda other: "/adapters/" in other)   # the shortest way, with file:line per hop

Nothing is imported, nothing runs. Outlines (imports, bound names) are read of every file at once; details
(definitions, calls, references) of those that `wants_details` names, and of others when they are asked for.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pytest_agentgates.collector_pause import without_collector
from pytest_agentgates.core.workspace_port import SourceScope
from pytest_agentgates.source.definition_facts import ClassFact, FunctionFact
from pytest_agentgates.source.fact_rows import pack, unpack_details, unpack_outline
from pytest_agentgates.source.facts import Details, FileFacts, ImportFact, Outline, Problem
from pytest_agentgates.source.facts_cache import MISSHAPEN, Row, load_rows, save_rows
from pytest_agentgates.source.import_graph import ImportGraph
from pytest_agentgates.source.module_names import ModuleName, ModuleNames
from pytest_agentgates.source.read_facts import read_file
from pytest_agentgates.source.resolve_names import Location, NameResolver


@dataclass(frozen=True, slots=True)
class BaseFact:
    """A base class under the name it is defined by; `path` and `fact` are None outside the project."""

    name: str
    path: str | None
    fact: ClassFact | None


class ProjectFacts:
    """What is known of a project; made by `read_project`."""

    def __init__(self, root: Path, modules: ModuleNames, rows: dict[str, Row], outlines: dict[str, Outline]) -> None:
        self.root = root
        self.modules = modules
        self.paths: tuple[str, ...] = tuple(rows)
        self._rows = rows
        self._outlines = outlines
        self._files: dict[str, FileFacts] = {}
        self._classes: dict[str, dict[str, ClassFact]] = {}
        self._functions: dict[str, dict[str, FunctionFact]] = {}
        self.resolver = NameResolver(modules, self.outline)
        self.graph = ImportGraph(self.paths, self.outline, self.resolver)

    @property
    def problems(self) -> tuple[tuple[str, Problem], ...]:
        """The files that could not be read as Python, each with the reason."""
        found = ((path, self.outline(path).problem) for path in self.paths)
        return tuple((path, problem) for path, problem in found if problem is not None)

    @property
    def parsed(self) -> int:
        """How many files were read as Python."""
        return len(self.paths) - len(self.problems)

    @property
    def unparsed(self) -> int:
        """How many files could not be read as Python."""
        return len(self.problems)

    @property
    def empty_roots(self) -> tuple[str, ...]:
        """The roots without a single Python file."""
        return self.modules.empty_roots()

    def module_of(self, path: str) -> str:
        """The name of a file's module."""
        return self.modules.by_path[path].name

    def outline(self, path: str) -> Outline:
        """What every file is asked for: imports, bound names, dynamic imports, problem."""
        if path not in self._outlines:
            self._outlines[path] = unpack_outline(self._rows[path].outline)
        return self._outlines[path]

    def imports(self, path: str) -> tuple[ImportFact, ...]:
        """Every import of one file, in the order of its source."""
        return self.outline(path).imports

    def file(self, path: str) -> FileFacts:
        """All facts of one file."""
        if path not in self._files:
            row = self._rows[path]
            outline, details = self.outline(path), self._details(path, row)
            if details is None:
                outline, details = Outline(problem=Problem("it changed while it was judged", 0, 0)), Details()
            self._files[path] = FileFacts(path, row.module, row.is_package, row.sha256, outline, details)
        return self._files[path]

    def resolve(self, name: str, importer: str = "") -> str | None:
        """The file that defines what a dotted name means to the importer, None outside the project."""
        where = self.resolver.locate(name, importer)
        return None if where is None else where.path

    def locate(self, name: str, importer: str = "") -> Location | None:
        """The defining file and the name inside it, None outside the project."""
        return self.resolver.locate(name, importer)

    def canonical(self, name: str, importer: str = "") -> str:
        """The name under which a thing is defined, in the project or outside: re-exports and aliases undone."""
        return self.resolver.canonical(name, importer)

    def class_at(self, path: str, qualified_name: str) -> ClassFact | None:
        """A class by its file and its name in it; the last one where there are several."""
        if path not in self._classes:
            self._classes[path] = {fact.qualified_name: fact for fact in self.file(path).classes}
        return self._classes[path].get(qualified_name)

    def function_at(self, path: str, qualified_name: str) -> FunctionFact | None:
        """A function or method by its file and its name in it; the last one where there are several."""
        if path not in self._functions:
            self._functions[path] = {fact.qualified_name: fact for fact in self.file(path).functions}
        return self._functions[path].get(qualified_name)

    def bases_of(self, path: str, qualified_name: str) -> tuple[BaseFact, ...]:
        """The classes that a class names as its bases."""
        fact = self.class_at(path, qualified_name)
        return () if fact is None else tuple(self._base(base, path) for base in fact.bases)

    def ancestors_of(self, path: str, qualified_name: str) -> tuple[BaseFact, ...]:
        """Every class that a class inherits from, near ones first, each once."""
        found: dict[str, BaseFact] = {}
        pending = list(self.bases_of(path, qualified_name))
        while pending:
            base = pending.pop(0)
            if base.name in found:
                continue
            found[base.name] = base
            if base.path is not None and base.fact is not None:
                pending.extend(self.bases_of(base.path, base.fact.qualified_name))
        return tuple(found.values())

    def _base(self, name: str, importer: str) -> BaseFact:
        where = self.resolver.locate(name, importer)
        if where is None:
            return BaseFact(self.resolver.canonical(name, importer), None, None)
        return BaseFact(where.name, where.path, self.class_at(where.path, where.qualified_name))

    def _details(self, path: str, row: Row) -> Details | None:
        if row.details is not None:
            with suppress(*MISSHAPEN):
                return unpack_details(row.details)
        source = read_source(self.root, path)
        if isinstance(source, Problem) or hashlib.sha256(source).hexdigest() != row.sha256:
            return None
        return read_file(source, row.module, is_package=row.is_package).details


def read_project(
    root: Path,
    files: Sequence[str],
    roots: Sequence[str],
    cache: Path | None = None,
    wants_details: Callable[[str], bool] = lambda _path: False,
) -> ProjectFacts:
    """Read every `.py` of `files` (relative to `root`, all files of the project) that lies under one of the roots.

    `cache` is a private folder outside the project. A file that cannot be read has a problem, the rest is judged.
    """
    return read_known_project(root, files, SourceScope(tuple(roots), wants_details), cache, {})


def read_known_project(
    root: Path, files: Sequence[str], scope: SourceScope, cache: Path | None, digests: Mapping[str, str]
) -> ProjectFacts:
    """The same, where the sha256 of files is known: they are only read where the cache has no facts of that content."""
    modules = ModuleNames(files, scope.roots)
    known = load_rows(cache)
    reading = _Reading(root, modules, known, scope.wants_details, digests)
    with without_collector():
        for path in modules.by_path:
            reading.read(path)
    if reading.has_news or known.keys() != reading.rows.keys():
        save_rows(cache, reading.rows)
    return ProjectFacts(root, modules, reading.rows, reading.outlines)


def read_source(root: Path, path: str) -> bytes | Problem:
    """The bytes of a file, or why there are none; what is no regular file is never waited for."""
    try:
        descriptor = os.open(os.path.join(root, path), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
        with open(descriptor, "rb", buffering=0) as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return Problem("it is not a regular file", 0, 0)
            return file.read()
    except OSError as error:
        return Problem(f"it cannot be read: {error.strerror}", 0, 0)


_BINARY = getattr(os, "O_BINARY", 0)


@dataclass(slots=True)
class _Reading:
    root: Path
    modules: ModuleNames
    known: dict[str, Row]
    wants_details: Callable[[str], bool]
    digests: Mapping[str, str]
    rows: dict[str, Row] = field(default_factory=dict)
    outlines: dict[str, Outline] = field(default_factory=dict)
    has_news: bool = False

    def read(self, path: str) -> None:
        """Take the row of the last run where it still holds, else parse."""
        module, wanted = self.modules.by_path[path], self.wants_details(path)
        known = self.digests.get(path)
        if known and self._recall(path, known, module, wanted):
            return
        source = read_source(self.root, path)
        if isinstance(source, Problem):
            self.rows[path] = Row("", module.name, module.is_package, pack(Outline(problem=source)), pack(Details()))
            return
        digest = hashlib.sha256(source).hexdigest()
        if self._recall(path, digest, module, wanted):
            return
        reading = read_file(source, module.name, is_package=module.is_package, wants_details=wanted)
        details = None if reading.details is None else pack(reading.details)
        self.rows[path] = Row(digest, module.name, module.is_package, pack(reading.outline), details)
        self.outlines[path] = reading.outline
        self.has_news = True

    def _recall(self, path: str, digest: str, module: ModuleName, wanted: bool) -> bool:
        """Take the row of the last run where it still holds and has all that is wanted."""
        row = self.known.get(path)
        if row is None or not _still_holds(row, digest, module) or (row.details is None and wanted):
            return False
        with suppress(*MISSHAPEN):
            self.outlines[path] = unpack_outline(row.outline)
            self.rows[path] = row
            return True
        return False


def _still_holds(row: Row, digest: str, module: ModuleName) -> bool:
    return (row.sha256, row.module, row.is_package) == (digest, module.name, module.is_package)
