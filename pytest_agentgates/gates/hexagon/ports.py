"""Ports are abstract, and say what goes in and what comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.hexagon.lineage import Lineage, Member, functions_of, is_accessor, is_public, top_classes
from pytest_agentgates.source.definition_facts import FunctionFact, ParameterFact
from pytest_agentgates.source.project_facts import ProjectFacts

Style = Literal["abc", "protocol"]
_DATA_MAKERS = ("dataclasses.dataclass", "attr.", "attrs.", "pydantic.dataclasses.dataclass", "msgspec.")
_NEEDS_NO_RETURN = frozenset({"__init__", "__new__", "__init_subclass__", "__post_init__"})


@dataclass(frozen=True)
class Port:
    """An abstract class that others fill in; `members` are what they must bind."""

    lineage: Lineage

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.lineage.fact.name

    @property
    def full_name(self) -> str:
        """The name from the top."""
        return self.lineage.chain[0].name

    @property
    def path(self) -> str:
        """The file it stands in."""
        return self.lineage.path

    @cached_property
    def members(self) -> dict[str, Member]:
        """The abstract methods and properties, inherited ones included, by name."""
        found: dict[str, Member] = {}
        for name in self.lineage.member_names():
            members, is_unknown = self.lineage.members_until_unknown(name)
            if members and not is_unknown and members[0].is_abstract:
                found[name] = members[0]
        return found


def ports_in(project: ProjectFacts, paths: Iterable[str]) -> tuple[Port, ...]:
    """Every abstract class of these files that asks for something."""
    lineages = (Lineage(project, path, fact) for path, fact in top_classes(project, paths))
    found = (Port(lineage) for lineage in lineages if lineage.is_abc or lineage.is_protocol)
    return tuple(port for port in found if port.members)


def judge_ports(project: ProjectFacts, paths: Iterable[str], style: Style) -> Iterator[Finding]:
    """What is wrong with the classes of the files that hold ports."""
    for path, fact in top_classes(project, paths):
        lineage = Lineage(project, path, fact)
        if not _is_meant_as_port(lineage):
            continue
        yield from _not_abstract(lineage, style)
        for function in functions_of(project, lineage.path, lineage.fact):
            yield from _with_code(lineage, function)
            yield from _not_annotated(lineage, function)


def is_data(lineage: Lineage) -> bool:
    """Whether a class is one of values: made by a decorator for such, or of a kind that Python brings along."""
    if any(
        base.fact is None and base.name.startswith(("builtins.", "enum.")) and base.name != "builtins.object"
        for base in lineage.chain
    ):
        return True
    return any(decorator.name.startswith(_DATA_MAKERS) for _, fact in lineage.own for decorator in fact.decorators)


def _is_meant_as_port(lineage: Lineage) -> bool:
    if lineage.is_abc or lineage.is_protocol:
        return True
    if not is_public(lineage.fact.name) or is_data(lineage):
        return False
    has_method = any(is_public(name) for name in lineage.member_names())
    return has_method and not lineage.has_unknown_base


def _not_abstract(lineage: Lineage, style: Style) -> Iterator[Finding]:
    if lineage.is_abc or (style == "protocol" and (lineage.is_protocol or _is_held_abstract(lineage))):
        return
    fact = lineage.fact
    kind = "Protocol" if style == "protocol" else "ABC"
    home = "typing" if style == "protocol" else "abc"
    message = f"the port {fact.name} is not an {kind}" if kind == "ABC" else f"the port {fact.name} is no {kind}"
    if lineage.is_protocol:
        message += ' but a Protocol, and ports = "abc"'
    elif any(Lineage(lineage.project, path, one).is_protocol for path, one in lineage.own[1:]):
        message += f": it only inherits from one, so {fact.name}() makes an object"
    fix = f"derive {fact.name} from {home}.{kind}"
    yield Finding("HEX003", message, lineage.path, fact.line, fact.column, fix, snippet=fact.name)


def _is_held_abstract(lineage: Lineage) -> bool:
    """Heirs of a protocol are abstract as long as an abstract method is left."""
    if not any(Lineage(lineage.project, path, fact).is_protocol for path, fact in lineage.own[1:]):
        return False
    found = (lineage.members_until_unknown(name)[0] for name in lineage.member_names())
    return any(members and any(one.is_abstract for one in members[0].functions) for members in found)


def _with_code(lineage: Lineage, function: FunctionFact) -> Iterator[Finding]:
    """A public method that heirs need not bind; the setter of a property counts with its getter."""
    if not is_public(function.name) or function.is_abstract or is_accessor(function):
        return
    if lineage.is_protocol and function.is_empty:
        return
    together = functions_of(lineage.project, lineage.path, lineage.fact)
    if any(one.is_abstract for one in together if one.name == function.name):
        return
    what = "has code of its own" if lineage.is_protocol else "is not abstract"
    name = f"{lineage.fact.name}.{function.name}"
    fix = "leave only its signature" if lineage.is_protocol else "mark it with abc.abstractmethod"
    if not function.is_empty:
        fix += " and move its code to the service or the adapters"
    finding = Finding("HEX004", f"the port method {name} {what}", lineage.path, function.line, function.column, fix)
    yield replace(finding, snippet=name)


def _not_annotated(lineage: Lineage, function: FunctionFact) -> Iterator[Finding]:
    if function.name.startswith("_") and not function.is_abstract and not function.name.endswith("__"):
        return
    missing = [_spelled(parameter) for parameter in _given(function) if parameter.annotation is None]
    if function.returns is None and function.name not in _NEEDS_NO_RETURN:
        missing.append("the return")
    if missing:
        name = f"{lineage.fact.name}.{function.name}"
        message = f"the port method {name} has no annotation of {_listed(missing)}"
        finding = Finding("HEX005", message, lineage.path, function.line, function.column)
        yield replace(finding, fix=f"annotate {_listed(missing)}", snippet=f"{name}: {', '.join(missing)}")


def _given(function: FunctionFact) -> tuple[ParameterFact, ...]:
    """The parameters that a caller fills."""
    is_static = any(decorator.name == "builtins.staticmethod" for decorator in function.decorators)
    return function.parameters if is_static and function.name != "__new__" else function.parameters[1:]


def _spelled(parameter: ParameterFact) -> str:
    return {"varargs": "*", "kwargs": "**"}.get(parameter.kind.value, "") + parameter.name


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
