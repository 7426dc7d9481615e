"""Finds the routes of FastAPI and Flask: by decorators, by calls, and by view classes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_agentgates.source.guards import Expression, GuardFinder
from pytest_agentgates.source.name_table import NameTable
from pytest_agentgates.source.route_facts import Framework, Guard, Route
from pytest_agentgates.source.routers import Router, Routers
from pytest_agentgates.source.syntax import FileSyntax, Found, Scoped, SyntaxFiles

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_DECORATORS = frozenset({*VERBS, "route", "api_route", "websocket"})
_ADDERS = {"add_api_route": 1, "add_url_rule": 2, "add_api_websocket_route": 1}
_VIEW_GUARDS = ("decorators", "method_decorators")


@dataclass(slots=True)
class DecoratedRoutes:
    """Reads the routes of files whose routers are known."""

    files: SyntaxFiles
    finder: GuardFinder
    routers: Routers

    def of(self, file: FileSyntax) -> Iterator[Route]:
        """Every route that this file makes."""
        for scoped in file.all_definitions:
            for index, decorator in enumerate(scoped.node.decorator_list):
                yield from self._decorated(file, scoped, index, decorator)
        for call, table in file.calls:
            yield from self._added(file, call, table)
            yield from self._resource(file, call, table)

    def _decorated(self, file: FileSyntax, scoped: Scoped, index: int, decorator: ast.expr) -> Iterator[Route]:
        if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
            return
        verb = decorator.func.attr
        router = self.routers.router(decorator.func.value, scoped.outer, file.path) if verb in _DECORATORS else None
        if router is None:
            return
        found = Found(file, scoped)
        above, below = scoped.node.decorator_list[:index], scoped.node.decorator_list[index + 1 :]
        own = (*self._listed(decorator, scoped.outer, file), *self._decorators(below, scoped.outer, file.path))
        passed = tuple(self.files.name(_called(one), scoped.outer, file.path) for one in above)
        methods = _methods(decorator, verb, router.framework)
        for url, guards in self._ways(router, _address(decorator), scoped.outer, file):
            if isinstance(scoped.node, ast.ClassDef):
                yield from self._views(found, url, (*guards, *own), router.framework)
            else:
                yield self._route(found, methods, url, router.framework, (*guards, *own), passed)

    def _added(self, file: FileSyntax, call: ast.Call, table: NameTable) -> Iterator[Route]:
        """`router.add_api_route("/x", handler)`, `app.add_url_rule("/x", view_func=View.as_view("x"))`."""
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in _ADDERS:
            return
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        place = _ADDERS[call.func.attr]
        handler = given.get("endpoint" if place == 1 else "view_func") or (
            call.args[place] if len(call.args) > place else None
        )
        router = self.routers.router(call.func.value, table, file.path)
        if handler is None or router is None:
            return
        found, wrappers = self._unwrapped(handler, table, file.path)
        if found is None:
            return
        own = (*self._listed(call, table, file), *wrappers)
        methods = _methods(call, "route", router.framework)
        for url, guards in self._ways(router, _address(call), table, file):
            if isinstance(found.node, ast.ClassDef):
                yield from self._views(found, url, (*guards, *own), router.framework)
            else:
                decorators = self._decorators(found.node.decorator_list, found.scoped.outer, found.file.path)
                yield self._route(found, methods, url, router.framework, (*guards, *own, *decorators))

    def _resource(self, file: FileSyntax, call: ast.Call, table: NameTable) -> Iterator[Route]:
        """`api.add_resource(Orders, "/orders")`, under this or a like name."""
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if not (name.startswith("add_") and name.endswith("resource") and len(call.args) > 1):
            return
        found = self.files.find(self.files.name(call.args[0], table, file.path), file.path)
        if found is not None and isinstance(found.node, ast.ClassDef):
            yield from self._views(found, self.routers.text(call.args[1], table, file.path), (), Framework.FLASK)

    def _views(self, found: Found, url: str, guards: Sequence[Guard], framework: Framework) -> Iterator[Route]:
        """The methods of a view class, each a route."""
        everywhere = (*guards, *self._of_class(found))
        for verb in VERBS:
            method = found.file.definitions.get(f"{found.scoped.inner.qualified_name}.{verb}")
            if method is not None and not isinstance(method.node, ast.ClassDef):
                decorators = self._decorators(method.node.decorator_list, method.outer, found.file.path)
                handler = Found(found.file, method)
                yield self._route(handler, (verb.upper(),), url, framework, (*everywhere, *decorators))

    def _of_class(self, found: Found) -> Iterator[Guard]:
        """The guards that a view class and its bases name."""
        project, where = self.files.project, (found.file.path, found.scoped.inner.qualified_name)
        names = [found.name, *(base.name for base in project.ancestors_of(*where) if base.path is not None)]
        for name in names:
            one = self.files.find(name, found.file.path)
            for statement in one.node.body if one is not None else ():
                if isinstance(statement, ast.Assign) and _target(statement) in _VIEW_GUARDS and one is not None:
                    yield from self.finder.of_list(statement.value, one.scoped.inner, one.file.path)

    def _unwrapped(self, node: ast.expr, table: NameTable, path: str) -> tuple[Found | None, tuple[Guard, ...]]:
        """`login_required(View.as_view("x"))`: the view, and what it is wrapped in."""
        wrappers: list[Expression] = []
        while isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "as_view":
                node = node.func.value
                continue
            wrappers.append(Expression(node.func, table, path))
            if not node.args:
                return None, ()
            node = node.args[0]
        found = self.files.find(self.files.name(node, table, path), path)
        return found, self.finder.follow(wrappers)

    def _route(  # noqa: PLR0913, PLR0917 - it fills in what a route is
        self,
        found: Found,
        methods: tuple[str, ...],
        url: str,
        framework: Framework,
        guards: Sequence[Guard],
        passed_over: tuple[str, ...] = (),
    ) -> Route:
        asked = self.finder.of_handler(found.scoped, found.file.path) if framework is Framework.FASTAPI else ()
        every = tuple(dict.fromkeys((*guards, *asked)))
        scope = found.scoped
        return Route(
            found.file.path, scope.inner.qualified_name, scope.node.lineno, methods, url, framework, every, passed_over
        )

    def _decorators(self, nodes: Sequence[ast.expr], table: NameTable, path: str) -> tuple[Guard, ...]:
        return self.finder.follow(Expression(node, table, path) for node in nodes)

    def _listed(self, call: ast.Call, table: NameTable, file: FileSyntax) -> tuple[Guard, ...]:
        given = [keyword.value for keyword in call.keywords if keyword.arg == "dependencies"]
        return self.finder.of_list(given[0], table, file.path) if given else ()

    def _ways(
        self, router: Router, address: ast.expr | None, table: NameTable, file: FileSyntax
    ) -> Iterator[tuple[str, tuple[Guard, ...]]]:
        text = self.routers.text(address, table, file.path) if address is not None else ""
        for prefix, guards in self.routers.ways(router):
            yield prefix + text or "/", guards


def _methods(call: ast.Call, verb: str, framework: Framework) -> tuple[str, ...]:
    if verb in VERBS:
        return (verb.upper(),)
    if verb == "websocket":
        return ("WEBSOCKET",)
    given = [keyword.value for keyword in call.keywords if keyword.arg == "methods"]
    if given and isinstance(given[0], ast.List | ast.Tuple | ast.Set):
        return tuple(str(one.value).upper() for one in given[0].elts if isinstance(one, ast.Constant))
    return ("GET",) if not given and framework in (Framework.FLASK, Framework.FASTAPI) else ()


def _address(call: ast.Call) -> ast.expr | None:
    given = [keyword.value for keyword in call.keywords if keyword.arg in ("path", "rule")]
    return call.args[0] if call.args else given[0] if given else None


def _called(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


def _target(statement: ast.Assign) -> str:
    return statement.targets[0].id if isinstance(statement.targets[0], ast.Name) else ""
