"""What the syntax of classes and modules says: assignments, what `self` is given, calls of `super().__init__`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_init_of_super(node: ast.Call) -> bool:
    """Whether a call is `super().__init__(...)`."""
    inner = node.func.value if isinstance(node.func, ast.Attribute) and node.func.attr == "__init__" else None
    return isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "super"


def given_for(call: ast.Call, function: Function | ast.ClassDef, name: str) -> ast.expr | None:
    """The argument of a call for a parameter, `self` aside."""
    if isinstance(function, ast.ClassDef):
        return None
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)][1:]
    found = dict(zip(names, call.args, strict=False)) | {one.arg: one.value for one in call.keywords if one.arg}
    return found.get(name)


def as_function(node: ast.Module | ast.ClassDef | Function) -> ast.FunctionDef:
    """The statements of a module or class that define nothing, as those of a function."""
    body = [one for one in node.body if not isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))]
    nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    name = getattr(node, "name", "the module")
    return ast.FunctionDef(name=name, args=nothing, body=body, decorator_list=[], lineno=getattr(node, "lineno", 1))


def assigned(statement: ast.stmt, name: str) -> ast.expr | None:
    """The value that a statement gives a variable, None where it gives none."""
    if isinstance(statement, ast.Assign):
        if any(isinstance(target, ast.Name) and target.id == name for target in statement.targets):
            return statement.value
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.value if statement.target.id == name else None
    return None


def values_of_class(node: ast.Module | ast.ClassDef | Function) -> dict[str, ast.expr]:
    """The first value that each variable of a class body is given."""
    found: dict[str, ast.expr] = {}
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, statement.value)
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            found.update({statement.target.id: statement.value} if statement.value is not None else {})
    return found


def given_to_self(method: Function) -> Iterator[tuple[str, ast.expr]]:
    """What a method gives attributes of its object."""
    for node in ast.walk(method):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for one, value in _pairs(target, node.value):
                    if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == "self":
                        yield one.attr, value


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """`self.a, self.b = a, b` taken apart."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        yield from zip(target.elts, value.elts, strict=True)
    else:
        yield target, value
