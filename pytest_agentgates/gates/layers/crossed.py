"""LAY001: imports and calls that skip a layer or go against the direction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.layers.presets import LayerSet
from pytest_agentgates.gates.layers.rules import CROSSED
from pytest_agentgates.source.facts import CallFact
from pytest_agentgates.source.import_graph import ImportEdge
from pytest_agentgates.source.project_facts import ProjectFacts


@dataclass(frozen=True)
class Crossings:
    """Looks for edges that the layers do not allow; `layer` maps each mapped file to its layer."""

    project: ProjectFacts
    layers: LayerSet
    layer: Mapping[str, str]

    def find(self) -> Iterator[Finding]:
        """Each crossing edge once."""
        seen: set[tuple[str, int, str]] = set()
        for path, name in self.layer.items():
            for chain in (*self._direct(path, name), *self._through(path, name)):
                key = (chain[-1].importer, chain[-1].fact.line, self._end(chain))
                if key not in seen:
                    seen.add(key)
                    yield self._finding(path, name, chain)
            imported = {self._end(chain) for chain in self._direct(path, name)}
            yield from self._calls(path, name, imported)

    def lines(self) -> Iterator[tuple[str, str, str]]:
        """The layer, the layer that it gets at, and the place of each crossing import and call."""
        for path, name in self.layer.items():
            chains = [*self._direct(path, name), *self._through(path, name)]
            yield from ((name, self.layer[self._end(chain)], chain[-1].place) for chain in chains)
            imported = {self._end(chain) for chain in self._direct(path, name)}
            for call, target in self._crossing_calls(path, name, imported):
                yield name, self.layer[target], f"{path}:{call.line}"

    def _direct(self, path: str, name: str) -> Iterator[tuple[ImportEdge, ...]]:
        for edge in self.project.graph.edges_from(path):
            if any(not self._is_allowed(name, target) for target in self._targets(edge)):
                yield (edge,)

    def _through(self, path: str, name: str) -> Iterator[tuple[ImportEdge, ...]]:
        """Ways over files of no layer to one that must not be known.

        What only skips a layer is wiring, and so is what starts in a layer that no other may use.
        """
        if not any(name in used for used in self.layers.allowed.values()):
            return
        first = self.project.graph.edges_from(path)
        pending: list[tuple[ImportEdge, ...]] = [(edge,) for edge in first if edge.imported not in self.layer]
        seen = {chain[-1].imported for chain in pending}
        while pending:
            chain = pending.pop(0)
            for edge in self.project.graph.edges_from(chain[-1].imported):
                target = self.layer.get(edge.imported, "")
                if target and not self._is_allowed(name, edge.imported) and not self.layers.skips(name, target):
                    yield (*chain, edge)
                elif not target and edge.imported not in seen:
                    seen.add(edge.imported)
                    pending.append((*chain, edge))

    def _calls(self, path: str, name: str, imported: set[str]) -> Iterator[Finding]:
        for call, target in self._crossing_calls(path, name, imported):
            yield self._call_finding(call, path, name, target)

    def _crossing_calls(self, path: str, name: str, imported: set[str]) -> Iterator[tuple[CallFact, str]]:
        """`service.orders.add(...)` in a route: a call through what another layer holds."""
        reported: set[str] = set()
        for call in self.project.file(path).calls:
            target = self._held(call, path)
            if target and target not in imported | reported and not self._is_allowed(name, target):
                reported.add(target)
                yield call, target

    def _held(self, call: CallFact, path: str) -> str:
        """The file of the class that a called attribute of another object has; empty where nothing is known."""
        head, _, rest = call.name.partition("().")
        parts = rest.split(".")
        where = self.project.locate(head, path) if len(parts) > 1 else None
        if where is None or where.path == path:
            return ""
        for type_name in self._types(where.path, where.qualified_name, parts[0]):
            found = self.project.locate(type_name, where.path)
            if found is not None and self.project.class_at(found.path, found.qualified_name) is not None:
                return found.path
        return ""

    def _types(self, path: str, class_name: str, attribute: str) -> Iterator[str]:
        """What a class says its attribute is: as a field, or as a parameter of `__init__` of that name."""
        fact = self.project.class_at(path, class_name)
        for field in fact.fields if fact is not None else ():
            if field.name == attribute and field.annotation is not None:
                yield from field.annotation.names
        init = self.project.function_at(path, f"{class_name}.__init__")
        for parameter in init.parameters if init is not None else ():
            if parameter.name == attribute.lstrip("_") and parameter.annotation is not None:
                yield from parameter.annotation.names

    def _targets(self, edge: ImportEdge) -> tuple[str, ...]:
        """The imported file, and those that define what it only hands on; an instance is wiring, not handed on."""
        named = (name for name in edge.names if "(" not in self.project.canonical(name, edge.importer))
        found = (self.project.resolve(name, edge.importer) for name in named)
        return tuple(dict.fromkeys((edge.imported, *(path for path in found if path is not None))))

    def _is_allowed(self, name: str, target: str) -> bool:
        layer = self.layer.get(target, "")
        return not layer or self.layers.may_use(name, layer)

    def _end(self, chain: tuple[ImportEdge, ...]) -> str:
        name = self.layer[chain[0].importer]
        targets = self._targets(chain[-1])
        return next((one for one in targets if not self._is_allowed(name, one)), targets[0])

    def _finding(self, path: str, name: str, chain: tuple[ImportEdge, ...]) -> Finding:
        first, end = chain[0].fact, self._end(chain)
        used = self.layer[end]
        hops = " -> ".join([*(f"{edge.importer}:{edge.fact.line}" for edge in chain), end])
        message = f"{self._sentence(name, used)}: {hops} ({first.code})"
        identity = f"{path} -> {end}"
        return Finding(CROSSED.code, message, path, first.line, first.column, self._fix(name, used), snippet=identity)

    def _call_finding(self, call: CallFact, path: str, name: str, target: str) -> Finding:
        used = self.layer[target]
        message = f"{self._sentence(name, used)}: {path}:{call.line} calls {call.written} of {target}"
        identity = f"{path} calls {call.written}"
        return Finding(CROSSED.code, message, path, call.line, call.column, self._fix(name, used), snippet=identity)

    def _sentence(self, name: str, used: str) -> str:
        between = self.layers.skips(name, used)
        return f"{name} skips {between} and uses {used}" if between else f"{name} must not use {used}"

    def _fix(self, name: str, used: str) -> str:
        between = self.layers.skips(name, used)
        if between:
            return f"ask {between} for it, which may use {used}"
        may = ", ".join(self.layers.allowed.get(name, ())) or "no other layer"
        return f"{name} may use {may}: turn the dependency round, or move the code to the layer it belongs to"
