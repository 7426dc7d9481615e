"""Which commands talk to a cluster, and to which one by their own words."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_agentgates.core.command_safety import begins_with, name_of
from pytest_agentgates.core.refused_commands import CONTEXT_OPTIONS, LOCAL, LOOKING, SERVER_OPTIONS, USES_CLUSTER


def contexts_named(words: Sequence[str]) -> list[str]:
    """The contexts and clusters that the words name themselves."""
    return _values(words, CONTEXT_OPTIONS)


def servers_named(words: Sequence[str]) -> list[str]:
    """The addresses of clusters, and the files that hold some, that the words name themselves."""
    return _values(words, SERVER_OPTIONS)


def uses_cluster(words: Sequence[str]) -> bool:
    """Whether a program among the words talks to a cluster."""
    if not words or name_of(words[0]) in LOOKING:
        return False
    talking = [index for index, word in enumerate(words) if name_of(word) in USES_CLUSTER]
    return any(not begins_with(words[index + 1 :], LOCAL.get(name_of(words[index]), ())) for index in talking)


def _values(words: Sequence[str], options: Sequence[str]) -> list[str]:
    parts = [(place, *word.partition("=")) for place, word in enumerate(words)]
    named = [(place, value if equals else "") for place, option, equals, value in parts if option in options]
    return [name for place, value in named if (name := value or "".join(words[place + 1 : place + 2]))]
