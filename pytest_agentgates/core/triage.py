"""Tells by the words of a task whether it belongs to a layer, and to which it belongs otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_agentgates.core.phrases import Text, find_phrase, places_of


@dataclass(frozen=True)
class Rejecting:
    """Words that tell that a task belongs to another layer."""

    layer: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class LayerWords:
    """How the tasks of a layer are known.

    The rejecting words come first, in their order, then the indicators, by kind; a task with neither is
    taken where `accept_otherwise` says so, else it goes to the layer `otherwise`. Of words that stand in a phrase
    of `ignore` nothing is concluded, and a rejecting word does not count inside of a longer indicator.
    """

    reject: tuple[Rejecting, ...] = ()
    indicators: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    accept_otherwise: bool = False
    otherwise: str = ""
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """Whether a layer takes a task; `layer` is the one it belongs to, `words` what the decision rests on."""

    accepted: bool
    layer: str
    reason: str
    words: tuple[str, ...] = ()


def triage(title: str, description: str, layer: str, tables: Mapping[str, LayerWords]) -> Decision:
    """Decide by title and description; a layer without a table takes every task that says it is its own."""
    table = tables.get(layer)
    if table is None:
        return Decision(accepted=True, layer=layer, reason=f"no words are listed for {layer}: taken as the task says")
    text = Text.of(title, description)
    idioms = places_of(text, table.ignore)
    own = (*idioms, *places_of(text, [phrase for phrases in table.indicators.values() for phrase in phrases]))
    for rejecting in table.reject:
        if words := _found(text, rejecting.words, own):
            reason = f"{_quoted(words)} {_tells(words)} {rejecting.layer}"
            return Decision(accepted=False, layer=rejecting.layer, reason=reason, words=words)
    for kind, phrases in table.indicators.items():
        if words := _found(text, phrases, idioms):
            reason = f"{_quoted(words)} {_tells(words)} {layer} ({kind})"
            return Decision(accepted=True, layer=layer, reason=reason, words=words)
    return _otherwise(layer, table)


def _found(text: Text, phrases: tuple[str, ...], beside: tuple[range, ...]) -> tuple[str, ...]:
    return tuple(phrase for phrase in phrases if find_phrase(text, phrase, beside))


def _otherwise(layer: str, table: LayerWords) -> Decision:
    if table.accept_otherwise:
        return Decision(accepted=True, layer=layer, reason=f"no word tells of another layer than {layer}")
    suggested = table.otherwise or layer
    return Decision(accepted=False, layer=suggested, reason=f"no word tells of {layer}; such tasks go to {suggested}")


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(repr(word) for word in words)


def _tells(words: tuple[str, ...]) -> str:
    return "tells of" if len(words) == 1 else "tell of"
