"""Facts as rows of plain values and back, for the cache."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from pytest_agentgates.source.definition_facts import (
    AnnotationFact,
    ArgumentFact,
    ClassFact,
    DecoratorFact,
    FieldFact,
    FunctionFact,
    ParameterFact,
    ParameterKind,
)
from pytest_agentgates.source.facts import (
    CallFact,
    Details,
    DynamicFact,
    ImportFact,
    ImportKind,
    Outline,
    PathEditFact,
    Problem,
    ReferenceFact,
)

Row = tuple[Any, ...]
_IMPORT_KINDS = {kind.value: kind for kind in ImportKind}
_PARAMETER_KINDS = {kind.value: kind for kind in ParameterKind}


def pack(facts: Outline | Details) -> bytes:
    """The facts as bytes that `unpack_outline` and `unpack_details` read."""
    return marshal.dumps(_row(facts))


def unpack_outline(data: bytes) -> Outline:
    """The outline in these bytes; they must be those of `pack`."""
    imports, defines, aliases, dynamic, path_edits, problem = marshal.loads(data)  # noqa: S302  # our own bytes: the cache has checked them
    return Outline(
        tuple(_import(row) for row in imports),
        defines,
        aliases,
        tuple(DynamicFact(*row) for row in dynamic),
        tuple(PathEditFact(*row) for row in path_edits),
        None if problem is None else Problem(*problem),
    )


def unpack_details(data: bytes) -> Details:
    """The details in these bytes; they must be those of `pack`."""
    classes, functions, calls, references = marshal.loads(data)  # noqa: S302  # our own bytes: the cache has checked them
    return Details(
        tuple(_class(row) for row in classes),
        tuple(_function(row) for row in functions),
        tuple(_call(row) for row in calls),
        tuple(ReferenceFact(*row) for row in references),
    )


def _getter(kind: type[Any]) -> Callable[[Any], Row]:
    return attrgetter(*(field.name for field in fields(kind)))


_GETTERS: dict[type[Any], Callable[[Any], Row]] = {
    kind: _getter(kind)
    for kind in (
        AnnotationFact,
        ArgumentFact,
        CallFact,
        ClassFact,
        DecoratorFact,
        Details,
        DynamicFact,
        FieldFact,
        FunctionFact,
        ImportFact,
        Outline,
        ParameterFact,
        PathEditFact,
        Problem,
        ReferenceFact,
    )
}


def _row(value: Any) -> Any:
    """Facts and tuples become tuples, kinds become their texts."""
    kind = value.__class__
    getter = _GETTERS.get(kind)
    if getter is not None:
        return tuple([_row(inner) for inner in getter(value)])
    if kind is tuple:
        return tuple([_row(inner) for inner in value])
    return value.value if kind is ImportKind or kind is ParameterKind else value


def _import(row: Row) -> ImportFact:
    target, written, names, bound, line, column, kind, *rest = row
    return ImportFact(target, written, names, bound, line, column, _IMPORT_KINDS[kind], *rest)


def _arguments(rows: Iterable[Row]) -> tuple[ArgumentFact, ...]:
    return tuple([ArgumentFact(*row) for row in rows])


def _call(row: Row) -> CallFact:
    name, also, written, within, arguments, *place = row
    return CallFact(name, also, written, within, _arguments(arguments), *place)


def _annotation(row: Row | None) -> AnnotationFact | None:
    return None if row is None else AnnotationFact(*row)


def _argument(row: Row | None) -> ArgumentFact | None:
    return None if row is None else ArgumentFact(*row)


def _decorators(rows: Iterable[Row]) -> tuple[DecoratorFact, ...]:
    return tuple(DecoratorFact(name, _arguments(given), *rest) for name, given, *rest in rows)


def _parameter(row: Row) -> ParameterFact:
    name, kind, annotation, default, line = row
    return ParameterFact(name, _PARAMETER_KINDS[kind], _annotation(annotation), _argument(default), line)


def _function(row: Row) -> FunctionFact:
    name, qualified, owner, parameters, returns, decorators, *rest = row
    given = tuple(_parameter(parameter) for parameter in parameters)
    return FunctionFact(name, qualified, owner, given, _annotation(returns), _decorators(decorators), *rest)


def _field(row: Row) -> FieldFact:
    name, annotation, value, line = row
    return FieldFact(name, _annotation(annotation), _argument(value), line)


def _class(row: Row) -> ClassFact:
    name, qualified, bases, keywords, decorators, methods, own, *place = row
    return ClassFact(
        name,
        qualified,
        bases,
        _arguments(keywords),
        _decorators(decorators),
        methods,
        tuple(_field(one) for one in own),
        *place,
    )
