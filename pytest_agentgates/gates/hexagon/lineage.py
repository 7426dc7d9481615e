"""What a class of the project inherits, in the order in which Python looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pytest_agentgates.source.definition_facts import ClassFact, FieldFact, FunctionFact
from pytest_agentgates.source.project_facts import BaseFact, ProjectFacts

_PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
_PLAIN = frozenset({"builtins.object", "abc.ABC", "typing.Generic", "typing_extensions.Generic", *_PROTOCOLS})
_OVERLOADS = frozenset({"typing.overload", "typing_extensions.overload"})
_MOST_CLASSES = 200


@dataclass(frozen=True)
class Member:
    """A function or a name that a class body binds, with the file and the class it stands in."""

    path: str
    owner: ClassFact
    in_protocol: bool
    functions: tuple[FunctionFact, ...] = ()
    field: FieldFact | None = None

    @property
    def function(self) -> FunctionFact | None:
        """The function that the name stands for in the end; of a property its getter."""
        getters = [one for one in self.functions if not is_accessor(one)]
        return (getters or list(self.functions))[-1] if self.functions else None

    @property
    def is_abstract(self) -> bool:
        """Whether a class must bind the name anew: marked so, or a protocol's method without code."""
        if any(function.is_abstract for function in self.functions):
            return True
        return self.function is not None and self.function.is_empty and self.in_protocol


@dataclass(frozen=True)
class Lineage:
    """A class and everything it inherits from; `outside` are the bases that are no classes of the project."""

    project: ProjectFacts
    path: str
    fact: ClassFact

    @cached_property
    def chain(self) -> tuple[BaseFact, ...]:
        """The class and its ancestors, near ones first, a shared one after all who share it."""
        found: list[BaseFact] = []
        pending = [BaseFact(name_of(self.project, self.path, self.fact), self.path, self.fact)]
        while pending and len(found) < _MOST_CLASSES:
            base = pending.pop(0)
            found.append(base)
            if base.path is not None and base.fact is not None:
                pending = [*bases_of(self.project, base.path, base.fact), *pending]
        last = {base.name: index for index, base in enumerate(found)}
        return tuple(base for index, base in enumerate(found) if last[base.name] == index)

    @property
    def is_protocol(self) -> bool:
        """Whether the class is itself a protocol."""
        return is_protocol(self.project, self.path, self.fact)

    @property
    def own(self) -> tuple[tuple[str, ClassFact], ...]:
        """The classes of the project in the chain, each with its file."""
        return tuple((base.path, base.fact) for base in self.chain if base.path is not None and base.fact is not None)

    @cached_property
    def has_unknown_base(self) -> bool:
        """Whether something is inherited of which nothing is known."""
        return any(base.fact is None and base.name not in _PLAIN for base in self.chain)

    @cached_property
    def names(self) -> frozenset[str]:
        """The full names of all classes in the chain."""
        return frozenset(base.name for base in self.chain)

    @cached_property
    def is_abc(self) -> bool:
        """Whether its metaclass is ABCMeta, other than by being a protocol."""
        if any(base.name == "abc.ABC" or base.name.startswith("collections.abc.") for base in self.chain):
            return True
        return any(_has_abstract_metaclass(self.project, path, fact) for path, fact in self.own)

    def members_until_unknown(self, name: str) -> tuple[list[Member], bool]:
        """Whoever binds a name, near ones first, and whether someone unknown may come before or behind them."""
        found: list[Member] = []
        for base in self.chain:
            if base.fact is None and base.name not in _PLAIN:
                return found, True
            member = member_of(self.project, base, name)
            if member is not None:
                found.append(member)
        return found, False

    def member_names(self) -> tuple[str, ...]:
        """Every name of a function that the classes of the chain bind."""
        return tuple(dict.fromkeys(method.rpartition(".")[2] for _, fact in self.own for method in fact.methods))


def bases_of(project: ProjectFacts, path: str, fact: ClassFact) -> tuple[BaseFact, ...]:
    """The bases that a class names, those behind a name of the project's own (`Port = ABC`) included."""
    return tuple(_behind(project, base) for base in project.bases_of(path, fact.qualified_name))


def is_protocol(project: ProjectFacts, path: str, fact: ClassFact) -> bool:
    """Whether a class is itself a protocol; one that merely inherits from a protocol is not."""
    return any(base.name in _PROTOCOLS for base in bases_of(project, path, fact))


def name_of(project: ProjectFacts, path: str, fact: ClassFact) -> str:
    """The full name of a class of the project."""
    module = project.module_of(path)
    return f"{module}.{fact.qualified_name}" if module else fact.qualified_name


def top_classes(project: ProjectFacts, paths: Iterable[str]) -> Iterator[tuple[str, ClassFact]]:
    """The classes of these files that stand in no other class or function, each with its file."""
    for path in paths:
        yield from ((path, fact) for fact in project.file(path).classes if "." not in fact.qualified_name)


def functions_of(project: ProjectFacts, path: str, fact: ClassFact) -> tuple[FunctionFact, ...]:
    """The functions in the body of a class, without those that only spell out overloads."""
    found = (one for one in project.file(path).functions if one.owner == fact.qualified_name)
    inside = (one for one in found if fact.line <= one.line <= fact.end_line)
    return tuple(one for one in inside if not any(decorator.name in _OVERLOADS for decorator in one.decorators))


def member_of(project: ProjectFacts, base: BaseFact, name: str) -> Member | None:
    """What one class body itself binds to a name."""
    if base.path is None or base.fact is None:
        return None
    functions = tuple(one for one in functions_of(project, base.path, base.fact) if one.name == name)
    field = next((one for one in base.fact.fields if one.name == name), None)
    if not functions and field is None:
        return None
    return Member(base.path, base.fact, is_protocol(project, base.path, base.fact), functions, field)


def is_public(name: str) -> bool:
    """Whether a name has no leading underscore."""
    return not name.startswith("_")


def is_accessor(function: FunctionFact) -> bool:
    """Whether a function is the setter or deleter of a property."""
    return any(decorator.name.endswith((".setter", ".deleter")) for decorator in function.decorators)


def _behind(project: ProjectFacts, base: BaseFact) -> BaseFact:
    if base.path is None or base.fact is not None:
        return base
    meant = dict(project.outline(base.path).aliases).get(base.name.rpartition(".")[2], "")
    is_outside = bool(meant) and project.locate(meant, base.path) is None
    return BaseFact(project.canonical(meant, base.path), None, None) if is_outside else base


def _has_abstract_metaclass(project: ProjectFacts, path: str, fact: ClassFact) -> bool:
    for keyword in fact.keywords:
        if keyword.keyword != "metaclass":
            continue
        if project.canonical(keyword.name, path) == "abc.ABCMeta":
            return True
        where = project.locate(keyword.name, path)
        if where is not None and "abc.ABCMeta" in {
            base.name for base in project.ancestors_of(where.path, where.qualified_name)
        }:
            return True
    return False
