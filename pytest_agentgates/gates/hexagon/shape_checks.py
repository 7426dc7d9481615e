"""The rules about shape, ports, adapters and tests, on all components of the project."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.gates.hexagon.adapters import Adapter, adapters_in, judge_adapters, without_counterpart
from pytest_agentgates.gates.hexagon.components import PORTS, Component, Role
from pytest_agentgates.gates.hexagon.mirror import (
    Tests,
    untested_endpoints,
    untested_entities,
    untested_repositories,
    untested_use_cases,
)
from pytest_agentgates.gates.hexagon.mirror_calls import kinds_of
from pytest_agentgates.gates.hexagon.mirror_regressions import judge_regressions
from pytest_agentgates.gates.hexagon.ports import judge_ports, ports_in
from pytest_agentgates.gates.hexagon.shape import judge_shape
from pytest_agentgates.gates.hexagon.view import HexagonView
from pytest_agentgates.source.routes import routes_of
from pytest_agentgates.source.test_settings import read_test_settings

_INNER = (Role.MODEL, Role.RULES, Role.DOMAIN, Role.SERVICE, Role.APPLICATION)


def judge_shapes(view: HexagonView) -> Iterator[Finding]:
    """HEX001 and HEX002; the layers of a project's own have no canonical files."""
    for component in view.components.components if view.components.canonical else ():
        yield from judge_shape(view.workspace.root, component.folder, view.workspace.files)


def judge_port_classes(view: HexagonView) -> Iterator[Finding]:
    """HEX003 to HEX005 of every file that holds ports."""
    yield from judge_ports(view.facts, view.components.files_of(*PORTS), view.options.ports)


def judge_adapter_classes(view: HexagonView) -> Iterator[Finding]:
    """HEX006 and HEX018."""
    doubles = () if view.components.canonical else _adapters(view, _tests(view))
    for adapters in _adapters_by_component(view):
        yield from judge_adapters(adapters)
        yield from without_counterpart(adapters, doubles)


def judge_test_mirror(view: HexagonView) -> Iterator[Finding]:
    """HEX008 and HEX009."""
    components = view.components
    tests = Tests(view.facts, _tests(view))
    yield from untested_entities(tests, components.files_of(Role.MODEL))
    yield from untested_use_cases(tests, components.files_of(Role.SERVICE, Role.APPLICATION))
    inbound = frozenset(components.files_of(Role.INBOUND))
    routes = routes_of(view.workspace) if inbound else ()
    yield from untested_endpoints(tests, [route for route in routes if route.path in inbound])
    for adapters in _adapters_by_component(view):
        yield from untested_repositories(tests, adapters)


def judge_regression_tests(view: HexagonView) -> Iterator[Finding]:
    """HEX017, where there is a base to compare with."""
    if view.workspace.base is not None:
        settings = read_test_settings(view.workspace.root)
        yield from judge_regressions(view.facts, view.workspace.base, settings)


def regression_note(workspace: Workspace) -> str:
    """Why HEX017 was not judged; empty where it was."""
    return "" if workspace.base is not None else f"regression tests were not compared: {workspace.base_problem}"


def _adapters_by_component(view: HexagonView) -> Iterator[tuple[Adapter, ...]]:
    """Components of the canonical tree fill in their own ports, layers those of all of them."""
    if view.components.canonical:
        yield from (_component_adapters(view, component) for component in view.components.components)
    else:
        yield _adapters(view, view.components.files_of(Role.OUTBOUND))


def _component_adapters(view: HexagonView, component: Component) -> tuple[Adapter, ...]:
    return adapters_in(view.facts, component.of(Role.OUTBOUND), ports_in(view.facts, component.of(*PORTS)))


def _adapters(view: HexagonView, paths: tuple[str, ...]) -> tuple[Adapter, ...]:
    """Without files of their own for ports, the abstract classes of the inner layers are the ports."""
    return adapters_in(view.facts, paths, ports_in(view.facts, view.components.files_of(*PORTS, *_INNER)))


def _tests(view: HexagonView) -> tuple[str, ...]:
    return tuple(path for path in view.facts.paths if kinds_of(path))
