"""Finds phrases in the text of a task word by word, never inside of words and never in paths of files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

_FILE_PATH = re.compile(
    r"(?<![\w/])(?!/)(?:\.{0,2}[\w@{}*.-]+/)+[\w@{}*-]*\.\w+\b|(?<![\w/])(?!/)(?:[\w@.-]+/){2,}[\w@.-]*"
)
_FOLDER = re.compile(r"(?<![\w/])(?:app|apps|backend|components|docs|frontend|lib|packages|src|tests)/[\w@.-]*")
_URL_PATH = re.compile(r"(?<![\w/])/[\w{}:<>*./-]*")
_CHUNK = re.compile(r"[^\W_]+(?:[-_./+][^\W_]+)*")
# Before the end of a word: an acronym with the s of its plural, an acronym, a word, a number.
_WORD = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[^\WA-Z\d_]+|\d+")
_BREAK = re.compile(r"[.,;:!?()\[\]\"|\n](?:\s|$)|\n|\s[-\u2013\u2014]\s|[()\[\]|]")
_SHORTEST_JOINED = 3


@dataclass(frozen=True)
class Token:
    """One word and its singular; `chunk` counts what white space separates, `part` what punctuation does."""

    word: str
    singular: str
    chunk: int
    part: int


@dataclass(frozen=True)
class Text:
    """A text as it can be searched: `literal` with signs and paths of addresses, `tokens` without them.

    `starts` has the numbers of the tokens by their first letter, because most tokens begin no phrase.
    """

    literal: str
    tokens: tuple[Token, ...]
    starts: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, *texts: str) -> Text:
        """The texts, each a part of its own."""
        plain = _FOLDER.sub(" ", _FILE_PATH.sub(" ", "\n".join(texts)))
        tokens = tuple(_tokens(_URL_PATH.sub(" ", plain)))
        starts: dict[str, tuple[int, ...]] = {}
        for number, token in enumerate(tokens):
            starts[token.word[0]] = (*starts.get(token.word[0], ()), number)
        return cls(" ".join(plain.split()).lower(), tokens, starts)


def find_phrase(text: Text, phrase: str, beside: tuple[range, ...] = ()) -> bool:
    """Whether the text holds the phrase, other than inside of longer ones that stand at the places `beside`.

    Signs at its ends count (`br-`, `get /`); words count in singular and plural, written apart, joined by
    hyphens or solid, as in `use case`, `use-case` and `CreateOrderUseCases`.
    """
    lowered = phrase.lower().strip()
    if not lowered or not (lowered[0].isalnum() and lowered[-1].isalnum()):
        return bool(lowered) and _literal(lowered).search(text.literal) is not None
    return any(not any(_is_inside(place, longer) for longer in beside) for place in _places(text, phrase))


def places_of(text: Text, phrases: Iterable[str]) -> tuple[range, ...]:
    """Where phrases stand, as the numbers of their tokens."""
    return tuple(place for phrase in phrases for place in _places(text, phrase))


def _is_inside(place: range, longer: range) -> bool:
    return longer.start <= place.start and place.stop <= longer.stop and len(place) < len(longer)


def _places(text: Text, phrase: str) -> Iterator[range]:
    wanted = _phrase_words(phrase)
    solid = _solid(phrase)
    for start in text.starts.get(wanted[0].word[0], ()) if wanted else ():
        first = text.tokens[start]
        could_begin = first.singular == wanted[0].singular or any(one.startswith(first.singular) for one in solid)
        if could_begin and (length := _length(text.tokens, start, wanted, solid)):
            yield range(start, start + length)


@lru_cache(maxsize=1024)
def _literal(phrase: str) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(word) for word in phrase.split())
    before = r"(?<![\w-])" if phrase[0].isalnum() else r"(?<!\w)"
    after = r"(?![^\W_])" if phrase[-1].isalnum() else ""
    # A prefix such as `br-` is one of a number or a name, not a dash.
    return re.compile(before + words + (after or (r"(?=\w)" if phrase.endswith("-") else "")))


@lru_cache(maxsize=1024)
def _phrase_words(phrase: str) -> tuple[Token, ...]:
    return tuple(_tokens(phrase))


@lru_cache(maxsize=1024)
def _solid(phrase: str) -> frozenset[str]:
    """The letters of a phrase without joints, with its last word as it stands and in singular."""
    wanted = _phrase_words(phrase)
    before = "".join(token.word for token in wanted[:-1])
    return frozenset(before + last for token in wanted[-1:] for last in (token.word, token.singular))


def _length(tokens: tuple[Token, ...], start: int, wanted: tuple[Token, ...], solid: frozenset[str]) -> int:
    """How many tokens from here are the wanted words: one for one, or the same letters with other joints; else 0."""
    found = tokens[start : start + len(wanted)]
    if [token.singular for token in found] == [token.singular for token in wanted]:
        return len(found) if all(token.part == tokens[start].part for token in found) else 0
    return max(_joined(tokens, start, letters) for letters in solid)


def _joined(tokens: tuple[Token, ...], start: int, letters: str) -> int:
    """How many words that follow each other have just these letters, the last of them in any number; else 0."""
    first, rest = tokens[start], letters
    for count, token in enumerate(tokens[start : start + len(letters)], 1):
        loose = token.chunk != first.chunk and min(len(token.word), len(first.word)) < _SHORTEST_JOINED
        if token.part != first.part or loose:
            return 0
        if rest in (token.word, token.singular):
            return count
        if not rest.startswith(token.word):
            return 0
        rest = rest[len(token.word) :]
    return 0


def _tokens(text: str) -> Iterator[Token]:
    part = position = 0
    for chunk, match in enumerate(_CHUNK.finditer(text)):
        part += len(_BREAK.findall(text[position : match.start() + 1]))
        position = match.end()
        for word in _WORD.findall(match[0]):
            yield Token(word.lower(), _singular(word.lower()), chunk, part)


@lru_cache(maxsize=4096)
def _singular(word: str) -> str:
    """A word without the ending of a plural; the same for a singular."""
    if word == "indices":
        return "index"
    if len(word) < _SHORTEST_JOINED or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > _SHORTEST_JOINED + 1:
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    return word[:-1]
