"""What the tests ask for: the examples that they give."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pytest_agentgates.gates.untampered.test_bodies import functions_of
from pytest_agentgates.gates.untampered.values import Values, module_values, source_of
from pytest_agentgates.gates.untampered.versions import Versions
from pytest_agentgates.source.task_marks import read_aliases

Literals = tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """What a test asserts of a function: these literal arguments give that literal; both as source."""

    function: str
    inputs: Literals
    output: str


def examples_of(trees: Iterable[ast.Module], functions: frozenset[str]) -> frozenset[Example]:
    """Every example that test files give of these functions, parameter sets included."""
    return frozenset(example for tree in trees for example in _examples(tree, functions))


def is_literal(node: ast.expr) -> bool:
    """Whether an expression is made of literals alone."""
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def changed_functions(files: Iterable[Versions]) -> frozenset[str]:
    """The names of the functions that are new, or another than at the base, with the tables beside them."""
    return frozenset(name.rpartition("::")[2] for file in files if file.new_tree for name in _changed(file))


def _changed(file: Versions) -> Iterator[str]:
    old = _texts(file.old_tree) if file.old_tree else {}
    new = _texts(file.new_tree) if file.new_tree else {}
    yield from (name for name, text in new.items() if old.get(name) != text)


def _texts(tree: ast.Module) -> dict[str, str]:
    """Each function as text, with the values of the module's names that it looks up."""
    tables = {name: ast.dump(value) for name, value in module_values(tree).by_name.items()}
    found = {}
    for name, node in functions_of(tree.body):
        named = sorted({one.id for one in ast.walk(node) if isinstance(one, ast.Name)} & set(tables))
        found[name] = "\n".join([ast.dump(node), *(tables[one] for one in named)])
    return found


def _examples(tree: ast.Module, functions: frozenset[str]) -> Iterator[Example]:
    outer = module_values(tree)
    for _, node in functions_of(tree.body):
        if not _names_one(node, functions):
            continue
        for values in _parametrized(node, outer, tree):
            inside = values.within(node)
            bound = Values({**inside.by_name, **values.by_name})
            for check in ast.walk(node):
                if isinstance(check, ast.Assert):
                    yield from _example(bound.fill(check.test))
                elif isinstance(check, ast.Call) and _name(check.func) in ("assertEqual", "assertEquals"):
                    yield from _compared(*[bound.fill(argument) for argument in check.args[:2]])


def _names_one(node: ast.AST, functions: frozenset[str]) -> bool:
    """Whether a test names one of the functions at all; a test that does not needs no closer look."""
    names = (_name(found) for found in ast.walk(node) if isinstance(found, ast.expr))
    return any(name in functions for name in names)


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
        if isinstance(call, ast.Call) and is_literal(answer):
            arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
            if arguments and all(is_literal(argument) for argument in arguments):
                yield Example(_name(call.func), tuple(map(source_of, arguments)), source_of(answer))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
