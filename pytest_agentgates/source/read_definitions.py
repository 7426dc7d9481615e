"""Makes facts of classes and functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentgates.source.definition_facts import (
    ClassFact,
    DecoratorFact,
    FieldFact,
    FunctionFact,
    ParameterFact,
    ParameterKind,
)
from pytest_agentgates.source.name_table import NameTable, meanings
from pytest_agentgates.source.read_arguments import read_annotation, read_argument, read_arguments, read_decorator
from pytest_agentgates.source.source_text import SourceText

_ABSTRACT = frozenset(
    {"abc.abstractmethod", "abc.abstractproperty", "abc.abstractclassmethod", "abc.abstractstaticmethod"}
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_NOT_IMPLEMENTED = frozenset({"builtins.NotImplementedError", "builtins.NotImplementedError()"})


def read_function(
    node: ast.FunctionDef | ast.AsyncFunctionDef, table: NameTable, inner: NameTable, text: SourceText
) -> FunctionFact:
    """The facts of one function; `table` is the scope around it, `inner` its own."""
    decorators = tuple(read_decorator(decorator, table) for decorator in node.decorator_list)
    return FunctionFact(
        name=node.name,
        qualified_name=inner.qualified_name,
        owner=table.qualified_name if table.is_class else "",
        parameters=tuple(_parameters(node.args, table, text)),
        returns=read_annotation(node.returns, table, text),
        decorators=decorators,
        is_async=isinstance(node, ast.AsyncFunctionDef),
        is_abstract=_is_abstract(decorators),
        is_empty=all(_says_nothing(statement, table) for statement in node.body),
        is_generator=inner.is_generator,
        line=node.lineno,
        column=text.column(node),
        end_line=node.end_lineno or node.lineno,
    )


def read_class(node: ast.ClassDef, table: NameTable, inner: NameTable, text: SourceText) -> ClassFact:
    """The facts of one class; `table` is the scope around it, `inner` its own."""
    methods = [f"{inner.qualified_name}.{name}" for name in _methods(node)]
    return ClassFact(
        name=node.name,
        qualified_name=inner.qualified_name,
        bases=tuple(_base(base, table) for base in node.bases),
        keywords=read_arguments([], node.keywords, table),
        decorators=tuple(read_decorator(decorator, table) for decorator in node.decorator_list),
        methods=tuple(dict.fromkeys(methods)),
        fields=tuple(_fields(node, inner, text)),
        line=node.lineno,
        column=text.column(node),
        end_line=node.end_lineno or node.lineno,
    )


def _parameters(arguments: ast.arguments, table: NameTable, text: SourceText) -> Iterator[ParameterFact]:
    for argument, kind, default in _in_order(arguments):
        annotation = read_annotation(argument.annotation, table, text)
        given = None if default is None else read_argument(default, table)
        yield ParameterFact(argument.arg, kind, annotation, given, argument.lineno)


def _in_order(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ParameterKind, ast.expr | None]]:
    positional = [(argument, ParameterKind.POSITIONAL_ONLY) for argument in arguments.posonlyargs]
    positional += [(argument, ParameterKind.POSITIONAL) for argument in arguments.args]
    required = len(positional) - len(arguments.defaults)
    for index, (argument, kind) in enumerate(positional):
        yield argument, kind, arguments.defaults[index - required] if index >= required else None
    if arguments.vararg is not None:
        yield arguments.vararg, ParameterKind.VARARGS, None
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield argument, ParameterKind.KEYWORD_ONLY, default
    if arguments.kwarg is not None:
        yield arguments.kwarg, ParameterKind.KWARGS, None


def _is_abstract(decorators: tuple[DecoratorFact, ...]) -> bool:
    return any(decorator.name in _ABSTRACT for decorator in decorators)


def _says_nothing(statement: ast.stmt, table: NameTable) -> bool:
    """A docstring, `pass`, `...`, or `raise NotImplementedError`."""
    if isinstance(statement, ast.Raise):
        return statement.exc is not None and meanings(statement.exc, table)[0] in _NOT_IMPLEMENTED
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _methods(node: ast.ClassDef) -> Iterator[str]:
    """The functions of a class body, those under `if` and `try` included."""
    pending: list[ast.AST] = list(reversed(node.body))
    while pending:
        statement = pending.pop()
        if isinstance(statement, _FUNCTIONS):
            yield statement.name
        elif not isinstance(statement, ast.ClassDef | ast.expr):
            pending.extend(reversed(list(ast.iter_child_nodes(statement))))


def _base(node: ast.expr, table: NameTable) -> str:
    """A base class without its type parameters."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return meanings(node, table)[0]


def _fields(node: ast.ClassDef, inner: NameTable, text: SourceText) -> Iterator[FieldFact]:
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            value = None if statement.value is None else read_argument(statement.value, inner)
            yield FieldFact(
                statement.target.id, read_annotation(statement.annotation, inner, text), value, statement.lineno
            )
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield FieldFact(target.id, None, read_argument(statement.value, inner), statement.lineno)
