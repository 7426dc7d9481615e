"""A command as its words: pipelines joined by `&&`, read without a shell and without its expansions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_agentgates.errors import UsageError

_SETTING = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_DISCARD = re.compile(r"(?:1|2|&)?>{1,2}[ \t]*/dev/null(?=[ \t]|\Z)")
_EXPANSION = re.compile(r"\$[\w{(@*#?!$'\"-]")
_BRACES = re.compile(r"\{[^\s{}]*(?:,|\.\.)[^\s{}]*\}")
_SCRIPT = "put it into a script of the project and let the criterion run that"
_OF_SHELL = frozenset(
    (
        *("[[", "((", "{", "}", ".", "alias", "builtin", "case", "coproc", "declare", "do", "done", "elif", "else"),
        *("esac", "eval", "exec", "export", "fi", "for", "function", "if", "in", "local", "read", "select", "set"),
        *("shopt", "source", "then", "trap", "typeset", "unalias", "unset", "until", "while"),
    )
)


@dataclass(frozen=True)
class Word:
    """One word; `glob` where it holds an unquoted `*`, `?` or `[`."""

    text: str
    glob: bool = False


@dataclass(frozen=True)
class Stage:
    """One program with its arguments, and the variables that are set for it."""

    words: tuple[Word, ...]
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def texts(self) -> tuple[str, ...]:
        """The words as text, the program first."""
        return tuple(word.text for word in self.words)


@dataclass(frozen=True)
class Pipeline:
    """Stages of which each reads what the one before printed; `negated` where it holds when the last says no."""

    stages: tuple[Stage, ...]
    negated: bool = False


def read_command(text: str) -> tuple[Pipeline, ...]:
    """The pipelines of a command; raises UsageError for what only a shell can read."""
    reader = _Reader(text)
    pipelines: list[list[list[Word]]] = [[[]]]
    while token := reader.next():
        if isinstance(token, Word):
            pipelines[-1][-1].append(token)
        elif token == "|":
            pipelines[-1].append([])
        else:
            pipelines.append([[]])
    return tuple(_pipeline(stages, text) for stages in pipelines)


def _pipeline(stages: list[list[Word]], text: str) -> Pipeline:
    negated = bool(stages[0]) and stages[0][0] == Word("!")
    if negated:
        stages = [stages[0][1:], *stages[1:]]
    return Pipeline(tuple(_stage(words, text) for words in stages), negated)


def _stage(words: list[Word], text: str) -> Stage:
    settings: dict[str, str] = {}
    for place, word in enumerate(words):
        found = _SETTING.fullmatch(word.text)
        if not found:
            if word.text in _OF_SHELL or word.glob:
                raise _needs_shell(word.text)
            return Stage(tuple(words[place:]), settings)
        settings[found[1]] = found[2]
    raise UsageError(f"a part of `{text}` names no program", fix="name one")


def _needs_shell(what: str) -> UsageError:
    return UsageError(f"`{what}` needs a shell, and there is none", fix=_SCRIPT)


@dataclass
class _Reader:
    """Goes through the text once."""

    text: str
    place: int = 0

    def next(self) -> Word | str | None:
        """The next word, `|` or `&&`; None at the end."""
        self._skip()
        if self.place >= len(self.text):
            return None
        for operator in ("&&", "||", "|&", "|"):
            if self.text.startswith(operator, self.place):
                if operator in {"||", "|&"}:
                    raise _needs_shell(operator)
                self.place += len(operator)
                return operator
        return self._word()

    def _skip(self) -> None:
        """Pass white space, a comment, and output that is thrown away."""
        while self.place < len(self.text):
            discard = _DISCARD.match(self.text, self.place)
            if discard:
                self.place = discard.end()
            elif self.text[self.place] == "#":
                self.place = len(self.text)
            elif self.text[self.place] in " \t":
                self.place += 1
            else:
                return

    def _word(self) -> Word:
        found: list[str] = []
        start, glob = self.place, False
        while self.place < len(self.text) and self.text[self.place] not in " \t|":
            sign = self.text[self.place]
            if self.text.startswith("&&", self.place):
                break
            if sign in "'\"\\":
                found.append(self._quoted(sign))
                continue
            self._check_bare(sign, start)
            glob = glob or sign in "*?["
            found.append(sign)
            self.place += 1
        text = "".join(found)
        return Word(text, glob and text != "[")

    def _check_bare(self, sign: str, start: int) -> None:
        """Raise UsageError for an unquoted sign that a shell would not leave as it is."""
        at = self.place
        if sign in ";&<>()`\n\r" or _EXPANSION.match(self.text, at):
            raise _needs_shell(sign)
        if (sign == "~" and at == start) or _BRACES.match(self.text, at):
            raise _needs_shell(sign)

    def _quoted(self, mark: str) -> str:
        self.place += 1
        if mark == "\\":
            self.place += 1
            if self.place > len(self.text) or self.text[self.place - 1] == "\n":
                raise UsageError("the command ends within a word", fix="write it on one line")
            return self.text[self.place - 1]
        return self._until_quote() if mark == "'" else self._double_quoted()

    def _until_quote(self) -> str:
        end = self.text.find("'", self.place)
        if end < 0:
            raise _unclosed()
        found, self.place = self.text[self.place : end], end + 1
        return found

    def _double_quoted(self) -> str:
        found: list[str] = []
        while self.place < len(self.text):
            sign = self.text[self.place]
            if sign == '"':
                self.place += 1
                return "".join(found)
            if sign == "`" or re.match(r"\$[\w{(@*#?!$-]", self.text[self.place : self.place + 2]):
                raise _needs_shell(sign)
            if sign == "\\" and self.text[self.place + 1 : self.place + 2] in {"$", "`", '"', "\\"}:
                self.place += 1
                sign = self.text[self.place]
            found.append(sign)
            self.place += 1
        raise _unclosed()


def _unclosed() -> UsageError:
    return UsageError("a quote of the command is not closed", fix="close it")
