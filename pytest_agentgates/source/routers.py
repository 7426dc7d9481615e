"""Finds routers (FastAPI, APIRouter, Flask, Blueprint), where they are mounted, and what guards them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pytest_agentgates.source.guards import Expression, GuardFinder
from pytest_agentgates.source.name_table import NameTable
from pytest_agentgates.source.route_facts import Framework, Guard
from pytest_agentgates.source.syntax import FileSyntax, SyntaxFiles

_ROUTERS = {
    **dict.fromkeys(("FastAPI", "APIRouter"), Framework.FASTAPI),
    **dict.fromkeys(("Flask", "Blueprint", "Quart", "APIBlueprint", "OpenAPI", "Namespace"), Framework.FLASK),
}
_MOUNTS = {"include_router": "router", "mount": "app", "register_blueprint": "blueprint"}
_HOOKS = frozenset({"before_request", "before_app_request", "middleware"})
_HOOKING = frozenset({"before_request", "before_app_request", "add_middleware"})
_PREFIXES = frozenset({"prefix", "url_prefix", "path"})
_MOST_MOUNTS = 8
_OTHER_ROUTERS = frozenset({"rest_framework", "rest_framework_nested", "django", "aiogram", "typer", "click"})


@dataclass(slots=True)
class Router:
    """A router under the name of its variable; `mounts` are its places in other routers."""

    name: str
    framework: Framework
    prefix: str = ""
    guards: list[Guard] = field(default_factory=list)
    mounts: list[Mount] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mount:
    """One place of a router in another."""

    parent: str
    prefix: str
    guards: tuple[Guard, ...]


@dataclass(slots=True)
class Routers:
    """Every router of the project by the name of its variable."""

    files: SyntaxFiles
    finder: GuardFinder
    found: dict[str, Router] = field(default_factory=dict)
    _made_by_factory: list[tuple[str, str]] = field(default_factory=list)

    def read(self, files: Iterable[FileSyntax]) -> None:
        """Find the routers in these files, then what is done with them."""
        every = list(files)
        for file in every:
            for name, call, table in _constructed(file):
                self._add(name, call, table, file.path)
        for made, name in self._made_by_factory:
            if made in self.found:
                self.found[made].mounts.append(Mount(name, "", ()))
        for file in every:
            for call, table in file.calls:
                self._mount(call, table, file.path)
                self._hook(call, table, file.path)
            self._hooks(file)

    def router(self, node: ast.expr, table: NameTable, path: str) -> Router | None:
        """The router that an expression stands for; one without a variable that is known has no mounts."""
        name = self._name(node, table, path)
        if name in self.found:
            return self.found[name]
        kinds = [self._kind(one) for one in self.files.names(node, table, path) if one.endswith("()")]
        known = [kind for kind in kinds if kind is not None]
        return Router(name, known[0]) if known else None

    def ways(self, router: Router, seen: frozenset[str] = frozenset()) -> list[tuple[str, tuple[Guard, ...]]]:
        """Each way to a router: the prefix of its addresses, and what guards it."""
        mounts = [mount for mount in router.mounts if mount.parent in self.found and mount.parent not in seen]
        if not mounts:
            return [(router.prefix, tuple(router.guards))]
        found = []
        for mount in mounts:
            for prefix, guards in self.ways(self.found[mount.parent], seen | {router.name}):
                own = (*guards, *mount.guards, *router.guards)
                flat = router.framework is Framework.FLASK and bool(mount.prefix)
                found.append((prefix + mount.prefix + ("" if flat else router.prefix), own))
        return found[:_MOST_MOUNTS]

    def _add(self, name: str, call: ast.Call, table: NameTable, path: str) -> None:
        kinds = [self._kind(one) for one in self.files.names(call.func, table, path)]
        kind = next((kind for kind in kinds if kind is not None), None)
        if kind is None:
            return
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        guards = self.finder.of_list(given.get("dependencies"), table, path)
        self.found[name] = Router(name, kind, self._prefix(given, table, path), list(guards))
        made = self._name(call, table, path)
        if made not in ("?", name):
            self._made_by_factory.append((made, name))

    def _kind(self, name: str) -> Framework | None:
        plain = name.removesuffix("()")
        if _by_name(plain) is not None:
            return _by_name(plain)
        where = self.files.project.locate(plain)
        if where is None:
            return None
        bases = [base.name for base in self.files.project.ancestors_of(where.path, where.qualified_name)]
        function = self.files.project.function_at(where.path, where.qualified_name)
        returned = function.returns.names if function is not None and function.returns is not None else ()
        kinds = (_by_name(base) for base in (*bases, *returned))
        return next((kind for kind in kinds if kind is not None), None)

    def _name(self, node: ast.expr, table: NameTable, path: str) -> str:
        """The variable; for a call of a factory the variable that it returns."""
        if not isinstance(node, ast.Call):
            return self.files.variable(node, table, path)
        made = self.files.find(self.files.name(node.func, table, path), path)
        if made is None or isinstance(made.node, ast.ClassDef):
            return "?"
        returned = [one.value for one in ast.walk(made.node) if isinstance(one, ast.Return) and one.value]
        return self._name(returned[-1], made.scoped.inner, made.file.path) if returned else "?"

    def _mount(self, call: ast.Call, table: NameTable, path: str) -> None:
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in _MOUNTS:
            return
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        parent = self._name(call.func.value, table, path)
        child = call.args[-1] if call.args else given.get(_MOUNTS[call.func.attr])
        if child is None:
            return
        if call.func.attr == "mount" and call.args:
            given["prefix"] = call.args[0]
        mounted = self.found.get(self._name(child, table, path))
        if mounted is not None:
            guards = self.finder.of_list(given.get("dependencies"), table, path)
            mounted.mounts.append(Mount(parent, self._prefix(given, table, path), guards))

    def _hook(self, call: ast.Call, table: NameTable, path: str) -> None:
        """`app.before_request(check)`, `app.add_middleware(Check)`."""
        if isinstance(call.func, ast.Attribute) and call.func.attr in _HOOKING:
            router = self.found.get(self._name(call.func.value, table, path))
            hooks = [Expression(argument, table, path) for argument in call.args[:1]]
            self._guard(router, call.func.attr, self.finder.follow(hooks))

    def _hooks(self, file: FileSyntax) -> None:
        """`@app.before_request`, `@app.middleware("http")`."""
        for scoped in file.all_definitions:
            for decorator in scoped.node.decorator_list:
                target = decorator.func if isinstance(decorator, ast.Call) else decorator
                if not isinstance(target, ast.Attribute) or target.attr not in _HOOKS:
                    continue
                router = self.found.get(self._name(target.value, scoped.outer, file.path))
                hook = Expression(ast.Name(scoped.node.name, ast.Load()), scoped.outer, file.path)
                self._guard(router, target.attr, self.finder.follow([hook]))

    def _guard(self, router: Router | None, hook: str, guards: tuple[Guard, ...]) -> None:
        reached = list(self.found.values()) if hook == "before_app_request" else [router]
        for one in reached:
            if one is not None and (hook != "before_app_request" or one.framework is Framework.FLASK):
                one.guards.extend(guards)

    def _prefix(self, given: dict[str | None, ast.expr], table: NameTable, path: str) -> str:
        found = [value for name, value in given.items() if name in _PREFIXES]
        return self.text(found[0], table, path) if found else ""

    def text(self, node: ast.expr, table: NameTable, path: str) -> str:
        """A literal text, straight or under a name; `{...}` for what is not known."""
        if isinstance(node, ast.Constant):
            return str(node.value or "")
        if isinstance(node, ast.Name | ast.Attribute):
            held = self.files.value(self.files.variable(node, table, path))
            if held is not None and isinstance(held[0], ast.Constant):
                return str(held[0].value)
        if isinstance(node, ast.JoinedStr):
            parts = [self.text(part, table, path) for part in node.values]
            return "".join(parts)
        return "{...}"


def _by_name(name: str) -> Framework | None:
    """The kind of a class; what other packages call a router is taken for one of FastAPI's."""
    package, last = name.partition(".")[0], name.rpartition(".")[2]
    is_foreign = last.endswith("Router") and package not in _OTHER_ROUTERS
    return _ROUTERS.get(last, Framework.FASTAPI if is_foreign else None)


def _constructed(file: FileSyntax) -> Iterator[tuple[str, ast.Call, NameTable]]:
    """Every variable that a call is assigned to."""
    for table in (file.top, *(scoped.inner for scoped in file.all_definitions)):
        for name, bound in table.bindings.items():
            for value in bound:
                if isinstance(value, ast.Call):
                    yield f"{table.dotted}.{name}".lstrip("."), value, table
        for name, given in table.attributes.items():
            for value, place in given:
                if isinstance(value, ast.Call):
                    yield f"{table.dotted}().{name}", value, place
