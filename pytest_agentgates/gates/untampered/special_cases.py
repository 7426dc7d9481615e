"""TMP011: product code that answers the tests' own inputs with the tests' own answers."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.gates.untampered.rules import SPECIAL_CASE
from pytest_agentgates.gates.untampered.test_bodies import functions_of
from pytest_agentgates.gates.untampered.values import Values, module_values, source_of
from pytest_agentgates.gates.untampered.versions import Versions
from pytest_agentgates.source.task_marks import read_aliases

_BASE_CASES = 2  # up to this a number is more likely the end of a recursion than an example of a test
_Literals = tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """What a test asserts of a function: these literal arguments give that literal; both as source."""

    function: str
    inputs: _Literals
    output: str


@dataclass(frozen=True)
class _Case:
    inputs: _Literals
    output: str
    line: int


def examples_of(trees: Iterable[ast.Module]) -> frozenset[Example]:
    """Every example that test files give, parameter sets included."""
    return frozenset(example for tree in trees for example in _examples(tree))


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


def _examples(tree: ast.Module) -> Iterator[Example]:
    outer = module_values(tree)
    for _, node in functions_of(tree.body):
        for values in _parametrized(node, outer, tree):
            inside = values.within(node)
            bound = Values({**inside.by_name, **values.by_name})
            for check in ast.walk(node):
                if isinstance(check, ast.Assert):
                    yield from _example(bound.fill(check.test))
                elif isinstance(check, ast.Call) and _name(check.func) in ("assertEqual", "assertEquals"):
                    yield from _compared(*[bound.fill(argument) for argument in check.args[:2]])


def _parametrized(node: ast.FunctionDef | ast.AsyncFunctionDef, outer: Values, tree: ast.Module) -> Iterator[Values]:
    """The values of the parameters, one for each literal parameter set."""
    aliases = read_aliases(tree)
    found = False
    for decorator in node.decorator_list:
        if not isinstance(decorator, ast.Call) or aliases.called(decorator) != "pytest.mark.parametrize":
            continue
        names, sets = (outer.fill(argument) for argument in decorator.args[:2])
        for values in sets.elts if isinstance(sets, ast.List | ast.Tuple) else ():
            found = True
            yield Values(dict(zip(_names(names), _elements(values), strict=False)))
    if not found:
        yield outer


def _names(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return [name.strip() for name in str(node.value).split(",")]
    return [str(item.value) for item in getattr(node, "elts", []) if isinstance(item, ast.Constant)]


def _elements(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Call) and _name(node.func) == "param":
        return node.args
    return list(node.elts) if isinstance(node, ast.Tuple | ast.List) else [node]


def _example(node: ast.expr) -> Iterator[Example]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq | ast.Is):
        yield from _compared(node.left, node.comparators[0])


def _compared(left: ast.expr, right: ast.expr) -> Iterator[Example]:
    for call, answer in ((left, right), (right, left)):
        if isinstance(call, ast.Call) and _is_literal(answer):
            arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
            if arguments and all(_is_literal(argument) for argument in arguments):
                yield Example(_name(call.func), tuple(map(source_of, arguments)), source_of(answer))


def _cases_by_function(tree: ast.Module) -> Iterator[tuple[Example, int]]:
    for name, node in functions_of(tree.body):
        for case in _cases(node, tree):
            yield Example(name.rpartition("::")[2], case.inputs, case.output), case.line


def _cases(node: ast.FunctionDef | ast.AsyncFunctionDef, tree: ast.Module) -> Iterator[_Case]:
    for found in ast.walk(node):
        match found:
            case ast.If(test=test, body=[ast.Return(value=ast.expr() as value), *_]):
                yield from _case(test, value)
            case ast.IfExp(test=test, body=value):
                yield from _case(test, value)
            case ast.Match(cases=cases):
                for one in cases:
                    yield from _matched(one)
    for table in _tables(node, tree):
        yield from _entries(table)


def _case(test: ast.expr, value: ast.expr) -> Iterator[_Case]:
    inputs = _compared_with(test)
    if inputs and _is_literal(value):
        yield _Case(inputs, source_of(value), test.lineno)


def _compared_with(test: ast.expr) -> _Literals:
    """The literals that a condition compares with, empty where it does more than that."""
    match test:
        case ast.BoolOp(op=ast.And(), values=parts):
            found = [_compared_with(part) for part in parts]
            return tuple(text for inputs in found for text in inputs) if all(found) else ()
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            literal = right if _is_literal(right) else left
            other = left if literal is right else right
            if not _is_literal(literal) or _is_literal(other):
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
    if literals and len(literals) == len(patterns) and _is_literal(value):
        yield _Case(tuple(map(source_of, literals)), source_of(value), case.pattern.lineno)


def _tables(node: ast.AST, tree: ast.Module) -> Iterator[ast.Dict]:
    """The literal tables that a function looks its answer up in."""
    values = module_values(tree).within(node)
    for found in ast.walk(node):
        if isinstance(found, ast.Subscript):
            table = values.fill(found.value)
        elif isinstance(found, ast.Call) and isinstance(found.func, ast.Attribute) and found.func.attr == "get":
            table = values.fill(found.func.value)
        else:
            continue
        if isinstance(table, ast.Dict):
            yield table


def _entries(table: ast.Dict) -> Iterator[_Case]:
    for key, value in zip(table.keys, table.values, strict=True):
        if key is not None and _is_literal(key) and _is_literal(value):
            inputs = tuple(map(source_of, key.elts)) if isinstance(key, ast.Tuple) else (source_of(key),)
            yield _Case(inputs, source_of(value), key.lineno)


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
