"""Finds the routes of Django and Django REST framework: from `urlpatterns` and routers to the views."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pytest_agentgates.source.guards import Expression, GuardFinder
from pytest_agentgates.source.name_table import NameTable
from pytest_agentgates.source.route_facts import Framework, Guard, Route
from pytest_agentgates.source.syntax import FileSyntax, Found, Scoped, SyntaxFiles

_PATHS = frozenset({"path", "re_path", "url"})
_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_ACTIONS = {
    "list": "GET",
    "retrieve": "GET",
    "create": "POST",
    "update": "PUT",
    "partial_update": "PATCH",
    "destroy": "DELETE",
}
_SETTINGS = frozenset({"MIDDLEWARE", "MIDDLEWARE_CLASSES", "REST_FRAMEWORK"})
_PERMISSIONS = "DEFAULT_PERMISSION_CLASSES"


@dataclass(slots=True)
class DjangoRoutes:
    """Reads the routes of a Django project."""

    files: SyntaxFiles
    finder: GuardFinder
    _middleware: list[Guard] = field(default_factory=list)
    _permissions: list[Guard] = field(default_factory=list)

    def of(self, files: Sequence[FileSyntax]) -> Iterator[Route]:
        """Every route that the URL configurations among these files make."""
        self._read_settings()
        for file in files:
            for call, table in file.calls:
                name = self.files.name(call.func, table, file.path)
                if name.startswith(("django.", "rest_framework.")) and name.rpartition(".")[2] in _PATHS:
                    yield from self._path(call, table, file)
                elif isinstance(call.func, ast.Attribute) and call.func.attr == "register" and len(call.args) > 1:
                    yield from self._registered(call, table, file)

    def _read_settings(self) -> None:
        for path in self.files.project.paths:
            if not _SETTINGS.isdisjoint(self.files.project.outline(path).defines):
                file = self.files.of(path)
                for statement in file.tree.body if file is not None else ():
                    self._setting(statement, path)

    def _setting(self, statement: ast.stmt, path: str) -> None:
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            return
        name, table = statement.targets[0].id, NameTable("")
        if name in ("MIDDLEWARE", "MIDDLEWARE_CLASSES"):
            self._middleware.extend(self.finder.of_list(statement.value, table, path))
        if name == "REST_FRAMEWORK" and isinstance(statement.value, ast.Dict):
            for key, value in zip(statement.value.keys, statement.value.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == _PERMISSIONS:
                    self._permissions.extend(self.finder.of_list(value, table, path))

    def _path(self, call: ast.Call, table: NameTable, file: FileSyntax) -> Iterator[Route]:
        view = call.args[1] if len(call.args) > 1 else None
        given = [keyword.value for keyword in call.keywords if keyword.arg == "view"]
        view = view or (given[0] if given else None)
        if view is None:
            return
        url = _text(call.args[0]) if call.args else ""
        yield from self._view(view, table, file, url)

    def _registered(self, call: ast.Call, table: NameTable, file: FileSyntax) -> Iterator[Route]:
        """`router.register("orders", OrderViewSet)`."""
        found = self.files.find(self.files.name(call.args[1], table, file.path), file.path)
        if found is not None and isinstance(found.node, ast.ClassDef):
            yield from self._class(found, _text(call.args[0]), ())

    def _view(self, node: ast.expr, table: NameTable, file: FileSyntax, url: str) -> Iterator[Route]:
        wrappers: list[Expression] = []
        while isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "as_view":
                node = node.func.value
                continue
            wrappers.append(Expression(node.func, table, file.path))
            if not node.args:
                return
            node = node.args[0]
        found = self.files.find(self.files.name(node, table, file.path), file.path)
        guards = self.finder.follow(wrappers)
        if found is None:
            return
        if isinstance(found.node, ast.ClassDef):
            yield from self._class(found, url, guards)
        else:
            yield self._function(found, url, guards)

    def _function(self, found: Found, url: str, guards: Sequence[Guard]) -> Route:
        node, table, path = found.node, found.scoped.outer, found.file.path
        names = {self.files.name(_called(one), table, path).rpartition(".")[2] for one in node.decorator_list}
        own = self._decorators(node.decorator_list, table, path)
        inherited = self._permissions if "api_view" in names and "permission_classes" not in names else []
        every = (*self._middleware, *inherited, *guards, *own)
        return Route(path, found.scoped.inner.qualified_name, node.lineno, _methods(node), url, Framework.DJANGO, every)

    def _class(self, found: Found, url: str, guards: Sequence[Guard]) -> Iterator[Route]:
        everywhere = (*self._middleware, *guards, *self._of_class(found))
        methods = list(self._handlers(found))
        for methods_of, handler in methods:
            own = self._decorators(handler.node.decorator_list, handler.outer, found.file.path)
            name = handler.inner.qualified_name
            every = (*everywhere, *own)
            yield Route(found.file.path, name, handler.node.lineno, methods_of, url, Framework.DJANGO, every)
        if not methods:
            name = found.scoped.inner.qualified_name
            yield Route(found.file.path, name, found.node.lineno, (), url, Framework.DJANGO, everywhere)

    def _handlers(self, found: Found) -> Iterator[tuple[tuple[str, ...], Scoped]]:
        """The methods that answer requests: those named for HTTP, for actions, or marked `@action`."""
        prefix = f"{found.scoped.inner.qualified_name}."
        for name, scoped in found.file.definitions.items():
            own = name.removeprefix(prefix)
            if not name.startswith(prefix) or "." in own or isinstance(scoped.node, ast.ClassDef):
                continue
            marked = [one for one in scoped.node.decorator_list if _last(_called(one)) in ("action", "detail_route")]
            if own in _VERBS:
                yield (own.upper(),), scoped
            elif own in _ACTIONS:
                yield (_ACTIONS[own],), scoped
            elif marked:
                yield (), scoped

    def _of_class(self, found: Found) -> Iterator[Guard]:
        """Mixins, decorators and permission classes of a view and of its bases."""
        project, where = self.files.project, (found.file.path, found.scoped.inner.qualified_name)
        ancestors = project.ancestors_of(*where)
        yield from (Guard((base.name,)) for base in ancestors)
        named = False
        for name in [found.name, *(base.name for base in ancestors if base.path is not None)]:
            one = self.files.find(name, found.file.path)
            if one is None or not isinstance(one.node, ast.ClassDef):
                continue
            yield from self._decorators(one.node.decorator_list, one.scoped.outer, one.file.path)
            yield from self._of_dispatch(one)
            permissions = list(self._permission_classes(one)) if not named else []
            named = named or bool(permissions) or _names_permissions(one.node)
            yield from permissions
        if not named and any(base.name.startswith("rest_framework.") for base in ancestors):
            yield from self._permissions

    def _of_dispatch(self, found: Found) -> Iterator[Guard]:
        for name in ("dispatch", "setup", "initial", "get_permissions"):
            method = found.file.definitions.get(f"{found.scoped.inner.qualified_name}.{name}")
            if method is not None and not isinstance(method.node, ast.ClassDef):
                yield from self._decorators(method.node.decorator_list, method.outer, found.file.path)
                calls = [node for node in ast.walk(method.node) if isinstance(node, ast.Call)]
                inside = [Expression(call.func, method.inner, found.file.path) for call in calls]
                yield from self.finder.follow(inside)

    def _permission_classes(self, found: Found) -> Iterator[Guard]:
        for statement in found.node.body:
            if isinstance(statement, ast.Assign) and _targets(statement) == ["permission_classes"]:
                yield from self.finder.of_list(statement.value, found.scoped.inner, found.file.path)

    def _decorators(self, nodes: Sequence[ast.expr], table: NameTable, path: str) -> tuple[Guard, ...]:
        """Decorators; `@method_decorator(check)`, `@permission_classes([Check])` stand for what they hold."""
        found: list[Expression] = []
        for node in nodes:
            found.append(Expression(node, table, path))
            if isinstance(node, ast.Call) and _last(node.func) in ("method_decorator", "permission_classes", "action"):
                held = [*node.args, *(one.value for one in node.keywords if one.arg == "permission_classes")]
                for one in held:
                    inner = one.elts if isinstance(one, ast.List | ast.Tuple) else [one]
                    found.extend(Expression(each, table, path) for each in inner)
        return self.finder.follow(found)


def _names_permissions(node: ast.expr | ast.stmt) -> bool:
    body: list[ast.stmt] = getattr(node, "body", [])
    return any(isinstance(one, ast.Assign) and _targets(one) == ["permission_classes"] for one in body)


def _targets(statement: ast.Assign) -> list[str]:
    return [target.id for target in statement.targets if isinstance(target, ast.Name)]


def _methods(node: ast.stmt) -> tuple[str, ...]:
    """The methods that `@require_POST`, `@require_http_methods([...])` or `@api_view([...])` lets through."""
    for decorator in getattr(node, "decorator_list", ()):
        name = _last(_called(decorator))
        if name in ("require_GET", "require_POST"):
            return (name.removeprefix("require_"),)
        if name in ("require_http_methods", "api_view") and isinstance(decorator, ast.Call):
            listed = [one for one in ast.walk(decorator) if isinstance(one, ast.Constant)]
            return tuple(str(one.value) for one in listed) or ("GET",)
    return ()


def _text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else "{...}"


def _called(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
