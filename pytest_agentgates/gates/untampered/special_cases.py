"""TMP011: product code that answers the tests' own inputs with the tests' own answers."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.gates.untampered.examples import Example, Literals, is_literal
from pytest_agentgates.gates.untampered.rules import SPECIAL_CASE
from pytest_agentgates.gates.untampered.test_bodies import functions_of
from pytest_agentgates.gates.untampered.values import Values, module_values, source_of
from pytest_agentgates.gates.untampered.versions import Versions

_BASE_CASES = 2  # up to this a number is more likely the end of a recursion than an example of a test


@dataclass(frozen=True)
class _Case:
    inputs: Literals
    output: str
    line: int


def accuse_special_cases(file: Versions, examples: frozenset[Example]) -> Iterator[Finding]:
    """A finding for each new special case that is word for word an example of a test.

    One for words is advice: a table of words may well be what was asked for.
    """
    if file.new_tree is None:
        return
    old = {example for example, _ in _cases_by_function(file.old_tree)} if file.old_tree else set()
    for case, line in _cases_by_function(file.new_tree):
        if case in old or case not in examples:
            continue
        yield Finding(
            SPECIAL_CASE.code,
            f"{case.function} answers ({', '.join(case.inputs)}) with {case.output}, as a test asks for",
            file.path,
            line,
            fix="compute the answer for every input",
            severity=Severity.ERROR if _is_an_example(case) else Severity.WARNING,
            snippet=file.line(line),
        )


def _is_an_example(case: Example) -> bool:
    """Whether the inputs are those of an example rather than a word with a meaning or the end of a recursion."""
    numbers = [value for text in case.inputs if (value := _number(text)) is not None]
    return bool(numbers) and (len(case.inputs) > 1 or abs(numbers[0]) > _BASE_CASES)


def _number(text: str) -> float | None:
    try:
        return float(str(ast.literal_eval(text)))
    except (ValueError, SyntaxError):
        return None


def _cases_by_function(tree: ast.Module) -> Iterator[tuple[Example, int]]:
    outer = module_values(tree)
    for name, node in functions_of(tree.body):
        for case in _cases(node, outer):
            yield Example(name.rpartition("::")[2], case.inputs, case.output), case.line


def _cases(node: ast.FunctionDef | ast.AsyncFunctionDef, outer: Values) -> Iterator[_Case]:
    nodes = list(ast.walk(node))
    for found in nodes:
        match found:
            case ast.If(test=test, body=[ast.Return(value=ast.expr() as value), *_]):
                yield from _case(test, value)
            case ast.IfExp(test=test, body=value):
                yield from _case(test, value)
            case ast.Match(cases=cases):
                for one in cases:
                    yield from _matched(one)
    for table in _tables(node, nodes, outer):
        yield from _entries(table)


def _case(test: ast.expr, value: ast.expr) -> Iterator[_Case]:
    inputs = _compared_with(test)
    if inputs and is_literal(value):
        yield _Case(inputs, source_of(value), test.lineno)


def _compared_with(test: ast.expr) -> Literals:
    """The literals that a condition compares with, empty where it does more than that."""
    match test:
        case ast.BoolOp(op=ast.And(), values=parts):
            found = [_compared_with(part) for part in parts]
            return tuple(text for inputs in found for text in inputs) if all(found) else ()
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            literal = right if is_literal(right) else left
            other = left if literal is right else right
            if not is_literal(literal) or is_literal(other):
                return ()
            if isinstance(literal, ast.Tuple) and isinstance(other, ast.Tuple):
                return tuple(map(source_of, literal.elts))
            return (source_of(literal),)
    return ()


def _matched(case: ast.match_case) -> Iterator[_Case]:
    if not case.body or not isinstance(case.body[0], ast.Return) or case.body[0].value is None:
        return
    value = case.body[0].value
    patterns: Sequence[ast.pattern] = (
        case.pattern.patterns if isinstance(case.pattern, ast.MatchSequence) else [case.pattern]
    )
    literals = [pattern.value for pattern in patterns if isinstance(pattern, ast.MatchValue)]
    if literals and len(literals) == len(patterns) and is_literal(value):
        yield _Case(tuple(map(source_of, literals)), source_of(value), case.pattern.lineno)


def _tables(node: ast.AST, nodes: Sequence[ast.AST], outer: Values) -> Iterator[ast.Dict]:
    """The literal tables that a function looks its answer up in; `nodes` are all inside it."""
    looked = list(_looked_up(nodes))
    values = outer.within(node) if looked else outer
    for where in looked:
        table = values.fill(where)
        if isinstance(table, ast.Dict):
            yield table


def _looked_up(nodes: Sequence[ast.AST]) -> Iterator[ast.expr]:
    for found in nodes:
        match found:
            case ast.Subscript(value=where) | ast.Call(func=ast.Attribute(value=where, attr="get")):
                yield where


def _entries(table: ast.Dict) -> Iterator[_Case]:
    for key, value in zip(table.keys, table.values, strict=True):
        if key is not None and is_literal(key) and is_literal(value):
            inputs = tuple(map(source_of, key.elts)) if isinstance(key, ast.Tuple) else (source_of(key),)
            yield _Case(inputs, source_of(value), key.lineno)
