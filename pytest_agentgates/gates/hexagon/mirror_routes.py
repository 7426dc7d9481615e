"""Which endpoints tests send requests to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pytest_agentgates.gates.hexagon.adapters import words_of
from pytest_agentgates.source.definition_facts import ArgumentFact, DecoratorFact, Literal
from pytest_agentgates.source.facts import CallFact, FileFacts
from pytest_agentgates.source.project_facts import ProjectFacts
from pytest_agentgates.source.route_facts import Route

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_URL_WORDS = frozenset({"url", "path"})
_PARAMETER = re.compile(r"\{[^{}]*:path\}|<path:[^<>]*>|\(\?P<.*?>[^)]*\)|\{[^{}]*\}|<[^<>]*>")
_HOST = re.compile(r"(?:https?|wss?)://[^/]*")


@dataclass(frozen=True)
class Request:
    """A request of a test: `verb` is empty and `path` None where the test does not say; `*` stands for anything."""

    verb: str
    path: str | None


def requests_in(project: ProjectFacts, paths: Iterable[str]) -> frozenset[Request]:
    """Every request that these test files send."""
    return frozenset(request for path in paths for request in _requests(project.file(path)))


def is_requested(route: Route, requests: Iterable[Request]) -> bool:
    """Whether one of the requests may lead to a route."""
    verbs = {method.lower() for method in route.methods}
    fitting = (one for one in requests if not one.verb or not verbs or one.verb in verbs)
    return any(one.path is None or not route.url or _leads_to(one.path, route.url) for one in fitting)


def _requests(facts: FileFacts) -> Iterator[Request]:
    decorated = {function.qualified_name: function.decorators for function in facts.functions}
    for call in facts.calls:
        arguments = [argument for argument in call.arguments if argument.keyword in ("", *_URL_WORDS)]
        literals = _literals_of(decorated.get(call.within, ()))
        verbs = _verbs(call, arguments, literals)
        known = [path for argument in arguments[:2] for path in _paths_of(argument)]
        if known:
            yield from (Request(verb, path) for verb in verbs or ("",) for path in known)
            continue
        given = [text for text in literals if isinstance(text, str) and text.startswith("/")]
        if given and _is_client_call(call):
            yield from (Request(verb, path) for verb in verbs or ("",) for path in given)
        elif _is_open(call, arguments):
            yield Request(call.written.rpartition(".")[2], None)


def _verbs(call: CallFact, arguments: Sequence[ArgumentFact], literals: Sequence[Literal]) -> tuple[str, ...]:
    """The method from the name of what is called, from an argument, or from the parameters of the test."""
    named = words_of(call.written.rpartition(".")[2]) & _VERBS
    if named:
        return tuple(named)
    given = [argument.value for argument in arguments if argument.is_literal]
    texts = [value.lower() for value in (*given, *literals) if isinstance(value, str)]
    return tuple(dict.fromkeys(text for text in texts if text in _VERBS))


def _literals_of(decorators: Iterable[DecoratorFact]) -> list[Literal]:
    return [value for decorator in decorators for argument in decorator.arguments for value in argument.literals]


def _is_client_call(call: CallFact) -> bool:
    receiver, _, method = call.written.rpartition(".")
    return bool(receiver) and method in (*_VERBS, "request")


def _is_open(call: CallFact, arguments: Sequence[ArgumentFact]) -> bool:
    """A request to an address that a variable holds: `client.get(location)`."""
    receiver, _, method = call.written.rpartition(".")
    if method not in _VERBS or not arguments or arguments[0].is_literal:
        return False
    return "client" in words_of(receiver)


def _paths_of(argument: ArgumentFact) -> tuple[str, ...]:
    """The address in an argument; what an f-string fills in, at the one end or the other, becomes `*`."""
    if argument.is_literal:
        text = argument.value if isinstance(argument.value, str) else ""
        return (text,) if text.startswith("/") or _HOST.match(text) else ()
    texts = [text for text in argument.literals if isinstance(text, str) and text]
    if argument.name or not any("/" in text for text in texts):
        return ()
    whole = "*".join(texts)
    ending = f"{whole}*" if whole.endswith("/") else whole
    if _HOST.match(whole) or (whole.startswith("/") and len(texts) > 1):
        return (ending,)
    return (f"*{whole}", ending) if whole.startswith("/") and whole.endswith("/") else (f"*{ending}",)


def _leads_to(path: str, url: str) -> bool:
    """Whether a path fits a template; routers may be hung below prefixes that the template does not know."""
    given, asked = _segments(path), _segments(_PARAMETER.sub(_star, url.strip("^$")))
    if "**" in asked:
        asked = asked[: asked.index("**")]
        given = given[: len(asked)]
    if given[:1] == ["*"] and len(given) <= len(asked):
        given = ["*"] * (len(asked) - len(given)) + given
    if len(given) < len(asked) or (not asked and given):
        return False
    if len(given) > len(asked) and "*" in given[-len(asked)] + asked[0]:
        return False  # behind a prefix that nobody knows, something must be the same
    return all(_fits(own, wanted) for own, wanted in zip(given[len(given) - len(asked) :], asked, strict=True))


def _segments(path: str) -> list[str]:
    plain = _HOST.sub("", path, count=1).partition("?")[0]
    return [segment for segment in plain.split("/") if segment]


def _star(found: re.Match[str]) -> str:
    return "**" if "path" in found[0].split(":") or found[0].startswith("<path:") or ":path}" in found[0] else "*"


def _fits(own: str, wanted: str) -> bool:
    return wanted == "*" or fnmatchcase(wanted, own) or fnmatchcase(own, wanted)
