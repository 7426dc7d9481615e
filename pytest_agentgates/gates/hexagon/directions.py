"""HEX011, HEX012, HEX013, and HEX014 between the parts of a project: imports that point the wrong way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.layer_picture import CrossingLine, LayerPicture
from pytest_agentgates.gates.hexagon.components import ADAPTERS, DOMAINS, MODELS, PORTS, Role, fits_any
from pytest_agentgates.gates.hexagon.fitting_port import way_out
from pytest_agentgates.gates.hexagon.view import HexagonView
from pytest_agentgates.source.crossings import Crossing, Directions, find_crossings
from pytest_agentgates.source.import_graph import ImportEdge

_INNER = frozenset({Role.MODEL, Role.RULES, Role.DOMAIN})
_CANONICAL: dict[Role, frozenset[Role]] = {
    Role.MODEL: _INNER,
    Role.RULES: _INNER,
    Role.DOMAIN: _INNER | PORTS | {Role.SERVICE},
    Role.SERVICE: _INNER | PORTS,
    Role.OUTBOUND_PORTS: _INNER | PORTS,
    Role.INBOUND_PORTS: _INNER | PORTS,
    Role.PORTS: _INNER | PORTS,
    Role.INBOUND: _INNER | {Role.SERVICE, Role.INBOUND_PORTS, Role.PORTS},
    Role.OUTBOUND: _INNER | {Role.OUTBOUND_PORTS, Role.PORTS},
}
_LAYERED: dict[Role, frozenset[Role]] = {
    Role.MODEL: PORTS,
    Role.PORTS: frozenset({Role.MODEL, Role.APPLICATION}),
    Role.APPLICATION: PORTS | {Role.MODEL},
    Role.INBOUND: PORTS | {Role.MODEL, Role.APPLICATION},
    Role.OUTBOUND: PORTS | {Role.MODEL, Role.APPLICATION},
}
_SUBJECTS = {
    Role.INBOUND: "an inbound adapter",
    Role.OUTBOUND: "an outbound adapter",
    Role.INBOUND_PORTS: "an inbound port",
    Role.OUTBOUND_PORTS: "an outbound port",
    Role.PORTS: "a port",
}
_OBJECTS = {**_SUBJECTS, Role.RULES: "the domain's exceptions and rules"}
_SHOWN = 5


def judge_directions(view: HexagonView) -> Iterator[Finding]:
    """Every crossing edge once, with the chain that leads to it."""
    for crossing in find_crossings(view.facts.graph, _directions(view)):
        if not _is_left_to_purity(view, crossing):
            yield _finding(view, crossing)


def picture_of(view: HexagonView) -> LayerPicture:
    """The parts that have files, who may import whom, and every crossing."""
    directions = _directions(view)
    files = Counter(directions.layer_of(path) for path in view.facts.paths)
    names = [name for name in directions.allowed if files[name]]
    allowed = [
        (name, other) for name in names for other in names if name != other and not directions.forbids(name, other)
    ]
    crossings = [
        CrossingLine(str(one.layer), str(one.target), one.edge.place)
        for one in find_crossings(view.facts.graph, directions)
    ]
    return LayerPicture(tuple((name, files[name]) for name in names), tuple(allowed), tuple(crossings))


def _directions(view: HexagonView) -> Directions:
    allowed = _CANONICAL if view.components.canonical else _LAYERED
    forbidden = {layer: ADAPTERS - allowed[layer] - {layer} for layer in allowed}

    def layer_of(path: str) -> str:
        role = view.components.role_of(path)
        if role is None or role in (Role.API, Role.TESTS) or (role in ADAPTERS and _is_root(view, path)):
            return ""
        return role

    def passes(layer: str, edge: ImportEdge) -> bool:
        role = view.components.role_of(edge.imported)
        if not _leads_on(view, edge, forbidden[Role(layer)], role):
            return False
        return layer not in ADAPTERS or not _is_root(view, edge.imported)

    names = {str(layer): frozenset(str(one) for one in others) for layer, others in allowed.items()}
    return Directions(names, layer_of, passes, frozenset(str(one) for one in ADAPTERS))


def _leads_on(view: HexagonView, edge: ImportEdge, forbidden: frozenset[Role], role: Role | None) -> bool:
    """Whether a way goes on behind a package: only by what is taken from it, not by all that it hands on."""
    if not edge.imported.endswith("__init__.py") or not edge.fact.names or edge.fact.is_star:
        return True
    roles = [view.components.role_of(path) for path in edge.defined_in]
    if any(one in forbidden or (one is None and role is not Role.API) for one in roles):
        return True
    named = [view.facts.locate(name, edge.importer) for name in edge.names]
    return role is not Role.API and any(one and one.path == edge.imported and one.is_defined for one in named)


def _is_root(view: HexagonView, path: str) -> bool:
    return fits_any(path, view.options.composition_roots)


def _is_left_to_purity(view: HexagonView, crossing: Crossing) -> bool:
    """What the model imports of other parts than adapters is told line by line, with all else it may not import."""
    return view.components.canonical and _code_of(crossing) == "HEX014"


def _code_of(crossing: Crossing) -> str:
    layer, target = Role(crossing.layer), Role(crossing.target)
    if layer in PORTS:
        return "HEX012"
    if layer in ADAPTERS:
        return "HEX013"
    if layer in MODELS and target not in ADAPTERS and len(crossing.chain) == 1 and target is not Role.APPLICATION:
        return "HEX014"
    return "HEX011"


def _finding(view: HexagonView, crossing: Crossing) -> Finding:
    edge = crossing.edge
    start = crossing.chain[0].importer
    layer, target = _name(view, crossing.layer), _OBJECTS.get(Role(crossing.target), f"the {crossing.target}")
    message = f"{layer} imports {target}: `{edge.fact.code}`"
    if len(crossing.chain) > 1:
        message = f"{layer} ({start}) gets at {target}: "
        message += " -> ".join(_hop(one) for one in crossing.chain)
    if crossing.reached_from:
        message += f"; reached_from {_listed(crossing.reached_from)}"
    snippet = f"{edge.importer} -> {edge.imported}: {edge.fact.code}"
    return Finding(
        _code_of(crossing),
        message,
        edge.importer,
        edge.fact.line,
        edge.fact.column,
        _fix(view, crossing),
        snippet=snippet,
    )


def _name(view: HexagonView, layer: str) -> str:
    if layer == Role.MODEL and not view.components.canonical:
        return "the domain"
    return _SUBJECTS.get(Role(layer), f"the {layer}")


def _hop(edge: ImportEdge) -> str:
    return f"{edge.place} `{edge.fact.code}`"


def _listed(paths: tuple[str, ...]) -> str:
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return ", ".join(paths[:_SHOWN]) + more


def _fix(view: HexagonView, crossing: Crossing) -> str:
    layer, target = Role(crossing.layer), Role(crossing.target)
    if target in ADAPTERS and layer in DOMAINS | {Role.INBOUND}:
        return way_out(view, crossing.edge) if target is Role.OUTBOUND else _move_inwards(crossing)
    if layer in PORTS:
        return "name the types of the domain model in the port, and let the adapter translate"
    if layer is Role.INBOUND:
        return "call an inbound port or the domain service, which gets the outbound port injected"
    return _move_inwards(crossing)


def _move_inwards(crossing: Crossing) -> str:
    names = ", ".join(name.rpartition(".")[2] for name in crossing.edge.names)
    return f"move what both sides need of {names} into the domain, or hand it over as an argument"
