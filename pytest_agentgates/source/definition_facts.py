"""What is known of the classes and functions of a Python file; how names are written stands in facts.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Literal = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class ArgumentFact:
    """One argument: of a call, of a decorator, or a keyword of a class.

    `keyword` is empty for a positional one, `*` and `**` for unpacked ones. `name` is its dotted name where it
    has one; `names` are all dotted names inside it, `literals` all its literals.
    """

    keyword: str
    name: str
    is_literal: bool
    value: Literal
    names: tuple[str, ...]
    literals: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class DecoratorFact:
    """A decorator, with its arguments where it is called."""

    name: str
    arguments: tuple[ArgumentFact, ...]
    is_called: bool
    line: int


class ParameterKind(StrEnum):
    """How arguments reach a parameter."""

    POSITIONAL_ONLY = "positional_only"
    POSITIONAL = "positional"
    VARARGS = "varargs"
    KEYWORD_ONLY = "keyword_only"
    KWARGS = "kwargs"


@dataclass(frozen=True, slots=True)
class AnnotationFact:
    """An annotation: its text as written, without quotes, and every dotted name in it."""

    text: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParameterFact:
    """A parameter; `default` is what it defaults to, None where it is required."""

    name: str
    kind: ParameterKind
    annotation: AnnotationFact | None
    default: ArgumentFact | None
    line: int


@dataclass(frozen=True, slots=True)
class FunctionFact:
    """A function or a method, `owner` being the class of a method; `is_empty` where it has no code of its own.

    `is_generator` where it yields; `line` is that of the `def`; decorators stand above it.
    """

    name: str
    qualified_name: str
    owner: str
    parameters: tuple[ParameterFact, ...]
    returns: AnnotationFact | None
    decorators: tuple[DecoratorFact, ...]
    is_async: bool
    is_abstract: bool
    is_empty: bool
    is_generator: bool
    line: int
    column: int
    end_line: int


@dataclass(frozen=True, slots=True)
class FieldFact:
    """A name that a class body binds: annotated, assigned, or both."""

    name: str
    annotation: AnnotationFact | None
    value: ArgumentFact | None
    line: int


@dataclass(frozen=True, slots=True)
class ClassFact:
    """A class; `methods` are the qualified names of its functions."""

    name: str
    qualified_name: str
    bases: tuple[str, ...]
    keywords: tuple[ArgumentFact, ...]
    decorators: tuple[DecoratorFact, ...]
    methods: tuple[str, ...]
    fields: tuple[FieldFact, ...]
    line: int
    column: int
    end_line: int
