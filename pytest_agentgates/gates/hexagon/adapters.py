"""Outbound adapters do what their ports ask for, and each port can be had in memory."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.hexagon.lineage import Lineage, Member, bases_of, top_classes
from pytest_agentgates.gates.hexagon.ports import Port, is_data
from pytest_agentgates.gates.hexagon.signatures import differences, is_property
from pytest_agentgates.source.project_facts import ProjectFacts

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_MEMORY_WORDS = frozenset(
    {"memory", "inmemory", "mem", "fake", "stub", "dummy", "null", "noop", "dict", "mock", "spy", "fixed", "frozen"}
)
_TECHNOLOGY_WORDS = frozenset(
    {"postgres", "postgresql", "pg", "sql", "sqlite", "mysql", "sqlalchemy", "orm", "django", "mongo", "redis"}
    | {"http", "rest", "smtp", "s3", "aws", "kafka", "rabbit", "file", "disk", "system", "random", "uuid", "os"}
)
_SAY_NOTHING = frozenset({"port", "protocol", "interface", "abstract", "base", "i"})
_SAME_WORD = {"repo": "repository", "repos": "repository", "repositories": "repository"}
_PURE_MODULES = frozenset(
    {"__future__", "abc", "asyncio", "bisect", "collections", "contextlib", "copy", "dataclasses", "datetime"}
    | {"decimal", "enum", "functools", "itertools", "operator", "re", "threading", "types", "typing", "uuid"}
)
_IMPURE_CALLS = ("datetime.", "uuid.", "builtins.open", "builtins.print", "builtins.input", "asyncio.open", "?.execute")


@dataclass(frozen=True)
class Adapter:
    """A class of the outbound side: the ports it derives from, those it means by its name, those it has all of."""

    lineage: Lineage
    derived: tuple[Port, ...]
    meant: tuple[Port, ...]
    matched: tuple[Port, ...]

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.lineage.fact.name

    @cached_property
    def closest(self) -> tuple[Port, ...]:
        """The ports it derives from, without those that another of them extends."""
        extended = {name for port in self.derived for name in port.lineage.names - {port.full_name}}
        return tuple(port for port in self.derived if port.full_name not in extended)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of its own name and of its file's."""
        stem = posixpath.basename(self.lineage.path).removesuffix(".py")
        return words_of(self.name) | words_of(stem)

    @property
    def is_memory(self) -> bool:
        """Whether its name or its file's says that it lives in memory."""
        return bool(self.words & _MEMORY_WORDS) or {"in", "memory"} <= self.words


def adapters_in(project: ProjectFacts, paths: Iterable[str], ports: Sequence[Port]) -> tuple[Adapter, ...]:
    """The classes of these files that fill in a port, or are named as if they did."""
    paths = tuple(paths)
    registered = _registered(project, paths)
    found = (_adapter(Lineage(project, path, fact), ports, registered) for path, fact in top_classes(project, paths))
    return tuple(adapter for adapter in found if adapter.derived or adapter.meant or adapter.matched)


def judge_adapters(adapters: Sequence[Adapter]) -> Iterator[Finding]:
    """HEX018: what the adapters do not do, or do otherwise than their ports ask."""
    parents = {name for adapter in adapters for name in adapter.lineage.names - {adapter.lineage.chain[0].name}}
    for adapter in adapters:
        is_whole = not _is_unfinished(adapter, parents)
        for port in adapter.closest:
            yield from _against(adapter, port, is_whole)
        for port in () if adapter.derived else adapter.meant:
            if _is_filled_elsewhere(port, adapter, adapters):
                continue
            if port.lineage.is_protocol:
                yield from _against(adapter, port, is_whole)
            else:
                yield _not_derived(adapter, port)


def without_counterpart(adapters: Sequence[Adapter], doubles: Sequence[Adapter]) -> Iterator[Finding]:
    """HEX006: ports that a real adapter fills in and none in memory; `doubles` are those of the tests."""
    ports = {port.full_name: port for adapter in adapters for port in (*adapter.closest, *adapter.matched)}
    for port in ports.values():
        filling = [adapter for adapter in adapters if _fills(adapter, port)]
        real = [adapter for adapter in filling if not _is_counterpart(adapter, filling)]
        if real and len(real) == len(filling) and not any(_fills(double, port) for double in doubles):
            yield _without_memory(real[0], port)


def words_of(name: str) -> frozenset[str]:
    """The words that a name is made of, in lower case."""
    words = (word.lower() for word in _WORD.findall(name))
    return frozenset(_SAME_WORD.get(word, word) for word in words)


def _adapter(lineage: Lineage, ports: Sequence[Port], registered: dict[str, frozenset[str]]) -> Adapter:
    own = lineage.chain[0].name
    others = [port for port in ports if port.full_name != own]
    derived = tuple(
        port for port in others if port.full_name in lineage.names or own in registered.get(port.full_name, ())
    )
    if lineage.has_unknown_base or lineage.is_protocol or is_data(lineage):
        return Adapter(lineage, derived, (), ())
    return Adapter(lineage, derived, _meant(lineage, others), tuple(port for port in others if _has_all(lineage, port)))


def _meant(lineage: Lineage, ports: Sequence[Port]) -> tuple[Port, ...]:
    """The ports whose whole name is in the class's own, and at least one of whose methods it has."""
    words, names = words_of(lineage.fact.name), set(lineage.member_names())
    found = {port: words_of(port.name) - _SAY_NOTHING for port in ports if port.members.keys() & names}
    most = max((len(asked) for asked in found.values() if asked and asked <= words), default=0)
    return tuple(port for port, asked in found.items() if asked and asked <= words and len(asked) == most)


def _has_all(lineage: Lineage, port: Port) -> bool:
    return port.lineage.is_protocol and port.members.keys() <= set(lineage.member_names())


def _is_filled_elsewhere(port: Port, adapter: Adapter, adapters: Sequence[Adapter]) -> bool:
    """Whether another real adapter is the port's, so that a likeness of names means nothing."""
    if any(port.full_name == one.full_name for one in adapter.matched):
        return False
    return any(_fills(other, port) and not other.is_memory for other in adapters if other is not adapter)


def _registered(project: ProjectFacts, paths: Iterable[str]) -> dict[str, frozenset[str]]:
    """Which classes are declared to be heirs by `Port.register(Adapter)`."""
    found: dict[str, frozenset[str]] = {}
    for path in paths:
        facts = project.file(path)
        calls = [call for call in facts.calls if call.name.endswith(".register") and call.arguments]
        pairs = [(call.name, call.arguments[0].name) for call in calls]
        pairs += [
            (decorator.name, f"{facts.module}.{fact.qualified_name}")
            for fact in facts.classes
            for decorator in fact.decorators
            if decorator.name.endswith(".register")
        ]
        for name, heir in pairs:
            port = project.canonical(name.removesuffix(".register"), path)
            found[port] = found.get(port, frozenset()) | {project.canonical(heir, path)}
    return found


def _is_unfinished(adapter: Adapter, parents: set[str]) -> bool:
    """Whether a class is meant to be inherited from: what it leaves open is filled in by its heirs."""
    lineage = adapter.lineage
    if lineage.chain[0].name in parents or lineage.is_protocol:
        return True
    direct = {base.name for base in bases_of(lineage.project, lineage.path, lineage.fact)}
    if "abc.ABC" in direct or any(keyword.keyword == "metaclass" for keyword in lineage.fact.keywords):
        return True
    return any(
        one.is_abstract
        for one in lineage.project.file(lineage.path).functions
        if one.owner == lineage.fact.qualified_name
    )


def _against(adapter: Adapter, port: Port, is_whole: bool) -> Iterator[Finding]:
    for name, asked in port.members.items():
        members, is_unknown = adapter.lineage.members_until_unknown(name)
        found = members[0] if members else None
        if found is None or found.is_abstract:
            if is_whole and _is_surely_missing(adapter, asked, found, is_unknown):
                yield _missing(adapter, port, name)
        elif found.function is not None and asked.function is not None:
            yield from _differing(adapter, port, found, differences(asked.function, found.function))


def _is_surely_missing(adapter: Adapter, asked: Member, found: Member | None, is_unknown: bool) -> bool:
    """An object may get what is read like an attribute, or anything through `__getattr__`, when it is made."""
    if found is None and is_unknown:
        return False
    if asked.in_protocol and asked.function is not None and is_property(asked.function):
        return False
    return bool(adapter.derived) or not adapter.lineage.members_until_unknown("__getattr__")[0]


def _fills(adapter: Adapter, port: Port) -> bool:
    """Whether an adapter stands for a port: it derives from it, or has every method of a protocol."""
    if any(port.full_name == one.full_name for one in adapter.derived):
        return not _is_unfinished(adapter, set())
    return any(port.full_name == one.full_name for one in adapter.matched)


def _is_counterpart(adapter: Adapter, filling: Sequence[Adapter]) -> bool:
    """One in memory by its name, or the one beside others that touches nothing outside."""
    if adapter.is_memory:
        return True
    return len(filling) > 1 and not adapter.words & _TECHNOLOGY_WORDS and _is_pure(adapter.lineage)


def _is_pure(lineage: Lineage) -> bool:
    facts = lineage.project.file(lineage.path)
    outside = [fact for fact in facts.imports if lineage.project.resolve(fact.target, lineage.path) is None]
    if any(fact.target.partition(".")[0] not in _PURE_MODULES for fact in outside) or facts.dynamic:
        return False
    if lineage.has_unknown_base or len([fact for fact in facts.classes if fact.methods]) > 1:
        return False
    used = [name for call in facts.calls for name in (call.name, *call.also)]
    makers = [one for one in facts.functions if one.name == "__init__" and len(one.parameters) > 1]
    return not makers and not any(name.startswith(_IMPURE_CALLS) for name in used)


def _missing(adapter: Adapter, port: Port, name: str) -> Finding:
    message = f"{adapter.name} does not implement {port.name}.{name}"
    asked = port.members[name]
    function = asked.function
    place = f"{asked.path}:{function.line}" if function is not None else asked.path
    return _at(adapter, "HEX018", message, f"add {name} as {place} declares it", f"{adapter.name} {port.name}.{name}")


def _differing(adapter: Adapter, port: Port, found: Member, differing: Sequence[str]) -> Iterator[Finding]:
    function = found.function
    if not differing or function is None:
        return
    asked = port.members[function.name]
    message = f"{adapter.name}.{function.name} differs from {port.name}.{function.name}: {'; '.join(differing)}"
    place = f"{asked.path}:{asked.function.line}" if asked.function is not None else asked.path
    fix = f"give it the signature of {place}"
    snippet = f"{adapter.name}.{function.name}: {'; '.join(differing)}"
    if found.owner is adapter.lineage.fact:
        yield Finding("HEX018", message, found.path, function.line, function.column, fix, snippet=snippet)
    else:
        yield _at(adapter, "HEX018", f"{message} (inherited from {found.owner.name})", fix, snippet)


def _not_derived(adapter: Adapter, port: Port) -> Finding:
    message = f"{adapter.name} does not derive from its port {port.name}"
    return _at(adapter, "HEX018", message, f"derive it from {port.full_name}", f"{adapter.name} {port.name}")


def _without_memory(adapter: Adapter, port: Port) -> Finding:
    message = f"{adapter.name} fills in {port.name}, and no adapter in memory does"
    fix = f"add one that derives from {port.name} and keeps everything in memory, such as Memory{port.name}"
    if port.lineage.is_protocol:
        fix = f"add a class with the methods of {port.name} that keeps everything in memory, such as Memory{port.name}"
    return _at(adapter, "HEX006", message, fix, port.full_name)


def _at(adapter: Adapter, code: str, message: str, fix: str, snippet: str) -> Finding:
    fact = adapter.lineage.fact
    return Finding(code, message, adapter.lineage.path, fact.line, fact.column, fix, snippet=snippet)
