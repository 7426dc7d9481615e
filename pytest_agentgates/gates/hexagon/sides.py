"""The rules about ports, adapters and tests, on the files of one component."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.ports import Workspace
from pytest_agentgates.gates.hexagon.adapters import adapters_in, judge_adapters, without_counterpart
from pytest_agentgates.gates.hexagon.mirror import (
    Tests,
    untested_endpoints,
    untested_entities,
    untested_repositories,
    untested_use_cases,
)
from pytest_agentgates.gates.hexagon.mirror_calls import kinds_of
from pytest_agentgates.gates.hexagon.mirror_regressions import judge_regressions
from pytest_agentgates.gates.hexagon.ports import Style, judge_ports, ports_in
from pytest_agentgates.gates.hexagon.shape import judge_shape
from pytest_agentgates.source.project_facts import ProjectFacts
from pytest_agentgates.source.routes import routes_of
from pytest_agentgates.source.test_settings import read_test_settings

NOT_COMPARED = "regression tests were not compared"


@dataclass(frozen=True)
class Sides:
    """The Python files of a component, without its tests; `folder` is empty outside the canonical tree.

    Without files of its own for ports, its abstract classes anywhere in `model` and `services` are its ports.
    """

    folder: str
    model: tuple[str, ...]
    services: tuple[str, ...]
    ports: tuple[str, ...]
    inbound: tuple[str, ...]
    outbound: tuple[str, ...]


def judge_sides(workspace: Workspace, project: ProjectFacts, sides: Sides, style: Style) -> Iterator[Finding]:
    """HEX001 to HEX006, HEX008, HEX009 and HEX018 of one component."""
    tests = Tests(project)
    if sides.folder:
        yield from judge_shape(workspace.root, sides.folder, workspace.files)
    yield from judge_ports(project, sides.ports, style)
    ports = ports_in(project, (*sides.ports, *(() if sides.folder else (*sides.model, *sides.services))))
    adapters = adapters_in(project, sides.outbound, ports)
    doubles = () if sides.folder else adapters_in(project, _test_files(project, sides), ports)
    yield from judge_adapters(adapters)
    yield from without_counterpart(adapters, doubles)
    yield from untested_entities(tests, sides.model)
    yield from untested_use_cases(tests, sides.services)
    routes = routes_of(workspace) if sides.inbound else ()
    yield from untested_endpoints(tests, [route for route in routes if route.path in sides.inbound])
    yield from untested_repositories(tests, adapters)


def compare_regressions(workspace: Workspace, project: ProjectFacts) -> tuple[Sequence[Finding], str]:
    """HEX017, and a note where there is nothing to compare with."""
    if workspace.base is None:
        return (), f"{NOT_COMPARED}: {workspace.base_problem}"
    return tuple(judge_regressions(project, workspace.base, read_test_settings(workspace.root))), ""


def with_code(project: ProjectFacts, sides: Sides) -> Sides:
    """The same without the tests among the files, whatever globs the layers have."""
    fields = ("model", "services", "ports", "inbound", "outbound")
    kept = {name: tuple(path for path in getattr(sides, name) if not kinds_of(path)) for name in fields}
    return replace(
        sides,
        **{name: tuple(path for path in paths if path in project.modules.by_path) for name, paths in kept.items()},
    )


def _test_files(project: ProjectFacts, sides: Sides) -> list[str]:
    return [path for path in project.paths if kinds_of(path) and path not in sides.outbound]
