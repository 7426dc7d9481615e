"""Methods of generic bases, read once for a subclass that says which class they query."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from pytest_agentgates.gates.tenant_filter.attributes import attribute
from pytest_agentgates.gates.tenant_filter.class_syntax import Function
from pytest_agentgates.gates.tenant_filter.evaluate import evaluate
from pytest_agentgates.gates.tenant_filter.frame import Frame
from pytest_agentgates.gates.tenant_filter.functions import FileReader, Reading, is_marked
from pytest_agentgates.gates.tenant_filter.values import Callee, Entity
from pytest_agentgates.gates.tenant_filter.world import Defined


@dataclass(slots=True)
class Generics:
    """Reads the methods that a class inherits, where they query what the class alone knows."""

    reader: FileReader
    _done: set[str] = field(default_factory=set)
    _methods: dict[str, list[tuple[Defined, frozenset[str]]]] = field(default_factory=dict)

    def read(self, path: str) -> Iterator[Reading]:
        """The inherited methods of the classes of a file, each for the first class that names an owned one."""
        for found in self.reader.world.defined(path).values():
            if isinstance(found.node, ast.ClassDef):
                for above in self.reader.world.lineage(found.name)[1:]:
                    yield from self._inherited(found, above)

    def _inherited(self, found: Defined, above: Defined) -> Iterator[Reading]:
        for method, names in self._methods_of(above):
            if method.name in self._done or self.reader.world.method(found.name, method.node.name) is not method:
                continue
            if any(self._is_named_by(found, above, name) for name in names):
                self._done.add(method.name)
                yield self.reader.read_for(method, found.name)

    def _is_named_by(self, found: Defined, above: Defined, name: str) -> bool:
        entity = self._value(found, name)
        is_owned = isinstance(entity, Entity) and self.reader.world.entities.is_owned(entity.key)
        return is_owned and not isinstance(self._value(above, name), Entity)

    def _value(self, found: Defined, name: str) -> object:
        frame = Frame(self.reader.world, found, {}, found.name)
        node = ast.Attribute(ast.Name("self", ast.Load()), name, ast.Load(), lineno=0, col_offset=0)
        return attribute(frame, Callee(found.name, is_instance=True), node, evaluate)

    def _methods_of(self, found: Defined) -> list[tuple[Defined, frozenset[str]]]:
        if found.name not in self._methods:
            defined = self.reader.world.defined(found.file.path)
            held = (defined.get(f"{found.name}.{getattr(one, 'name', '')}") for one in found.node.body)
            methods = [one for one in held if one is not None and isinstance(one.node, Function)]
            named = ((one, _own_names(one.node)) for one in methods if not is_marked(one))
            self._methods[found.name] = [(one, names) for one, names in named if names]
        return self._methods[found.name]


def _own_names(node: ast.AST) -> frozenset[str]:
    """The attributes of the object or class itself that a method reads."""
    return frozenset(
        one.attr
        for one in ast.walk(node)
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id in ("self", "cls")
    )
