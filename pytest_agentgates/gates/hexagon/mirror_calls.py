"""What tests call, as far as their source tells."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pytest_agentgates.gates.hexagon.adapters import words_of
from pytest_agentgates.gates.hexagon.lineage import Lineage
from pytest_agentgates.source.definition_facts import AnnotationFact
from pytest_agentgates.source.facts import CallFact
from pytest_agentgates.source.project_facts import ProjectFacts

UNIT, INTEGRATION = "unit", "integration"
_INTEGRATION_FOLDERS = frozenset(
    {"integration", "integrations", "e2e", "end_to_end", "functional", "acceptance", "api"}
)
_UNIT_FOLDERS = frozenset({"unit", "units"})
_TEST_FOLDERS = frozenset({"test", "tests"})
_TEST_NAME = re.compile(r"test_.*\.py|.*_test\.py|tests\.py|conftest\.py")
_OTHER_OBJECTS = frozenset(
    {"client", "response", "resp", "json", "headers", "cookies", "monkeypatch", "mocker", "http"}
)
_MOST_STEPS = 20


def kinds_of(path: str) -> frozenset[str]:
    """Which kinds of tests a file holds or helps; both where its folder does not say."""
    folders = set(posixpath.dirname(path).split("/"))
    if not folders & _TEST_FOLDERS and not _TEST_NAME.fullmatch(posixpath.basename(path)):
        return frozenset()
    if folders & _UNIT_FOLDERS:
        return frozenset({UNIT})
    return frozenset({INTEGRATION} if folders & _INTEGRATION_FOLDERS else {UNIT, INTEGRATION})


@dataclass
class TestedNames:
    """The classes, methods and functions that some test files call."""

    __test__ = False  # pytest would take the name for a test class

    project: ProjectFacts
    paths: tuple[str, ...]
    exact: set[tuple[str, str]] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    loose: dict[str, set[str]] = field(default_factory=dict)
    _mentions: dict[str, frozenset[str]] = field(default_factory=dict)
    _types: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _heirs: dict[str, set[str]] | None = None

    def read(self) -> TestedNames:
        """Read all files once."""
        for path in self.paths:
            facts = self.project.file(path)
            for call in facts.calls:
                self._note_call(call, path)
            for reference in facts.references:
                for name in (reference.name, *reference.also):
                    self._note(name, path)
        return self

    def has_method(self, lineage: Lineage, name: str) -> bool:
        """Whether a test calls a method of this class, of an heir or through an ancestor, or may well do so."""
        own = lineage.chain[0].name
        classes = lineage.names | self.heirs_of(own)
        if any((one, name) in self.exact for one in classes):
            return True
        return any(self._mentioned(path) & classes for path in self.loose.get(name, ()))

    def has_function(self, full_name: str) -> bool:
        """Whether a test calls a function or makes an object of a class, or hands it on."""
        return full_name in self.functions

    def heirs_of(self, full_name: str) -> frozenset[str]:
        """The classes that tests name and that inherit from this one."""
        if self._heirs is None:
            self._heirs = {}
            for one in {one for one, _ in self.exact}:
                for name in self._names_of(one):
                    self._heirs.setdefault(name, set()).add(one)
        return frozenset(self._heirs.get(full_name, ()))

    def _names_of(self, full_name: str) -> frozenset[str]:
        where = self.project.locate(full_name)
        fact = None if where is None else self.project.class_at(where.path, where.qualified_name)
        return frozenset() if where is None or fact is None else Lineage(self.project, where.path, fact).names

    def _note_call(self, call: CallFact, path: str) -> None:
        for name in (call.name, *call.also):
            self._note(name, path)
            self._note_instance_called(name, path)
        handed = (name for argument in call.arguments for name in argument.names)
        for name in handed:
            self._note(name, path)
        if call.name.startswith("?"):
            receiver, _, method = call.written.rpartition(".")
            if receiver and not words_of(receiver.rpartition(".")[2]) & _OTHER_OBJECTS:
                self.loose.setdefault(method, set()).add(path)

    def _note(self, name: str, path: str) -> None:
        if name.startswith("?"):
            return
        self.functions.add(self.project.canonical(name, path))
        receiver, dot, method = name.rpartition(".")
        if not dot:
            return
        classes = self._types_of(receiver, path)
        self.exact.update((one, method) for one in classes)
        if not classes and "(" in receiver:
            self.loose.setdefault(method, set()).add(path)

    def _note_instance_called(self, name: str, path: str) -> None:
        if name.endswith("()"):
            self.exact.update((one, "__call__") for one in self._types_of(name, path))

    def _types_of(self, expression: str, path: str, steps: int = 0) -> frozenset[str]:
        """The classes of the project that an expression may be an instance of, or be itself."""
        key = expression, path
        if key not in self._types:
            found = self._find_types(expression, path, steps) if steps < _MOST_STEPS else frozenset()
            self._types[key] = frozenset(found)
        return self._types[key]

    def _find_types(self, expression: str, path: str, steps: int) -> Iterable[str]:
        plain = expression.removesuffix("[]").removesuffix("()")
        where = self.project.locate(plain, path)
        if where is not None and self.project.class_at(where.path, where.qualified_name) is not None:
            return [where.name]
        if where is not None and "(" not in plain:
            function = self.project.function_at(where.path, where.qualified_name)
            if function is not None:
                return self._annotated(function.returns, where.path)
        receiver, dot, member = plain.rpartition(".")
        owners = self._types_of(receiver, path, steps + 1) if dot else frozenset()
        return [one for owner in owners for one in self._types_of_member(owner, member)]

    def _types_of_member(self, owner: str, member: str) -> Iterator[str]:
        where = self.project.locate(owner)
        fact = None if where is None else self.project.class_at(where.path, where.qualified_name)
        if where is None or fact is None:
            return
        members, _ = Lineage(self.project, where.path, fact).members_until_unknown(member)
        for found in members[:1]:
            annotation = found.function.returns if found.function is not None else None
            if found.field is not None and found.function is None:
                annotation = found.field.annotation
            if annotation is not None and annotation.text.rpartition(".")[2] == "Self":
                yield owner
            yield from self._annotated(annotation, found.path)

    def _annotated(self, annotation: AnnotationFact | None, path: str) -> Iterator[str]:
        for name in () if annotation is None else annotation.names:
            where = self.project.locate(name, path)
            if where is not None and self.project.class_at(where.path, where.qualified_name) is not None:
                yield where.name

    def _mentioned(self, path: str) -> frozenset[str]:
        """Every class that a test file, its helpers or the conftest files above it import."""
        if path not in self._mentions:
            self._mentions[path] = frozenset(name for one in self._helpers(path) for name in self._imported(one))
        return self._mentions[path]

    def _helpers(self, path: str) -> frozenset[str]:
        starts = {path, *self._conftests(path)}
        graph = self.project.graph
        return graph.reachable(starts, lambda edge: bool(kinds_of(edge.imported)))

    def _conftests(self, path: str) -> Iterator[str]:
        folder = posixpath.dirname(path)
        while True:
            conftest = posixpath.join(folder, "conftest.py")
            if conftest in self.project.modules.by_path:
                yield conftest
            if not folder:
                return
            folder = posixpath.dirname(folder)

    def _imported(self, path: str) -> Iterator[str]:
        for edge in self.project.graph.edges_from(path):
            yield from (self.project.canonical(name, path) for name in edge.names)
            if edge.fact.is_star or self.project.module_of(edge.imported) in edge.names:
                module = self.project.module_of(edge.imported)
                yield from (f"{module}.{name}" for name in self.project.outline(edge.imported).defines)
