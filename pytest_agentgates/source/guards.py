"""Finds what runs before a handler: dependencies with their own dependencies, decorators, hooks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pytest_agentgates.source.name_table import NameTable
from pytest_agentgates.source.route_facts import Guard
from pytest_agentgates.source.syntax import Found, Function, Scoped, SyntaxFiles

_DEPENDS = frozenset({"Depends", "Security"})
_MOST_GUARDS = 200
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_REFUSAL = re.compile(r"redirect|response|jsonify|abort|unauthori|forbidden|40[13]", re.IGNORECASE)
_OFF = {"optional": True, "auto_error": False, "required": False}


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression, and where its names are looked up."""

    node: ast.expr
    table: NameTable
    path: str


@dataclass(slots=True)
class GuardFinder:
    """Follows dependencies and what they call."""

    files: SyntaxFiles
    _known: dict[str, tuple[Guard, ...]] = field(default_factory=dict)

    def of_handler(self, scoped: Scoped, path: str) -> tuple[Guard, ...]:
        """What the parameters of a handler depend on, and what those depend on in turn."""
        return self.follow(self._asked_for(scoped, path))

    def of_list(self, node: ast.expr | None, table: NameTable, path: str) -> tuple[Guard, ...]:
        """The guards of `dependencies=[Depends(f), ...]`, of `decorators = [f]`, of `permission_classes = (A, B)`."""
        if isinstance(node, ast.Name | ast.Attribute):
            held = self.files.value(self.files.variable(node, table, path))
            if held is not None and isinstance(held[0], ast.List | ast.Tuple):
                return self.of_list(held[0], held[1], held[2].path)
        if isinstance(node, ast.BinOp):
            return (*self.of_list(node.left, table, path), *self.of_list(node.right, table, path))
        elements = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else [node] if node else []
        return self.follow(self._undone(Expression(element, table, path)) for element in elements)

    def follow(self, found: Iterable[Expression]) -> tuple[Guard, ...]:
        """Each of these as a guard, with everything that it depends on or calls."""
        guards: dict[Guard, None] = {}
        pending = list(found)
        seen: set[str] = set()
        while pending and len(guards) < _MOST_GUARDS:
            here = pending.pop(0)
            guard, definitions = self._guard(here)
            guards[guard] = None
            if guard.is_optional:
                continue
            for definition in definitions:
                if definition.name not in seen:
                    seen.add(definition.name)
                    pending.extend(self._needs(definition))
        return tuple(guards)

    def _undone(self, expression: Expression) -> Expression:
        """`Depends(f)` is `f`."""
        node = expression.node
        inner = _dependency(node) if isinstance(node, ast.Call) else None
        return Expression(inner, expression.table, expression.path) if inner is not None else expression

    def _guard(self, expression: Expression) -> tuple[Guard, list[Found]]:
        node, table, path = self._in_lambda(expression), expression.table, expression.path
        target = node.func if isinstance(node, ast.Call) else node
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            names: tuple[str, ...] = (self.files.project.canonical(node.value),)
        else:
            names = (self.files.variable(target, table, path), *self.files.names(target, table, path))
        names = tuple(dict.fromkeys(name for name in names if name != "?")) or ("?",)
        held = self.files.value(names[0])
        calls = [one for one in (node, held[0] if held else None) if isinstance(one, ast.Call)]
        definitions = [found for name in names if (found := self.files.find(name, path)) is not None]
        parameters = tuple(name for found in definitions for name in _parameters(found))
        return Guard(names, any(_is_off(call) for call in calls), parameters), definitions

    def _in_lambda(self, expression: Expression) -> ast.expr:
        """What a lambda calls; nothing where that only makes a function, which then nobody calls."""
        node = expression.node
        if not isinstance(node, ast.Lambda) or not isinstance(node.body, ast.Call):
            return node
        made = self.files.find(self.files.name(node.body.func, expression.table, expression.path), expression.path)
        body = made.node.body if made is not None else []
        own = {statement.name for statement in body if isinstance(statement, _FUNCTIONS)}
        returned = {getattr(one.value, "id", "") for one in body if isinstance(one, ast.Return)}
        return ast.Constant(None) if own & returned else node.body

    def _needs(self, found: Found) -> Iterator[Expression]:
        """What a dependency depends on, is decorated with, and calls."""
        path, node = found.file.path, found.node
        if isinstance(node, ast.ClassDef):
            for name in ("__init__", "__call__", "dispatch", "has_permission"):
                method = found.file.definitions.get(f"{found.scoped.inner.qualified_name}.{name}")
                if method is not None:
                    yield from self._of_function(method, path)
            yield from self._of_fields(node, found.scoped.inner, path)
            yield from (Expression(base, found.scoped.outer, path) for base in node.bases)
        else:
            yield from self._of_function(found.scoped, path)

    def _of_function(self, scoped: Scoped, path: str) -> Iterator[Expression]:
        yield from self._asked_for(scoped, path)
        yield from (Expression(one, scoped.outer, path) for one in scoped.node.decorator_list)
        yield from (Expression(call, scoped.inner, path) for call in certain_calls(scoped.node.body))

    def _of_fields(self, node: ast.ClassDef, table: NameTable, path: str) -> Iterator[Expression]:
        for statement in node.body:
            if isinstance(statement, ast.AnnAssign):
                yield from self._in_parameter(statement.annotation, statement.value, Expression(node, table, path))  # type: ignore[arg-type]  # only its place counts

    def _asked_for(self, scoped: Scoped, path: str) -> Iterator[Expression]:
        if not isinstance(scoped.node, _FUNCTIONS):
            return
        for annotation, default in _annotated(scoped.node):
            place = Expression(ast.Constant(None), scoped.outer, path)
            yield from self._in_parameter(annotation, default, place)

    def _in_parameter(
        self, annotation: ast.expr | None, default: ast.expr | None, place: Expression
    ) -> Iterator[Expression]:
        table, path = place.table, place.path
        if isinstance(default, ast.Call) and _last(default.func) in _DEPENDS:
            target = _dependency(default) or annotation
            if target is not None:
                yield Expression(target, table, path)
        if annotation is not None:
            yield from self._in_annotation(Expression(annotation, table, path), 0)

    def _in_annotation(self, expression: Expression, depth: int) -> Iterator[Expression]:
        """`Annotated[User, Depends(f)]`, straight or under a name."""
        node = _unquoted(expression.node)
        if isinstance(node, ast.Name | ast.Attribute) and depth < _DEEPEST:
            held = self.files.value(self.files.variable(node, expression.table, expression.path))
            if held is not None:
                yield from self._in_annotation(Expression(held[0], held[1], held[2].path), depth + 1)
        elif isinstance(node, ast.BinOp):
            yield from self._in_annotation(Expression(node.left, expression.table, expression.path), depth + 1)
        elif isinstance(node, ast.Subscript) and _last(node.value) in ("Annotated", "Optional"):
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            yield from self._in_annotation(Expression(parts[0], expression.table, expression.path), depth + 1)
            for part in parts[1:]:
                if isinstance(part, ast.Call) and _last(part.func) in _DEPENDS:
                    yield Expression(_dependency(part) or parts[0], expression.table, expression.path)


_DEEPEST = 10


def certain_calls(body: Iterable[ast.stmt]) -> Iterator[ast.Call]:
    """The calls in a body whose failure is not swallowed: nested functions and forgiving `try`s are left out."""
    pending: list[ast.AST] = list(reversed(list(body)))
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Call):
            yield node
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Try) and any(not _raises(handler) for handler in node.handlers):
            pending.extend(reversed([*node.orelse, *node.finalbody]))
        else:
            pending.extend(reversed(list(ast.iter_child_nodes(node))))


def _raises(handler: ast.ExceptHandler) -> bool:
    """Whether what is caught still ends the request: raised on, or answered with a refusal."""
    return any(
        isinstance(node, ast.Raise) or (isinstance(node, ast.Return) and _REFUSAL.search(ast.unparse(node)))
        for node in ast.walk(handler)
    )


def _dependency(call: ast.Call) -> ast.expr | None:
    if _last(call.func) not in _DEPENDS:
        return None
    given = [keyword.value for keyword in call.keywords if keyword.arg == "dependency"]
    return call.args[0] if call.args else given[0] if given else None


def _is_off(call: ast.Call) -> bool:
    return any(
        isinstance(keyword.value, ast.Constant) and _OFF.get(keyword.arg or "", call) is keyword.value.value
        for keyword in call.keywords
    )


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _unquoted(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return ast.parse(node.value, mode="eval").body
        except (SyntaxError, ValueError):
            return node
    return node


def _annotated(node: Function) -> Iterator[tuple[ast.expr | None, ast.expr | None]]:
    positional = [*node.args.posonlyargs, *node.args.args]
    missing = len(positional) - len(node.args.defaults)
    for index, argument in enumerate(positional):
        yield argument.annotation, node.args.defaults[index - missing] if index >= missing else None
    for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        yield argument.annotation, default


def _parameters(found: Found) -> tuple[str, ...]:
    node = found.node
    if isinstance(node, ast.ClassDef):
        method = found.file.definitions.get(f"{found.scoped.inner.qualified_name}.__call__")
        if method is None or isinstance(method.node, ast.ClassDef):
            return ()
        node = method.node
    return tuple(argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs))
