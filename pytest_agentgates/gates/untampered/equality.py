"""TMP009: comparisons that do not look at what they compare with."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from pytest_agentgates.gates.untampered.hits import Hit
from pytest_agentgates.gates.untampered.rules import ALWAYS_EQUAL

_COMPARING = {"__eq__": "equal to everything", "__ne__": "different from nothing"}
_ORDERING = frozenset({"__lt__", "__le__", "__gt__", "__ge__"})
_PLAIN = frozenset(
    {"object", "int", "float", "complex", "str", "bytes", "bool", "list", "tuple", "dict", "set", "frozenset"}
)
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def equality_hits(nodes: Sequence[ast.AST]) -> Iterator[Hit]:
    """Classes among a file's nodes whose objects are equal to everything, however their comparison is written."""
    functions = {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}
    for node in nodes:
        match node:
            case ast.ClassDef():
                yield from _in_class(node, functions)
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                named = {key.value: value for key, value in pairs if isinstance(key, ast.Constant)}
                for name in _COMPARING:
                    if name in named and _ignores_other(named[name], functions):
                        yield _hit("an object", name, node)
            case ast.Call(args=[_, ast.Constant(value="__eq__" | "__ne__" as name), value]):
                if _ignores_other(value, functions):
                    yield _hit("an object", name, node)


def _in_class(node: ast.ClassDef, functions: Mapping[str, ast.FunctionDef]) -> Iterator[Hit]:
    for name, value in _members(node):
        if name in _COMPARING and _ignores_other(value, functions):
            yield _hit(node.name, name, value)
        elif name in _ORDERING and _says_true(value, functions):
            yield Hit(ALWAYS_EQUAL, f"{node.name} answers {name} with the same, whatever it is given", value.lineno)


def _members(node: ast.ClassDef) -> Iterator[tuple[str, ast.FunctionDef | ast.expr]]:
    for member in node.body:
        if isinstance(member, ast.FunctionDef):
            yield member.name, member
        elif isinstance(member, ast.Assign):
            for target in member.targets:
                for name in ast.walk(target):
                    if isinstance(name, ast.Name):
                        yield name.id, member.value


def _ignores_other(value: ast.AST, functions: Mapping[str, ast.FunctionDef]) -> bool:
    """Whether a comparison gives an answer of its own without a look at the other side."""
    function = _function(value, functions)
    if function is None:
        return False
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)][1:]
    names += [argument.arg for argument in (function.args.vararg, function.args.kwarg) if argument]
    answers = _answers(function)
    looks = any(_looks_at(node, names) for node in ast.walk(function))
    return bool(answers) and not looks and not any(_refuses(answer) for answer in answers)


def _looks_at(node: ast.AST, names: list[str]) -> bool:
    """Whether the other side is read, other than to be compared with itself, or to be of a plain type."""
    match node:
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(), types]) if _is_plain(types):
            return False
        case ast.Compare(left=ast.Name(id=left), comparators=[ast.Name(id=right)]):
            return left != right and bool({left, right} & set(names))
        case ast.Attribute(value=ast.Name(id=name)) | ast.Call(args=[ast.Name(id=name), *_]):
            return name in names
        case ast.Compare() | ast.Call() | ast.BinOp() | ast.Subscript() | ast.Starred():
            return any(isinstance(child, ast.Name) and child.id in names for child in ast.iter_child_nodes(node))
    return False


def _is_plain(types: ast.expr) -> bool:
    """Whether only types of the language itself are asked for: to be one of them says nothing of a value."""
    asked = types.elts if isinstance(types, ast.Tuple) else [types]
    return all(isinstance(one, ast.Name) and one.id in _PLAIN for one in asked)


def _says_true(value: ast.AST, functions: Mapping[str, ast.FunctionDef]) -> bool:
    function = _function(value, functions)
    answers = _answers(function) if function is not None else []
    return bool(answers) and all(isinstance(one, ast.Constant) and one.value is True for one in answers)


def _function(value: ast.AST, functions: Mapping[str, ast.FunctionDef]) -> _Function | None:
    if isinstance(value, ast.Name):
        return functions.get(value.id)
    return value if isinstance(value, ast.FunctionDef | ast.Lambda) else None


def _answers(function: _Function) -> list[ast.expr]:
    if isinstance(function, ast.Lambda):
        return [function.body]
    return [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]


def _refuses(answer: ast.expr) -> bool:
    """`NotImplemented`, or an answer that nothing is equal."""
    is_false = isinstance(answer, ast.Constant) and answer.value is False
    return is_false or (isinstance(answer, ast.Name) and answer.id == "NotImplemented")


def _hit(owner: str, name: str, node: ast.AST) -> Hit:
    return Hit(ALWAYS_EQUAL, f"{owner} is {_COMPARING[name]}", getattr(node, "lineno", 1))
