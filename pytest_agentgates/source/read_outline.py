"""Reads what a module imports and what it binds, from its statements alone."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pytest_agentgates.source.facts import ImportFact, ImportKind, Outline
from pytest_agentgates.source.import_statements import bound_by, facts_of
from pytest_agentgates.source.name_table import NameTable, meanings
from pytest_agentgates.source.source_text import SourceText
from pytest_agentgates.source.type_checking import TypeCheckingNames

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LEAVES = (ast.Expr, ast.Return, ast.Pass, ast.Raise, ast.Assert, ast.Global, ast.Nonlocal, ast.Break, ast.Continue)
# A definition without these words says nothing to the outline.
_TELLING = ("import", "TYPE_CHECKING")
_DOTTED = (ast.Name, ast.Attribute, ast.Call)


def read_outline(tree: ast.Module, text: SourceText, module: str, is_package: bool) -> Outline:
    """Every import statement, wherever it stands, and the names of the module itself."""
    telling = sorted(line for word in _TELLING for line in text.lines_with(word))
    reader = _Reader(text, (module, is_package), NameTable(module), telling)
    reader.read(tree.body)
    imports = sorted(reader.imports, key=lambda fact: (fact.line, fact.column))
    return Outline(tuple(imports), tuple(dict.fromkeys(reader.defines)), tuple(_aliases(reader)))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a statement stands: `is_top` where it binds names of the module."""

    kind: ImportKind = ImportKind.MODULE
    is_top: bool = True


@dataclass(slots=True)
class _Reader:
    text: SourceText
    module: tuple[str, bool]
    names: NameTable
    telling: list[int]
    checking: TypeCheckingNames = field(default_factory=TypeCheckingNames)
    imports: list[ImportFact] = field(default_factory=list)
    defines: list[str] = field(default_factory=list)
    values: list[tuple[str, ast.expr]] = field(default_factory=list)

    def read(self, body: Sequence[ast.stmt]) -> None:
        """Walk all statements; without recursion, because `elif` nests as deep as it is long."""
        pending = [(statement, _Place()) for statement in reversed(body)]
        while pending:
            statement, place = pending.pop()
            if isinstance(statement, _LEAVES):
                continue
            if isinstance(statement, ast.Import | ast.ImportFrom):
                self._import(statement, place)
                continue
            below = [(inner, where) for block, where in self._blocks(statement, place) for inner in block]
            pending.extend(reversed(below))

    def _import(self, statement: ast.Import | ast.ImportFrom, place: _Place) -> None:
        for fact in facts_of(statement, self.module, place.kind, self.text):
            self.imports.append(fact)
            self.checking.see_import(fact)
            if place.is_top:
                for name, meaning in bound_by(fact):
                    self.names.bind(name, meaning)

    def _blocks(self, statement: ast.stmt, place: _Place) -> Iterator[tuple[Sequence[ast.stmt], _Place]]:
        if isinstance(statement, _DEFINITIONS):
            if place.is_top:
                self.defines.append(statement.name)
            is_class = isinstance(statement, ast.ClassDef)
            kind = place.kind if is_class or place.kind is ImportKind.TYPE_CHECKING else ImportKind.FUNCTION
            if self._is_telling(statement):
                yield statement.body, _Place(kind, is_top=False)
        elif isinstance(statement, ast.If):
            yield from self._branches(statement, place)
        else:
            self._bind(statement, place)
            for block in _blocks_of(statement):
                yield block, place

    def _is_telling(self, statement: ast.stmt) -> bool:
        index = bisect_left(self.telling, statement.lineno)
        return index < len(self.telling) and self.telling[index] <= (statement.end_lineno or statement.lineno)

    def _branches(self, statement: ast.If, place: _Place) -> Iterator[tuple[Sequence[ast.stmt], _Place]]:
        never = _Place(ImportKind.TYPE_CHECKING, place.is_top)
        is_checking = self.checking.is_true_only_there(statement.test)
        is_running = self.checking.is_false_only_there(statement.test)
        yield statement.body, never if is_checking else place
        yield statement.orelse, never if is_running else place

    def _bind(self, statement: ast.stmt, place: _Place) -> None:
        self.checking.see_statement(statement)
        if not place.is_top:
            return
        for target, value in _targets(statement):
            self.defines.extend(_names_in(target))
            if isinstance(target, ast.Name) and isinstance(value, _DOTTED):
                self.values.append((target.id, value))


def _aliases(reader: _Reader) -> Iterator[tuple[str, str]]:
    """What the module's own names stand for, where that is another name."""
    for name in reader.defines:
        if name not in reader.names.bindings:
            reader.names.bind(name, f"{reader.module[0]}.{name}")
    for name, value in reader.values:
        for meant in meanings(value, reader.names)[:1]:
            if not meant.startswith("?") and meant != f"{reader.module[0]}.{name}":
                yield name, meant


def _blocks_of(statement: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    if isinstance(statement, ast.Match):
        for case in statement.cases:
            yield case.body
        return
    for name in ("body", "orelse", "finalbody"):
        yield getattr(statement, name, ())
    for handler in getattr(statement, "handlers", ()):
        yield handler.body


def _targets(statement: ast.stmt) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield target, statement.value
    elif isinstance(statement, ast.AnnAssign):
        yield statement.target, statement.value
    elif isinstance(statement, ast.For | ast.AsyncFor):
        yield statement.target, None
    elif isinstance(statement, ast.With | ast.AsyncWith):
        yield from ((item.optional_vars, None) for item in statement.items if item.optional_vars is not None)
    elif isinstance(statement, getattr(ast, "TypeAlias", ())):
        yield statement.name, None  # type: ignore[attr-defined]  # Python 3.12 and later


def _names_in(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _names_in(element)
    elif isinstance(target, ast.Starred):
        yield from _names_in(target.value)
