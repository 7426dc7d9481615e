"""What must be tested is called by a test of its kind: entities and use cases, endpoints and repositories."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.hexagon.adapters import Adapter, words_of
from pytest_agentgates.gates.hexagon.lineage import (
    Lineage,
    functions_of,
    is_accessor,
    is_public,
    top_classes,
)
from pytest_agentgates.gates.hexagon.mirror_calls import INTEGRATION, UNIT, TestedNames, kinds_of
from pytest_agentgates.gates.hexagon.mirror_routes import Request, is_requested, requests_in
from pytest_agentgates.gates.hexagon.ports import Port
from pytest_agentgates.gates.hexagon.signatures import is_property, keeps_signature
from pytest_agentgates.source.definition_facts import FunctionFact
from pytest_agentgates.source.project_facts import ProjectFacts
from pytest_agentgates.source.route_facts import Route

_REPOSITORY_WORDS = frozenset({"repository", "store", "storage", "dao"})


@dataclass(frozen=True)
class Tests:
    """What these test files call, by kind; they are read when the first rule asks."""

    __test__ = False  # pytest would take the name for a test class

    project: ProjectFacts
    paths: tuple[str, ...]

    @cached_property
    def unit(self) -> TestedNames:
        """What unit tests call."""
        return TestedNames(self.project, self._paths(UNIT)).read()

    @cached_property
    def integration(self) -> TestedNames:
        """What integration tests call."""
        return TestedNames(self.project, self._paths(INTEGRATION)).read()

    @cached_property
    def requests(self) -> frozenset[Request]:
        """The requests that integration tests send."""
        return requests_in(self.project, self._paths(INTEGRATION))

    def _paths(self, kind: str) -> tuple[str, ...]:
        return tuple(path for path in self.paths if kind in kinds_of(path))


def untested_entities(tests: Tests, paths: Iterable[str]) -> Iterator[Finding]:
    """HEX008 of the classes of the domain model."""
    project = tests.project
    for path, fact in top_classes(project, paths):
        lineage = Lineage(project, path, fact)
        if not is_public(fact.name) or lineage.is_protocol or _is_error(lineage):
            continue
        for function in functions_of(project, path, fact):
            if _has_behaviour(function) and not tests.unit.has_method(lineage, function.name):
                yield _untested("HEX008", path, function, f"the method {function.qualified_name}", UNIT)


def untested_use_cases(tests: Tests, paths: Sequence[str]) -> Iterator[Finding]:
    """HEX008 of the functions and classes of services."""
    commands = _commands(tests.project, paths)
    for path, function in _use_cases(tests.project, paths):
        if not _is_use_case_tested(tests, path, function, commands):
            yield _untested("HEX008", path, function, f"the use case {_shown(function)}", UNIT)


def untested_endpoints(tests: Tests, routes: Iterable[Route]) -> Iterator[Finding]:
    """HEX009 of the routes that inbound adapters offer."""
    for route in routes:
        if is_requested(route, tests.requests):
            continue
        module = tests.project.module_of(route.path)
        if tests.integration.has_function(f"{module}.{route.handler}".lstrip(".")):
            continue
        function = tests.project.function_at(route.path, route.handler)
        column = function.column if function is not None else 1
        message = f"no integration test calls the endpoint {route.name}"
        fix = "send it a request in a test under tests/integration"
        yield Finding("HEX009", message, route.path, route.line, column, fix, snippet=route.name)


def untested_repositories(tests: Tests, adapters: Iterable[Adapter]) -> Iterator[Finding]:
    """HEX009 of the adapters that keep things, other than those in memory."""
    for adapter in adapters:
        lineage = adapter.lineage
        if adapter.is_memory or not _is_repository(adapter):
            continue
        for function in functions_of(tests.project, lineage.path, lineage.fact):
            if _has_behaviour(function) and not tests.integration.has_method(lineage, function.name):
                what = f"the repository method {function.qualified_name}"
                yield _untested("HEX009", lineage.path, function, what, INTEGRATION)


def _has_behaviour(function: FunctionFact) -> bool:
    """Whether a method is one to call: properties are read, and hooks are called by whoever decorates them."""
    if not is_public(function.name) or function.is_abstract or function.is_empty:
        return False
    return not is_property(function) and not is_accessor(function) and keeps_signature(function)


def _is_error(lineage: Lineage) -> bool:
    return any(
        base.name.startswith("builtins.") and base.name.endswith(("Error", "Exception")) for base in lineage.chain
    )


def _use_cases(project: ProjectFacts, paths: Sequence[str]) -> Iterator[tuple[str, FunctionFact]]:
    for path in paths:
        for function in project.file(path).functions:
            if "." not in function.qualified_name and _has_behaviour(function):
                yield path, function
    for path, fact in top_classes(project, paths):
        lineage = Lineage(project, path, fact)
        if not is_public(fact.name) or lineage.is_protocol or _is_error(lineage) or Port(lineage).members:
            continue  # what is left abstract is called through those who fill it in
        for function in functions_of(project, path, fact):
            is_call = function.name == "__call__" and not function.is_abstract and not function.is_empty
            if is_call or _has_behaviour(function):
                yield path, function


def _is_use_case_tested(tests: Tests, path: str, function: FunctionFact, commands: dict[str, int]) -> bool:
    if any(commands[name] == 1 and tests.unit.has_function(name) for name in _taken(tests.project, path, function)):
        return True  # a bus leads the command that the test makes to its only handler
    if not function.owner:
        module = tests.project.module_of(path)
        return tests.unit.has_function(f"{module}.{function.name}".lstrip("."))
    fact = tests.project.class_at(path, function.owner)
    return fact is None or tests.unit.has_method(Lineage(tests.project, path, fact), function.name)


def _commands(project: ProjectFacts, paths: Sequence[str]) -> dict[str, int]:
    """The classes without methods that use cases take, and how many take each."""
    counts: dict[str, int] = {}
    for path, function in _use_cases(project, paths):
        for name in _taken(project, path, function):
            counts[name] = counts.get(name, 0) + 1
    return counts


def _taken(project: ProjectFacts, path: str, function: FunctionFact) -> frozenset[str]:
    annotations = [one.annotation for one in function.parameters if one.annotation is not None]
    found: set[str] = set()
    for name in (name for annotation in annotations for name in annotation.names):
        where = project.locate(name, path)
        fact = None if where is None else project.class_at(where.path, where.qualified_name)
        if where is not None and fact is not None and not any(is_public(_last(one)) for one in fact.methods):
            found.add(where.name)
    return frozenset(found)


def _last(qualified_name: str) -> str:
    return qualified_name.rpartition(".")[2]


def _is_repository(adapter: Adapter) -> bool:
    names = [adapter.name, *(port.name for port in (*adapter.derived, *adapter.matched))]
    names.append(posixpath.basename(adapter.lineage.path).removesuffix(".py"))
    return any(words_of(name) & _REPOSITORY_WORDS for name in names)


def _shown(function: FunctionFact) -> str:
    return function.qualified_name.removesuffix(".__call__")


def _untested(code: str, path: str, function: FunctionFact, what: str, kind: str) -> Finding:
    fix = f"call it in a test under tests/{kind}"
    message = f"no {kind} test calls {what}"
    return Finding(code, message, path, function.line, function.column, fix, snippet=function.qualified_name)
