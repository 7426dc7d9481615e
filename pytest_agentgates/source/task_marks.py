"""Reads `pytest.mark.agent_task("ID", ...)` marks without importing what they stand in."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pytest_agentgates.source.scopes import nodes_of

MARK = "agent_task"


@dataclass(frozen=True)
class Aliases:
    """What the names of a module stand for, as far as its imports and single assignments tell."""

    imports: dict[str, str]
    values: dict[str, ast.expr]
    ambiguous: frozenset[str]

    def dotted(self, node: ast.expr) -> str:
        """`pytest.mark.skip` for an expression, under whatever names it is written; empty where it can't be told."""
        seen: set[str] = set()
        attributes: list[str] = []
        while True:
            if isinstance(node, ast.Attribute):
                attributes.append(node.attr)
                node = node.value
            elif isinstance(node, ast.Name) and node.id in self.values and node.id not in seen:
                seen.add(node.id)
                node = self.values[node.id]
            else:
                break
        if not isinstance(node, ast.Name) or node.id in self.ambiguous:
            return ""
        return ".".join([self.imports.get(node.id, node.id), *reversed(attributes)])

    def called(self, node: ast.expr) -> str:
        """The dotted name of what is called, or of the expression itself where nothing is called."""
        for _ in range(len(self.values) + 9):
            if isinstance(node, ast.Call):
                node = node.func
            elif isinstance(node, ast.Name) and node.id in self.values:
                node = self.values[node.id]
            else:
                break
        return self.dotted(node)


@dataclass(frozen=True)
class Unreadable:
    """A mark that cannot be read: where it stands (from 1) and what is the matter."""

    line: int
    column: int
    message: str


@dataclass
class MarkReader:
    """Reads the marks of one module; remembers which it has seen on tests, so that none is overlooked."""

    aliases: Aliases
    unreadable: dict[tuple[int, int], Unreadable] = field(default_factory=dict)
    seen: set[tuple[int, int]] = field(default_factory=set)

    def tasks_of(self, expressions: Sequence[ast.expr]) -> tuple[str, ...]:
        """The ids that the marks within decorators or a `pytestmark` name, in order, each once."""
        found: dict[str, None] = {}
        for expression in expressions:
            for mark in self._marks_in(expression):
                found.update(dict.fromkeys(self._ids(mark)))
        return tuple(found)

    def overlooked(self, tree: ast.Module) -> Iterator[Unreadable]:
        """The marks of a module that stand on nothing that was asked for."""
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute) or node.attr != MARK or _place(node) in self.seen:
                continue
            if self._is_mark(node):
                yield Unreadable(*_place(node), "it is not on a test, a test class or a module's pytestmark")

    def _marks_in(self, expression: ast.expr) -> Iterator[ast.expr]:
        """Marks, called or bare, anywhere within an expression and the values its names stand for."""
        pending: list[ast.AST] = [expression]
        followed: set[str] = set()
        while pending:
            node = pending.pop()
            bare = node.func if isinstance(node, ast.Call) else node
            if isinstance(bare, ast.Attribute | ast.Name) and self._is_mark(bare):
                self._note(bare)
                yield node  # type: ignore[misc]  # a call or what it calls: an expression in any case
            elif isinstance(node, ast.Name) and node.id in self.aliases.values and node.id not in followed:
                followed.add(node.id)
                pending.append(self.aliases.values[node.id])
            else:
                pending.extend(reversed(list(ast.iter_child_nodes(node))))

    def _is_mark(self, node: ast.Attribute | ast.Name) -> bool:
        parts = self.aliases.dotted(node).split(".")
        if parts[-1] != MARK:
            return False
        return parts[-2:-1] == ["mark"] or (isinstance(node, ast.Name) and node.id in self.aliases.imports)

    def _note(self, node: ast.expr) -> None:
        """The mark itself, and the one in the value of the name that it was reached by."""
        self.seen.add(_place(self._value(node)))

    def _ids(self, mark: ast.expr) -> list[str]:
        found = [self._texts(argument) for argument in mark.args] if isinstance(mark, ast.Call) else []
        if None in found:
            self._complain(mark, "its arguments are not plain texts, so its tasks cannot be read without running it")
        elif not any(found):
            self._complain(mark, "it names no task")
        return [text for texts in found for text in texts or ()]

    def _texts(self, node: ast.expr) -> list[str] | None:
        """The ids of one argument; None where they cannot be read."""
        if not isinstance(node, ast.Starred):
            text = self._text(node)
            return [text] if text else None
        value = self._value(node.value)
        if not isinstance(value, ast.Tuple | ast.List):
            return None
        texts = [self._texts(element) for element in value.elts]
        return None if None in texts else [text for found in texts for text in found or ()]

    def _text(self, node: ast.expr) -> str:
        value = self._value(node)
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value.strip()
        return ""

    def _value(self, node: ast.expr) -> ast.expr:
        for _ in range(len(self.aliases.values)):
            if not isinstance(node, ast.Name) or node.id not in self.aliases.values:
                break
            node = self.aliases.values[node.id]
        return node

    def _complain(self, node: ast.expr, message: str) -> None:
        self.unreadable[_place(node)] = Unreadable(*_place(node), message)


def read_aliases(tree: ast.Module) -> Aliases:
    """Read the imports and assignments of a module's own level."""
    imports: dict[str, set[str]] = {}
    values: dict[str, list[ast.expr]] = {}
    for statement in nodes_of(tree.body):
        for name, target in _imported(statement):
            imports.setdefault(name, set()).add(target)
        for name, value in assigned(statement):
            values.setdefault(name, []).append(value)
    unclear = {name for name, found in (*imports.items(), *values.items()) if len(found) > 1}
    unclear |= imports.keys() & values.keys()
    return Aliases(
        {name: min(found) for name, found in imports.items() if name not in unclear},
        {name: found[0] for name, found in values.items() if name not in unclear},
        frozenset(unclear),
    )


def assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Every assignment to a plain name; a loop's or a `with`'s variable has no value that could be read."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            yield name, value
            yield name, value  # no longer the one value that was assigned


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (top, top)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, f"{'.' * node.level}{node.module or ''}.{alias.name}"


def _place(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset + 1
