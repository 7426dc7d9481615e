"""The project around a function: what names mean, which functions and classes there are."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_agentgates.gates.tenant_filter.class_syntax import (
    Function,
    as_function,
    assigned,
    given_for,
    given_to_self,
    is_init_of_super,
    values_of_class,
)
from pytest_agentgates.gates.tenant_filter.owned_entities import OwnedEntities
from pytest_agentgates.gates.tenant_filter.values import Callee, Collection, Entity, Module, Thing
from pytest_agentgates.source.file_names import FileNames, names_of
from pytest_agentgates.source.scopes import definitions_in
from pytest_agentgates.source.syntax import FileSyntax, SyntaxFiles

if TYPE_CHECKING:
    from pytest_agentgates.gates.tenant_filter.frame import Executed

_URLS = "django.urls"


@dataclass(frozen=True, slots=True, eq=False)
class Defined:
    """A function or class of the project, where it stands; `owner` is the class around a method."""

    name: str
    node: Function | ast.ClassDef
    names: FileNames
    file: FileSyntax
    owner: str = ""


@dataclass(frozen=True, slots=True)
class ImplicitManager:
    """A manager that adds the tenant to the queries that begin at it; `is_always` where each of its ways does."""

    defined: Defined
    is_always: bool = True


@dataclass(slots=True)
class World:
    """Shared by the analysis of all functions of a run."""

    files: SyntaxFiles
    entities: OwnedEntities
    resolvers: frozenset[str] = frozenset()
    memo: dict[object, Thing] = field(default_factory=dict)
    followed: dict[object, tuple[Thing, tuple[Executed, ...]]] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    implicit: dict[str, ImplicitManager] = field(default_factory=dict)
    _routed: set[str] | None = None
    _names: dict[str, FileNames | None] = field(default_factory=dict)
    _defined: dict[str, dict[str, Defined]] = field(default_factory=dict)
    _found: dict[str, Defined | None] = field(default_factory=dict)
    _in_class: dict[str, dict[str, ast.expr]] = field(default_factory=dict)
    _held: dict[str, dict[str, tuple[ast.expr, Defined]]] = field(default_factory=dict)
    _ancestors: dict[str, tuple[Defined, ...]] = field(default_factory=dict)

    def names(self, path: str) -> FileNames | None:
        """The names of a file, None where it cannot be parsed."""
        if path not in self._names:
            file = self.files.of(path)
            self._names[path] = names_of(self.files, file) if file is not None else None
        return self._names[path]

    def defined(self, path: str) -> dict[str, Defined]:
        """The functions, classes and methods of a file by dotted name."""
        if path not in self._defined:
            file, names = self.files.of(path), self.names(path)
            found = _definitions(file, names) if file is not None and names is not None else {}
            self._defined[path] = found
        return self._defined[path]

    def find(self, name: str) -> Defined | None:
        """A function or class by dotted name, None outside the project."""
        if name in self._found:
            return self._found[name]
        self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> Defined | None:
        where = self.files.project.locate(name)
        if where is None:
            return None
        module = self.files.project.module_of(where.path)
        return self.defined(where.path).get(f"{module}.{where.qualified_name}")

    def method(self, owner: str, name: str, above: str = "") -> Defined | None:
        """The method that a class or its nearest ancestor in the project defines; only those behind `above`."""
        lineage = self.lineage(owner)
        names = [one.name for one in lineage]
        for found in lineage[names.index(above) + 1 :] if above in names else lineage:
            method = self.defined(found.file.path).get(f"{found.name}.{name}")
            if method is not None:
                return method
        return None

    def lineage(self, owner: str) -> tuple[Defined, ...]:
        """A class and its ancestors inside the project, near ones first."""
        if owner not in self._ancestors:
            self._ancestors[owner] = ()
            found = self.find(owner)
            if found is not None and isinstance(found.node, ast.ClassDef):
                bases = [found.names.canonical(_plain(base)) for base in found.node.bases]
                above = [one for base in bases if base != owner for one in self.lineage(base)]
                self._ancestors[owner] = tuple(dict.fromkeys((found, *above)))
        return self._ancestors[owner]

    def meaning(self, node: ast.expr, names: FileNames) -> Thing | None:
        """What a dotted name means on the top level of a file."""
        name = names.canonical(node)
        if name == "?":
            return None
        return self.named(name)

    def named(self, name: str) -> Thing:
        """What a dotted name stands for."""
        if name in self.entities.mapped.by_key:
            return Entity(name, name)
        found = self.find(name)
        return Callee(found.name) if found is not None else Module(name)

    @property
    def routed(self) -> set[str]:
        """The functions that URL configurations of Django name, by dotted name."""
        if self._routed is None:
            project = self.files.project
            paths = [path for path in project.paths if any(one.target == _URLS for one in project.imports(path))]
            self._routed = {name for path in paths for name in self._views_in(path)}
        return self._routed

    def _views_in(self, path: str) -> Iterator[str]:
        file, names = self.files.of(path), self.names(path)
        for node in ast.walk(file.tree) if file is not None else ():
            if isinstance(node, ast.Call) and len(node.args) > 1 and names is not None:
                yield names.canonical(node.args[1])

    def variable(self, name: str) -> tuple[ast.expr, Defined] | None:
        """The expression that a module gives one of its variables, by dotted name."""
        module, _, variable = name.rpartition(".")
        path = self.files.project.modules.file_of(module)
        body = self.body(path) if path is not None else None
        if body is None:
            return None
        given = (assigned(statement, variable) for statement in reversed(body.file.tree.body))
        value = next((one for one in given if one is not None), None)
        return (value, body) if value is not None else None

    def body(self, path: str) -> Defined | None:
        """The statements of a module outside of functions and classes, as those of a function."""
        file, names = self.files.of(path), self.names(path)
        if file is None or names is None:
            return None
        return Defined(f"{names.module}.<module>", as_function(file.tree), names, file)

    def class_body(self, found: Defined) -> Defined:
        """The statements of a class body, as those of a function."""
        return Defined(f"{found.name}.<class>", as_function(found.node), found.names, found.file, found.name)

    def class_value(self, owner: str, name: str) -> tuple[ast.expr, Defined] | None:
        """The expression that a class body or an ancestor's gives an attribute."""
        for found in self.lineage(owner):
            if found.name not in self._in_class:
                self._in_class[found.name] = values_of_class(found.node)
            value = self._in_class[found.name].get(name)
            if value is not None:
                return value, found
        return None

    def held_value(self, owner: str, name: str) -> tuple[ast.expr, Defined] | None:
        """The expression that a method, `__init__` first, gives `self.name`."""
        for found in self.lineage(owner):
            if found.name not in self._held:
                self._held[found.name] = self._held_in(found)
            held = self._held[found.name].get(name)
            if held is not None:
                return held
        return None

    def constructor_argument(self, owner: str, held: tuple[ast.expr, Defined]) -> tuple[ast.expr, Defined] | None:
        """What a subclass gives its parent's `__init__` for a parameter that this keeps."""
        expression, parent = held
        child = self.method(owner, "__init__")
        if not isinstance(expression, ast.Name) or child is None or child.owner == parent.owner:
            return None
        for node in ast.walk(child.node):
            if isinstance(node, ast.Call) and is_init_of_super(node):
                value = given_for(node, parent.node, expression.id)
                return (value, child) if value is not None else None
        return None

    def _held_in(self, found: Defined) -> dict[str, tuple[ast.expr, Defined]]:
        values: dict[str, tuple[ast.expr, Defined]] = {}
        for method in sorted(found.node.body, key=lambda one: getattr(one, "name", "") != "__init__"):
            if isinstance(method, Function):
                here = self.defined(found.file.path).get(f"{found.name}.{method.name}", found)
                for name, value in given_to_self(method):
                    values.setdefault(name, (value, here))
        return values

    def collection(self, name: str) -> Collection | None:
        """A collection of documents by its name; only those that the configuration calls owned."""
        table = name if name in self.entities.tenant.columns else ""
        return Collection(table) if table and table not in self.entities.mapped.by_name else None


def _plain(base: ast.expr) -> ast.expr:
    return base.value if isinstance(base, ast.Subscript) else base


def _definitions(file: FileSyntax, names: FileNames) -> dict[str, Defined]:
    """Of definitions of one name the last has it; the others are judged as well, under a key that nothing names."""
    found: dict[str, Defined] = {}
    pending: list[tuple[Sequence[ast.stmt], str, str]] = [(file.tree.body, names.module, "")]
    while pending:
        body, prefix, owner = pending.pop()
        inside = sorted(definitions_in(body), key=lambda node: node.lineno)
        last = {node.name: node for node in inside}
        for node in inside:
            name = f"{prefix}.{node.name}"
            key = name if last[node.name] is node else f"{name}#{node.lineno}"
            found[key] = Defined(name, node, names, file, owner)
            pending.append((node.body, key, name if isinstance(node, ast.ClassDef) else owner))
    return found
