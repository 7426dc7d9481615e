"""Every way to a handler in the project, for the gates that ask what an endpoint does or is tested by.

for route in routes_of(workspace):
    route.name, route.path, route.handler, route.line        # GET /orders, app/orders.py, list_orders, 12
"""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.source.decorated_routes import DecoratedRoutes
from pytest_agentgates.source.django_routes import DjangoRoutes
from pytest_agentgates.source.globs import matches
from pytest_agentgates.source.guards import GuardFinder
from pytest_agentgates.source.project_facts import ProjectFacts
from pytest_agentgates.source.route_facts import Route
from pytest_agentgates.source.routers import Routers
from pytest_agentgates.source.syntax import FileSyntax, SyntaxFiles, syntax_of

_WEB = frozenset(
    {"fastapi", "flask", "quart", "flask_restful", "flask_restx", "flask_openapi3", "apiflask", "starlette"}
)
_DJANGO_ROUTERS = ("rest_framework.routers", "rest_framework_nested")
_DJANGO = ("django.urls", "django.conf.urls", *_DJANGO_ROUTERS)
_TESTS = ("**/tests/**", "**/test/**", "**/test_*.py", "**/*_test.py", "**/conftest.py")


def routes_of(workspace: Workspace) -> tuple[Route, ...]:
    """The routes of all files but tests, by file and line; made once for all gates of a run."""
    return workspace.once(_routes)


def _routes(workspace: Workspace) -> tuple[Route, ...]:
    files = syntax_of(workspace)
    finder = GuardFinder(files)
    found = [*_decorated(files, finder), *_django(files, finder)]
    return tuple(sorted(dict.fromkeys(found), key=lambda route: (route.path, route.line, route.url)))


def _decorated(files: SyntaxFiles, finder: GuardFinder) -> Iterator[Route]:
    routers = Routers(files, finder)
    direct = _users(files.project, _WEB)
    # Who takes a router from elsewhere need not name the framework.
    graph = files.project.graph
    importers = {edge.importer for path in direct for edge in graph.edges_to(path) if not _is_test(edge.importer)}
    candidates = _parsed(files, sorted({*direct, *importers}))
    routers.read(candidates)
    reader = DecoratedRoutes(files, finder, routers)
    for file in candidates:
        yield from reader.of(file)


def _django(files: SyntaxFiles, finder: GuardFinder) -> Iterator[Route]:
    yield from DjangoRoutes(files, finder).of(_parsed(files, _url_files(files.project)))


def _users(project: ProjectFacts, packages: frozenset[str]) -> list[str]:
    """The files that import one of the packages."""
    return [
        path
        for path in project.paths
        if not _is_test(path) and any(fact.target.partition(".")[0] in packages for fact in project.imports(path))
    ]


def _url_files(project: ProjectFacts) -> list[str]:
    """The files that can name addresses of Django, and those that fill a router made elsewhere."""
    direct = [path for path in project.paths if not _is_test(path) and _imports_any(project, path, _DJANGO)]
    routers = [path for path in direct if _imports_any(project, path, _DJANGO_ROUTERS)]
    fillers = (edge.importer for path in routers for edge in project.graph.edges_to(path))
    return sorted({*direct, *(path for path in fillers if not _is_test(path))})


def _imports_any(project: ProjectFacts, path: str, modules: tuple[str, ...]) -> bool:
    targets = (fact.target for fact in project.imports(path))
    return any(target.startswith(modules) for target in targets) or any(
        f"{fact.target}.{name}" in modules for fact in project.imports(path) for name, _ in fact.names
    )


def _parsed(files: SyntaxFiles, paths: list[str]) -> list[FileSyntax]:
    return [file for path in paths if (file := files.of(path)) is not None]


def _is_test(path: str) -> bool:
    return any(matches(path, pattern) for pattern in _TESTS)
