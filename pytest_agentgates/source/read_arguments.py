"""Makes facts of arguments, defaults and annotations."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from pytest_agentgates.source.definition_facts import AnnotationFact, ArgumentFact, DecoratorFact, Literal
from pytest_agentgates.source.name_table import NameTable, meanings, unquoted
from pytest_agentgates.source.source_text import SourceText

_DOTTED = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Await)
_MOST_NODES = 200


def read_arguments(
    positional: Iterable[ast.expr], keywords: Iterable[ast.keyword], table: NameTable
) -> tuple[ArgumentFact, ...]:
    """The arguments of a call or of a class statement, in order."""
    plain = [
        read_argument(node.value, table, "*") if isinstance(node, ast.Starred) else read_argument(node, table)
        for node in positional
    ]
    return (*plain, *(read_argument(keyword.value, table, keyword.arg or "**") for keyword in keywords))


def read_argument(node: ast.expr, table: NameTable, keyword: str = "") -> ArgumentFact:
    """One argument or default."""
    if isinstance(node, ast.Constant):
        value = _literal(node)
        return ArgumentFact(keyword, "", True, value, (), (value,))
    if isinstance(node, ast.Name):
        name = _name(node, table)
        return ArgumentFact(keyword, name, False, None, (name,), ())
    names, literals = _inside(node, table)
    name = _name(node, table) if isinstance(node, _DOTTED) else ""
    return ArgumentFact(keyword, name, False, None, names, literals)


def read_decorator(node: ast.expr, table: NameTable) -> DecoratorFact:
    """One decorator, called or not."""
    if not isinstance(node, ast.Call):
        return DecoratorFact(_name(node, table), (), False, node.lineno)
    arguments = read_arguments(node.args, node.keywords, table)
    return DecoratorFact(_name(node.func, table), arguments, True, node.lineno)


def read_annotation(node: ast.expr | None, table: NameTable, text: SourceText) -> AnnotationFact | None:
    """An annotation as written, and the names in it, those in quotes included."""
    if node is None:
        return None
    names = tuple(dict.fromkeys(name for part in _spelled_out(node) for name in meanings(part, table)))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return AnnotationFact(node.value, names)
    return AnnotationFact(text.segment(node), names)


def _literal(node: ast.Constant) -> Literal:
    value = node.value
    return value if value is None or isinstance(value, str | int | float) else repr(value)


def _name(node: ast.expr, table: NameTable) -> str:
    return meanings(node, table)[0]


def _inside(node: ast.expr, table: NameTable) -> tuple[tuple[str, ...], tuple[Literal, ...]]:
    """All dotted names and literals anywhere inside; a very large value is looked at only in part."""
    names: dict[str, None] = {}
    literals: list[Literal] = []
    pending: list[ast.AST] = [node]
    for _ in range(_MOST_NODES):
        if not pending:
            break
        here = pending.pop()
        if isinstance(here, ast.Constant):
            literals.append(_literal(here))
        elif isinstance(here, ast.Name | ast.Attribute):
            names.update(dict.fromkeys(meanings(here, table)))
            pending.extend(_hung_on(here))
        else:
            pending.extend(reversed(list(ast.iter_child_nodes(here))))
    return tuple(names), tuple(literals)


def _hung_on(node: ast.expr) -> Iterator[ast.expr]:
    while isinstance(node, ast.Attribute):
        node = node.value
    if not isinstance(node, ast.Name):
        yield node


def _spelled_out(annotation: ast.expr) -> Iterator[ast.Name | ast.Attribute]:
    pending: list[ast.AST] = [annotation]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Name | ast.Attribute):
            yield node
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            inner = unquoted(node.value)
            pending.extend([] if isinstance(inner, ast.Constant) else [inner])
        else:
            pending.extend(reversed(list(ast.iter_child_nodes(node))))
