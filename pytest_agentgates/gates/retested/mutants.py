"""Small faults in changed lines: each is one that a test of that line ought to notice."""

from __future__ import annotations

import ast
import copy
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}
# What is not looked into: messages, annotations, and text whose parts have no place of their own.
_OPAQUE: TypeAlias = ast.JoinedStr | ast.Raise | ast.Assert | ast.Import | ast.ImportFrom
_ANNOTATIONS = ("annotation", "returns", "decorator_list", "type_params")


@dataclass(frozen=True)
class Mutant:
    """A file with one small fault; `change` says which."""

    path: str
    line: int
    change: str
    source: bytes


def mutants_of(path: str, source: bytes, lines: Collection[int]) -> Iterator[Mutant]:
    """Every mutant whose fault begins in one of the lines; none for a file that does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
            source.decode("utf-8")
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in _nodes(tree):
        if getattr(node, "lineno", 0) in lines:
            for fault in _faults(node):
                yield _mutant(path, source, node, fault)


def choose(mutants: Sequence[Mutant], count: int) -> tuple[Mutant, ...]:
    """At most `count` of them, spread over the lines: one of each line before a second of any."""
    first = {(mutant.path, mutant.line): mutant for mutant in reversed(mutants)}
    rest = [mutant for mutant in mutants if first[mutant.path, mutant.line] is not mutant]
    spread = _spread(list(reversed(first.values())), count)
    return (*spread, *_spread(rest, count - len(spread)))


def _spread(mutants: Sequence[Mutant], count: int) -> list[Mutant]:
    if len(mutants) <= count:
        return list(mutants)
    return [mutants[index * len(mutants) // count] for index in range(count)]


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    for name, value in ast.iter_fields(node):
        children = value if isinstance(value, list) else [value]
        for child in children if name not in _ANNOTATIONS else ():
            if isinstance(child, ast.AST) and not isinstance(child, _OPAQUE) and not _is_text(child):
                yield child
                yield from _nodes(child)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _faults(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[operator, *rest]):
            yield ast.Compare(node.left, [_COMPARISONS[type(operator)](), *rest], node.comparators)
        case ast.BoolOp(op=operator, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
        case ast.BinOp(op=operator) if type(operator) in _ARITHMETIC and not _joins_text(node):
            yield ast.BinOp(node.left, _ARITHMETIC[type(operator)](), node.right)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case _:
            yield from _other_values(node)


def _other_values(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))


def _joins_text(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str | bytes))
        for side in sides
    )


def _mutant(path: str, source: bytes, node: ast.AST, fault: ast.AST) -> Mutant:
    starts = _line_starts(source)
    start = starts[getattr(node, "lineno") - 1] + getattr(node, "col_offset")  # noqa: B009 - any node with a place
    end = starts[getattr(node, "end_lineno") - 1] + getattr(node, "end_col_offset")  # noqa: B009 - as above
    text = ast.unparse(copy.deepcopy(fault))
    new = text if isinstance(fault, ast.Return | ast.Constant) else f"({text})"
    change = f"`{_short(ast.unparse(node))}` becomes `{_short(text)}`"
    return Mutant(path, getattr(node, "lineno"), change, source[:start] + new.encode() + source[end:])  # noqa: B009 - as above


def _line_starts(source: bytes) -> list[int]:
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _short(text: str, limit: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
