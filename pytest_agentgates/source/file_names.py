"""What a plain name means in one file, by its imports and its top level."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pytest_agentgates.source.project_facts import ProjectFacts
from pytest_agentgates.source.syntax import FileSyntax, SyntaxFiles

_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(slots=True)
class FileNames:
    """The names of one file; imports inside functions count for the whole file."""

    project: ProjectFacts
    path: str
    module: str
    bound: dict[str, str]
    stars: tuple[str, ...]
    _known: dict[str, str] = field(default_factory=dict)

    def dotted(self, node: ast.expr) -> str:
        """The dotted name of an expression from the top, `?` where it has none."""
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value)
            return f"{base}.{node.attr}" if base != "?" else "?"
        return self.bound.get(node.id, self._starred(node.id)) if isinstance(node, ast.Name) else "?"

    def canonical(self, node: ast.expr) -> str:
        """The dotted name under which the thing is defined."""
        name = self.dotted(node)
        if name not in self._known:
            self._known[name] = self._canonical(name) if name != "?" else "?"
        return self._known[name]

    def _canonical(self, name: str) -> str:
        where = self.project.locate(name, self.path)
        if where is None:
            return self.project.canonical(name, self.path)
        return ".".join(part for part in (self.project.module_of(where.path), where.qualified_name) if part)

    def _starred(self, name: str) -> str:
        for module in self.stars:
            where = self.project.locate(f"{module}.{name}", self.path)
            if where is not None and where.is_defined:
                return f"{module}.{name}"
        return "?"


def names_of(files: SyntaxFiles, file: FileSyntax) -> FileNames:
    """The names of a parsed file."""
    module = files.project.module_of(file.path)
    imports = files.project.imports(file.path)
    bound: dict[str, str] = {}
    for one in imports:
        if one.names:
            bound.update((here or name, f"{one.target}.{name}") for name, here in one.names)
        elif one.bound:
            bound[one.bound] = one.target
        elif not one.is_star:
            top = one.target.partition(".")[0]
            bound.setdefault(top, top)
    bound.update((name, f"{module}.{name}") for name in _defined(file.tree.body))
    return FileNames(files.project, file.path, module, bound, tuple(one.target for one in imports if one.is_star))


def _defined(body: Iterable[ast.stmt]) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, _DEFINITIONS):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))
