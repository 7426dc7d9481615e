"""HEX016: one component knows of another only what its package offers."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.hexagon.components import Role, fits_any
from pytest_agentgates.gates.hexagon.view import HexagonView
from pytest_agentgates.source.import_graph import ImportEdge


def judge_public_api(view: HexagonView) -> Iterator[Finding]:
    """Every import of a file inside another component; tests and composition roots may see all."""
    for path, folder in view.components.folders.items():
        if not folder or view.components.role_of(path) is Role.TESTS or _is_root(view, path):
            continue
        for edge in view.facts.graph.edges_from(path):
            other = view.components.folder_of(edge.imported)
            if other and other != folder and not _is_public(view, edge.imported, other):
                yield _finding(edge, folder, other)


def _is_public(view: HexagonView, path: str, folder: str) -> bool:
    return path == f"{folder}/__init__.py" or fits_any(path, view.options.shared)


def _is_root(view: HexagonView, path: str) -> bool:
    return fits_any(path, view.options.composition_roots)


def _finding(edge: ImportEdge, folder: str, other: str) -> Finding:
    own, theirs = folder.rpartition("/")[2], other.rpartition("/")[2]
    message = f"{own} reaches into {theirs} past its public API: `{edge.fact.code}`"
    names = ", ".join(name.rpartition(".")[2] for name in edge.names)
    fix = f"import {names} from {other}/__init__.py; where it does not offer that, ask for it behind an outbound port"
    snippet = f"{edge.importer} -> {edge.imported}: {edge.fact.code}"
    return Finding("HEX016", message, edge.importer, edge.fact.line, edge.fact.column, fix, snippet=snippet)
