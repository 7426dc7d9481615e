"""TMP011 as well: a function that holds the numbers of every example that its tests give."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.gates.untampered.examples import Example
from pytest_agentgates.gates.untampered.rules import SPECIAL_CASE
from pytest_agentgates.gates.untampered.test_bodies import functions_of
from pytest_agentgates.gates.untampered.values import module_values
from pytest_agentgates.gates.untampered.versions import Versions

_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_SMALL = 2  # a number up to this stands in any function


def accuse_numbers(file: Versions, examples: frozenset[Example], reported: frozenset[str]) -> Iterator[Finding]:
    """A finding for each function that holds inputs and answers of all its examples, and did not at the base.

    One with a single argument may be a rule about that number: it is advice. `reported` are functions left out.
    """
    if file.new_tree is None:
        return
    asked = _by_function(examples)
    old = {name for name, _ in _holding(file.old_tree, asked)} if file.old_tree else set()
    for name, node in _holding(file.new_tree, asked):
        if name in old or name in reported:
            continue
        many = all(len(example.inputs) > 1 for example in asked[name])
        yield Finding(
            SPECIAL_CASE.code,
            f"{name} holds the inputs and the answers of every example that its tests give",
            file.path,
            node.lineno,
            fix="compute the answer for every input",
            severity=Severity.ERROR if many else Severity.WARNING,
            snippet=file.line(node.lineno),
        )


def _by_function(examples: Iterable[Example]) -> dict[str, list[Example]]:
    found: dict[str, list[Example]] = defaultdict(list)
    for example in filter(_is_of_numbers, examples):
        found[example.function].append(example)
    return found


def _is_of_numbers(example: Example) -> bool:
    numbers = [_number(text) for text in (*example.inputs, example.output)]
    big = [number for number in numbers if number is not None and abs(number) > _SMALL]
    return None not in numbers and len(big) > 1


def _holding(tree: ast.Module, asked: dict[str, list[Example]]) -> Iterator[tuple[str, ast.stmt]]:
    tables = module_values(tree).by_name
    for full, node in functions_of(tree.body):
        name = full.rpartition("::")[2]
        if name not in asked:
            continue
        named = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
        held = {number for part in (node, *(tables[one] for one in named & set(tables))) for number in _numbers(part)}
        if all(_needs(example) <= held for example in asked[name]):
            yield name, node


def _needs(example: Example) -> set[float]:
    return {number for text in (*example.inputs, example.output) if (number := _number(text)) is not None}


def _numbers(node: ast.AST) -> Iterator[float]:
    for found in ast.walk(node):
        match found:
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                yield -float(value)
            case ast.Constant(value=int() | float() as value):
                yield float(value)
            case ast.Constant(value=str() as text) if not text.count("\n"):
                yield from map(float, _DIGITS.findall(text))


def _number(text: str) -> float | None:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
