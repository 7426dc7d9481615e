"""Which port to use instead of an adapter."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentgates.gates.hexagon.components import PORTS, Role
from pytest_agentgates.gates.hexagon.lineage import Lineage, top_classes
from pytest_agentgates.gates.hexagon.ports import Port, ports_in
from pytest_agentgates.gates.hexagon.view import HexagonView
from pytest_agentgates.source.definition_facts import ClassFact
from pytest_agentgates.source.import_graph import ImportEdge

_ENOUGH = 0.5


def way_out(view: HexagonView, edge: ImportEdge) -> str:
    """What to do instead of an import of an adapter: the port that fits, or which one to add."""
    for path, fact in _imported_classes(view, edge):
        port = _port_of(view, path, fact)
        if port is not None:
            return f"inject `{port.name}` from {port.path} instead; a composition root hands {fact.name} over"
    names = ", ".join(name.rpartition(".")[2] for name in edge.names)
    home = _home_of_ports(view, edge.importer)
    return f"declare what is needed of {names} as a port in {home}, and inject that"


def _imported_classes(view: HexagonView, edge: ImportEdge) -> Iterator[tuple[str, ClassFact]]:
    named = [view.facts.locate(name, edge.importer) for name in edge.names]
    found = [
        (where.path, view.facts.class_at(where.path, where.qualified_name)) for where in named if where is not None
    ]
    classes = [(path, fact) for path, fact in found if fact is not None]
    yield from classes or list(top_classes(view.facts, (edge.imported,)))


def _port_of(view: HexagonView, path: str, fact: ClassFact) -> Port | None:
    """The port that a class derives from, else the one most of whose methods it has."""
    ports = ports_in(view.facts, _port_files(view, path))
    lineage = Lineage(view.facts, path, fact)
    for port in ports:
        if port.full_name in lineage.names and port.full_name != lineage.chain[0].name:
            return port
    own = set(lineage.member_names())
    shares = [(len(own & port.members.keys()) / len(port.members), port) for port in ports]
    share, best = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    return best if share >= _ENOUGH else None


def _port_files(view: HexagonView, path: str) -> tuple[str, ...]:
    """The files where ports may stand; those of the adapter's own component first."""
    files = view.components.files_of(*PORTS) or view.components.files_of(Role.APPLICATION, Role.MODEL)
    own = view.components.folder_of(path)
    return tuple(sorted(files, key=lambda one: view.components.folder_of(one) != own))


def _home_of_ports(view: HexagonView, importer: str) -> str:
    if view.components.canonical:
        folder = view.components.folder_of(importer)
        return f"{folder}/ports/outbound.py" if folder else "ports/outbound.py"
    own = view.components.folder_of(importer)
    files = view.components.files_of(*PORTS)
    near = [path for path in files if view.components.folder_of(path) == own]
    return (near or list(files) or ["the application layer"])[0]
