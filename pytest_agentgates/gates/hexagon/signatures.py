"""Whether a method can be called in every way in which its port may be called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pytest_agentgates.source.definition_facts import FunctionFact, ParameterFact, ParameterKind

_KEEPS_SIGNATURE = frozenset(
    {
        "builtins.staticmethod",
        "builtins.classmethod",
        "builtins.property",
        "functools.cached_property",
        "functools.lru_cache",
        "functools.cache",
        "typing.override",
        "typing_extensions.override",
        "typing.final",
        "typing_extensions.final",
        "typing.no_type_check",
        "warnings.deprecated",
        "typing_extensions.deprecated",
        "abc.abstractmethod",
        "abc.abstractproperty",
        "abc.abstractclassmethod",
        "abc.abstractstaticmethod",
    }
)
_PROPERTIES = frozenset({"builtins.property", "functools.cached_property", "abc.abstractproperty"})
_STATIC = frozenset({"builtins.staticmethod", "abc.abstractstaticmethod"})
_ASYNC_ITERATORS = frozenset({"AsyncIterator", "AsyncGenerator", "AsyncIterable"})
_AWAITABLES = frozenset({"Awaitable", "Coroutine", "Future", "Task", "Any", "object"})
_NEVER_ITERATORS = frozenset(
    {"list", "tuple", "dict", "set", "frozenset", "List", "Tuple", "Dict", "Set", "FrozenSet", "Sequence", "Mapping"}
    | {"int", "str", "bool", "float", "bytes", "None", "Collection", "MutableSequence", "MutableMapping"}
)
_POSITIONAL = (ParameterKind.POSITIONAL, ParameterKind.POSITIONAL_ONLY)


class Flow(StrEnum):
    """What a call gives."""

    PLAIN = "plain"
    GENERATOR = "a generator"
    COROUTINE = "async"
    ASYNC_GENERATOR = "an async generator"


@dataclass(frozen=True)
class _Taken:
    """The parameters that a caller fills, by how they are filled."""

    positional: tuple[ParameterFact, ...]
    keyword_only: dict[str, ParameterFact]
    takes_more: bool
    takes_any_keyword: bool


def differences(asked: FunctionFact, given: FunctionFact) -> list[str]:
    """How a method differs from what its port asks for; nothing where a decorator may have changed either."""
    if not _is_readable(asked, given):
        return []
    if is_property(asked) or is_property(given):
        if is_property(asked) == is_property(given):
            return []
        return ["it is a property" if is_property(given) else "it is no property"]
    return [*_flow_differences(asked, given), *_parameter_differences(_taken(asked), _taken(given))]


def is_property(function: FunctionFact) -> bool:
    """Whether a function is read like an attribute."""
    return any(decorator.name in _PROPERTIES for decorator in function.decorators)


def keeps_signature(function: FunctionFact) -> bool:
    """Whether all decorators of a function are known to leave it what it is."""
    return all(decorator.name in _KEEPS_SIGNATURE for decorator in function.decorators)


def _is_readable(asked: FunctionFact, given: FunctionFact) -> bool:
    """Whether all decorators are known to keep a signature, or are the same on both."""
    ours, theirs = (
        {decorator.name for decorator in function.decorators} - _KEEPS_SIGNATURE for function in (asked, given)
    )
    return ours == theirs


def _flow_differences(asked: FunctionFact, given: FunctionFact) -> Iterator[str]:
    wanted, found = _flow(asked), _flow(given)
    if wanted is found or _fits(asked, given, wanted, found):
        return
    if Flow.GENERATOR in (wanted, found) and Flow.PLAIN in (wanted, found):
        yield f"it is {found}, the port returns {_returns(asked)}"
    elif wanted in (Flow.PLAIN, Flow.GENERATOR):
        yield f"it is {found}, the port's is not"
    else:
        yield f"it is {'not async' if found in (Flow.PLAIN, Flow.GENERATOR) else found}, the port's is {wanted}"


def _flow(function: FunctionFact) -> Flow:
    if function.is_async:
        return Flow.ASYNC_GENERATOR if function.is_generator else Flow.COROUTINE
    return Flow.GENERATOR if function.is_generator else Flow.PLAIN


def _fits(asked: FunctionFact, given: FunctionFact, wanted: Flow, found: Flow) -> bool:
    """Whether two ways of giving a result come to the same for the caller, or may well do so."""
    asked_for, offered = _outer_names(asked), _outer_names(given)
    pair = wanted, found
    if pair == (Flow.PLAIN, Flow.GENERATOR):
        return not asked_for & _NEVER_ITERATORS
    if pair == (Flow.GENERATOR, Flow.PLAIN):
        return True
    if pair == (Flow.PLAIN, Flow.COROUTINE):
        return bool(asked_for & _AWAITABLES)
    if found is Flow.ASYNC_GENERATOR:
        # Without a body a port cannot say whether its async method is meant to be awaited.
        return bool(asked_for & (_ASYNC_ITERATORS | {"Any", "object"})) or (wanted is Flow.COROUTINE and not asked_for)
    if wanted in (Flow.COROUTINE, Flow.ASYNC_GENERATOR) and found is Flow.PLAIN:
        return bool(offered & (_AWAITABLES | _ASYNC_ITERATORS))
    return pair == (Flow.ASYNC_GENERATOR, Flow.COROUTINE) and bool(offered & {"Any"})


def _outer_names(function: FunctionFact) -> frozenset[str]:
    """The types that a return annotation allows, without their parameters: `Iterator[str] | None`."""
    if function.returns is None:
        return frozenset()
    text, outer, depth = function.returns.text, "", 0
    for character in text.removeprefix("Optional["):
        depth += {"[": 1, "]": -1}.get(character, 0)
        outer += character if depth == 0 and character != "]" else ""
    return frozenset(part.strip().rpartition(".")[2] for part in outer.split("|"))


def _returns(function: FunctionFact) -> str:
    return "something else" if function.returns is None else f"`{function.returns.text}`"


def _taken(function: FunctionFact) -> _Taken:
    is_static = any(decorator.name in _STATIC for decorator in function.decorators)
    positional = [one for one in function.parameters if one.kind in _POSITIONAL]
    named = {one.name: one for one in function.parameters if one.kind is ParameterKind.KEYWORD_ONLY}
    kinds = {one.kind for one in function.parameters}
    filled = tuple(positional if is_static else positional[1:])
    return _Taken(filled, named, ParameterKind.VARARGS in kinds, ParameterKind.KWARGS in kinds)


def _parameter_differences(asked: _Taken, given: _Taken) -> Iterator[str]:
    if asked.takes_more and asked.takes_any_keyword and not asked.positional:
        return  # `*args, **kwargs` in a port means that each adapter takes its own
    yield from _positional_differences(asked, given)
    for name, parameter in asked.keyword_only.items():
        yield from _by_keyword(parameter, given, name)
    if asked.takes_more and not given.takes_more:
        yield "it does not take *args"
    if asked.takes_any_keyword and not given.takes_any_keyword:
        yield "it does not take **kwargs"
    yield from _asks_for_more(asked, given)


def _positional_differences(asked: _Taken, given: _Taken) -> Iterator[str]:
    for index, parameter in enumerate(asked.positional):
        if index >= len(given.positional):
            if not given.takes_more:
                how = " by position" if parameter.name in given.keyword_only else ""
                yield f"it does not take `{parameter.name}`{how}"
            elif not _is_by_position(parameter) and not _takes_keyword(given, parameter.name):
                yield f"it does not take `{parameter.name}` by name"
            continue
        own = given.positional[index]
        if not _is_by_position(parameter) and (own.name != parameter.name or _is_by_position(own)):
            known = own.name != parameter.name and given.takes_any_keyword
            if not known:
                yield _renamed(parameter, own)
        if parameter.default is not None and own.default is None:
            yield f"`{own.name}` is required, the port has a default"


def _renamed(parameter: ParameterFact, own: ParameterFact) -> str:
    if own.name == parameter.name:
        return f"`{own.name}` cannot be given by name"
    return f"`{parameter.name}` of the port is named `{own.name}`"


def _is_by_position(parameter: ParameterFact) -> bool:
    """Two leading underscores mark a positional parameter where no slash does."""
    hidden = parameter.name.startswith("__") and not parameter.name.endswith("__")
    return parameter.kind is ParameterKind.POSITIONAL_ONLY or hidden


def _takes_keyword(given: _Taken, name: str) -> bool:
    return given.takes_any_keyword or name in given.keyword_only


def _by_keyword(parameter: ParameterFact, given: _Taken, name: str) -> Iterator[str]:
    named = {one.name: one for one in given.positional if not _is_by_position(one)} | given.keyword_only
    own = named.get(name)
    if own is None:
        if not given.takes_any_keyword:
            yield f"it does not take `{name}` by name"
    elif parameter.default is not None and own.default is None:
        yield f"`{name}` is required, the port has a default"


def _asks_for_more(asked: _Taken, given: _Taken) -> Iterator[str]:
    """What the method needs and no caller of the port gives."""
    filled = {one.name for one in asked.positional} | asked.keyword_only.keys()
    for index, own in enumerate(given.positional):
        if own.default is None and index >= len(asked.positional) and own.name not in asked.keyword_only:
            yield f"it needs `{own.name}`, which the port does not have"
    for name, own in given.keyword_only.items():
        if own.default is None and name not in filled:
            yield f"it needs `{name}`, which the port does not have"
