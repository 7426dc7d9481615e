"""The graph of imports between the files of a project."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pytest_agentgates.collector_pause import without_collector
from pytest_agentgates.source.facts import ImportFact, Outline
from pytest_agentgates.source.resolve_names import NameResolver


@dataclass(frozen=True, slots=True)
class ImportEdge:
    """One file imports another; `fact` tells the line and the code.

    `names` are the dotted names that are imported from there. `defined_in` are the files that define them,
    where the imported file only hands them on.
    """

    importer: str
    imported: str
    fact: ImportFact
    names: tuple[str, ...]
    defined_in: tuple[str, ...]

    @property
    def place(self) -> str:
        """`path:line` of the import."""
        return f"{self.importer}:{self.fact.line}"


@dataclass(slots=True)
class ImportGraph:
    """Who imports whom; a package's `__init__` counts where it is named, not where it merely runs along."""

    paths: Sequence[str]
    outline_of: Callable[[str], Outline]
    resolver: NameResolver
    _edges: dict[str, tuple[ImportEdge, ...]] = field(default_factory=dict)
    _importers: dict[str, list[ImportEdge]] = field(default_factory=dict)

    def edges_from(self, path: str) -> tuple[ImportEdge, ...]:
        """What one file imports of the project, in the order of its source."""
        if path not in self._edges:
            found = [edge for fact in self.outline_of(path).imports for edge in self._edges_of(path, fact)]
            self._edges[path] = tuple(found)
        return self._edges[path]

    def all_edges(self) -> Iterator[ImportEdge]:
        """Every edge, by importer."""
        with without_collector():
            for path in self.paths:
                self.edges_from(path)
        for path in self.paths:
            yield from self.edges_from(path)

    def edges_to(self, path: str) -> Sequence[ImportEdge]:
        """Who imports one file."""
        if not self._importers:
            for edge in self.all_edges():
                self._importers.setdefault(edge.imported, []).append(edge)
        return self._importers.get(path, ())

    def chain(
        self,
        starts: Iterable[str],
        is_target: Callable[[str], bool],
        follows: Callable[[ImportEdge], bool] = lambda _edge: True,
    ) -> tuple[ImportEdge, ...] | None:
        """The shortest way from any of the files to one that fits, along edges that may be followed."""
        came_by: dict[str, ImportEdge | None] = dict.fromkeys(starts)
        pending = deque(came_by)
        while pending:
            for edge in self.edges_from(pending.popleft()):
                if edge.imported in came_by or not follows(edge):
                    continue
                came_by[edge.imported] = edge
                if is_target(edge.imported):
                    return _way_to(edge, came_by)
                pending.append(edge.imported)
        return None

    def reachable(
        self, starts: Iterable[str], follows: Callable[[ImportEdge], bool] = lambda _edge: True
    ) -> frozenset[str]:
        """Every file that these import, straight or through others, and they themselves."""
        seen = set(starts)
        pending = list(seen)
        while pending:
            for edge in self.edges_from(pending.pop()):
                if edge.imported not in seen and follows(edge):
                    seen.add(edge.imported)
                    pending.append(edge.imported)
        return frozenset(seen)

    def _edges_of(self, importer: str, fact: ImportFact) -> Iterator[ImportEdge]:
        names: dict[str, list[str]] = {}
        origins: dict[str, list[str]] = {}
        for name in _imported(fact):
            path = self.resolver.module_file(name, importer)
            if path is None or path == importer:
                continue
            names.setdefault(path, []).append(name)
            where = self.resolver.locate(name, importer)
            if where is not None and where.path != path:
                origins.setdefault(path, []).append(where.path)
        for path, own in names.items():
            yield ImportEdge(importer, path, fact, tuple(own), tuple(dict.fromkeys(origins.get(path, ()))))


def _imported(fact: ImportFact) -> Iterator[str]:
    if fact.names:
        yield from (f"{fact.target}.{name}".lstrip(".") for name, _ in fact.names)
    else:
        yield fact.target


def _way_to(last: ImportEdge, came_by: dict[str, ImportEdge | None]) -> tuple[ImportEdge, ...]:
    way = [last]
    before = came_by[last.importer]
    while before is not None:
        way.append(before)
        before = came_by[before.importer]
    return tuple(reversed(way))
