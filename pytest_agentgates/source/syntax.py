"""The syntax of single files, for rules that need the order of statements; parsed only where a gate asks."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from pytest_agentgates.core.workspace_port import Workspace
from pytest_agentgates.source.facts import Problem
from pytest_agentgates.source.name_table import NameTable, meanings
from pytest_agentgates.source.project_facts import ProjectFacts, read_source
from pytest_agentgates.source.shared_facts import facts_of
from pytest_agentgates.source.source_text import SourceText, decode
from pytest_agentgates.source.walk_scopes import Walked, walk_scopes

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Scoped:
    """A definition, the scope it stands in and the scope it makes."""

    node: Function | ast.ClassDef
    outer: NameTable
    inner: NameTable


class FileSyntax:
    """One parsed file with the names of its scopes."""

    def __init__(self, path: str, text: SourceText, tree: ast.Module, module: str, is_package: bool) -> None:
        self.path = path
        self.text = text
        self.tree = tree
        self._named = (module, is_package)

    @cached_property
    def _walked(self) -> Walked:
        return walk_scopes(self.tree, *self._named)

    @cached_property
    def top(self) -> NameTable:
        """The names of the module."""
        return self._top(self._named[0])

    @cached_property
    def definitions(self) -> dict[str, Scoped]:
        """Functions and classes by qualified name; of several with one name the last."""
        return {inner.qualified_name: Scoped(node, outer, inner) for node, outer, inner in self._walked.definitions}

    @property
    def all_definitions(self) -> Iterator[Scoped]:
        """Functions and classes, those that a later one hides included."""
        return (Scoped(*found) for found in self._walked.definitions)

    @property
    def calls(self) -> list[tuple[ast.Call, NameTable]]:
        """Every call with the scope it stands in."""
        return self._walked.calls

    def code(self, line: int) -> str:
        """One line without the space around it."""
        return self.text.code(line)

    def _top(self, module: str) -> NameTable:
        tables = (*(call[1] for call in self._walked.calls[:1]), *(read[1] for read in self._walked.reads[:1]))
        tables += tuple(found[1] for found in self._walked.definitions[:1])
        return tables[0].top if tables else NameTable(module)


@dataclass(frozen=True, slots=True)
class Found:
    """A definition of the project, and the file it stands in."""

    file: FileSyntax
    scoped: Scoped

    @property
    def node(self) -> Function | ast.ClassDef:
        """The `def` or `class`."""
        return self.scoped.node

    @property
    def name(self) -> str:
        """The dotted name from the top."""
        return self.scoped.inner.dotted


@dataclass(slots=True)
class SyntaxFiles:
    """Parses a file when it is first asked for."""

    project: ProjectFacts
    _files: dict[str, FileSyntax | None] = field(default_factory=dict)

    def of(self, path: str) -> FileSyntax | None:
        """One file, None where it cannot be parsed."""
        if path not in self._files:
            self._files[path] = self._parse(path)
        return self._files[path]

    def find(self, name: str, importer: str = "") -> Found | None:
        """The function or class that a dotted name means, None outside the project."""
        where = self.project.locate(name, importer)
        file = self.of(where.path) if where is not None else None
        scoped = file.definitions.get(where.qualified_name) if file is not None and where is not None else None
        return Found(file, scoped) if file is not None and scoped is not None else None

    def names(self, node: ast.expr, table: NameTable, path: str) -> tuple[str, ...]:
        """What an expression may mean, under the names the things are defined by."""
        return tuple(dict.fromkeys(self.project.canonical(name, path) for name in meanings(node, table)))

    def name(self, node: ast.expr, table: NameTable, path: str) -> str:
        """The likeliest of what an expression may mean."""
        return self.names(node, table, path)[0]

    def variable(self, node: ast.expr, table: NameTable, path: str) -> str:
        """The name under which a variable itself is known from the top, whatever it holds; `?` where it has none."""
        plain = variable_of(node, table)
        return self.project.canonical(plain, path)

    def value(self, variable: str) -> tuple[ast.expr, NameTable, FileSyntax] | None:
        """The expression that a module's variable was given last."""
        where = self.project.locate(variable)
        file = self.of(where.path) if where is not None else None
        if where is None or file is None:
            return None
        bound = [one for one in file.top.bindings.get(where.qualified_name, ()) if isinstance(one, ast.expr)]
        return (bound[-1], file.top, file) if bound else None

    def _parse(self, path: str) -> FileSyntax | None:
        source = read_source(self.project.root, path)
        if isinstance(source, Problem) or self.project.outline(path).problem is not None:
            return None
        try:
            text = decode(source)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None  # it changed after its facts were read, which tell what is wrong with it
        module = self.project.modules.by_path[path]
        return FileSyntax(path, text, tree, module.name, module.is_package)


def syntax_of(workspace: Workspace) -> SyntaxFiles:
    """The parsed files of a run, shared by all gates."""
    return workspace.once(_syntax)


def variable_of(node: ast.expr, table: NameTable) -> str:
    """The dotted name of a variable without following what it was given."""
    if isinstance(node, ast.Attribute):
        base = variable_of(node.value, table)
        return f"{base}.{node.attr}" if base != "?" else "?"
    if not isinstance(node, ast.Name):
        return "?"
    home: NameTable | None = table
    while home is not None and (node.id not in home.bindings or (home.is_class and home is not table)):
        home = home.parent
    if home is None:
        return meanings(node, table)[0]
    last = home.bindings[node.id][-1]
    return last if isinstance(last, str) else f"{home.dotted}.{node.id}".lstrip(".")


def _syntax(workspace: Workspace) -> SyntaxFiles:
    return SyntaxFiles(facts_of(workspace))
