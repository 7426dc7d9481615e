"""The imports by which one layer gets at another that it may not know, straight or through files of no layer.

directions = Directions({"domain": frozenset(), "api": frozenset({"domain"})}, layer_map.layer_of)
for crossing in find_crossings(project.graph, directions):
    crossing.edge, crossing.chain, crossing.reached_from
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pytest_agentgates.source.import_graph import ImportEdge, ImportGraph


@dataclass(frozen=True)
class Directions:
    """Which layer may import which; the inner ones come first.

    `allowed` are the other layers that each layer may import; a layer that is not in it is not judged.
    `passes` tells whether a layer's way goes on along an edge to a file of no layer.
    `through` are the layers that count when they are reached through files of no layer; all where it is None.
    """

    allowed: Mapping[str, frozenset[str]]
    layer_of: Callable[[str], str]
    passes: Callable[[str, ImportEdge], bool] = lambda _layer, _edge: True
    through: frozenset[str] | None = None

    def forbids(self, layer: str, target: str) -> bool:
        """Whether a layer may not import another."""
        return bool(target) and target != layer and target not in self.allowed[layer]


@dataclass(frozen=True)
class Crossing:
    """An edge that no file of `layer` may have in its way; `chain` leads to it from there, and ends with it.

    `reached_from` are the other files of the inner layers that get to `edge` through others.
    """

    edge: ImportEdge
    layer: str
    target: str
    chain: tuple[ImportEdge, ...]
    reached_from: tuple[str, ...]


def find_crossings(graph: ImportGraph, directions: Directions) -> tuple[Crossing, ...]:
    """Every crossing edge once, under the innermost layer that gets to it."""
    search = _Search(graph, directions)
    found: dict[tuple[str, int, str], Crossing] = {}
    for layer in directions.allowed:
        for crossing in search.crossings_of(layer):
            found.setdefault((crossing.edge.importer, crossing.edge.fact.line, crossing.edge.imported), crossing)
    return tuple(found.values())


@dataclass
class _Search:
    graph: ImportGraph
    directions: Directions
    files: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in self.graph.paths:
            self.files.setdefault(self.directions.layer_of(path), []).append(path)

    def crossings_of(self, layer: str) -> Iterator[Crossing]:
        """The shortest way from a layer to each edge that leads where it may not go."""
        came_by: dict[str, ImportEdge | None] = dict.fromkeys(self.files.get(layer, ()))
        pending = deque(came_by)
        while pending:
            for edge in self.graph.edges_from(pending.popleft()):
                target = self.directions.layer_of(edge.imported)
                if self._crosses(layer, edge, target):
                    yield self._crossing(edge, layer, target, came_by)
                elif not target and edge.imported not in came_by and self.directions.passes(layer, edge):
                    came_by[edge.imported] = edge
                    pending.append(edge.imported)

    def _crosses(self, layer: str, edge: ImportEdge, target: str) -> bool:
        if not self.directions.forbids(layer, target):
            return False
        straight = self.directions.layer_of(edge.importer) == layer
        return straight or self.directions.through is None or target in self.directions.through

    def _crossing(
        self, edge: ImportEdge, layer: str, target: str, came_by: Mapping[str, ImportEdge | None]
    ) -> Crossing:
        chain = [edge]
        before = came_by[edge.importer]
        while before is not None:
            chain.append(before)
            before = came_by[before.importer]
        chain.reverse()
        others = self._reaching(edge.importer, layer, target)
        own = {chain[0].importer, edge.importer}
        return Crossing(edge, layer, target, tuple(chain), tuple(sorted(set(others) - own)))

    def _reaching(self, path: str, layer: str, target: str) -> Iterable[str]:
        """The files of this layer, and of those further in, that may not know the target and get to `path`."""
        order = list(self.directions.allowed)
        inner = {one for one in order[: order.index(layer) + 1] if self.directions.forbids(one, target)}
        seen = {path}
        pending = [path]
        while pending:
            for edge in self.graph.edges_to(pending.pop()):
                if edge.importer not in seen and self._is_inner(edge, inner):
                    seen.add(edge.importer)
                    pending.append(edge.importer)
        return [one for one in seen if self.directions.layer_of(one)]

    def _is_inner(self, edge: ImportEdge, inner: set[str]) -> bool:
        layer = self.directions.layer_of(edge.importer)
        if layer and layer not in inner:
            return False
        return not layer or bool(self.directions.layer_of(edge.imported)) or self.directions.passes(layer, edge)
