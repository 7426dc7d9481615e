"""Whether a command may be run for a criterion: what it says must neither deploy directly nor touch production."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pytest_agentgates.core.command_words import Pipeline, Stage, read_command
from pytest_agentgates.core.refused_commands import (
    ALIASES,
    DATABASE_CLIENTS,
    DATABASE_URL,
    FROM_INPUT,
    HARMLESS,
    INPUT_OPTIONS,
    INTERPRETERS,
    LOOKING,
    PROTECTED,
    READING,
    REFUSED,
    SHELLS,
    STARTERS,
    STEERING,
    WITH_VALUE,
)
from pytest_agentgates.errors import UsageError

_VERSION = re.compile(r"[-_.]?v?\d[\d.]*\Z")
_NAME = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_URL = re.compile(DATABASE_URL, re.IGNORECASE)
_LOOSE = re.compile(r"--[\w-]+=[\w.-]+|[^\s'\"`;|&()<>,\[\]{}=!]+")
_COMPOUND = re.compile(r"[\s'\"`;|&()!,]")
_C = re.compile(r"-\w*c\w*|--command|-Command")
_DEEPEST = 5


@dataclass(frozen=True)
class SafetyRules:
    """Patterns of refused commands, and the words by which names of production are known."""

    refused: tuple[str, ...] = REFUSED
    protected: tuple[str, ...] = PROTECTED


def safety_rules(added: Sequence[str], lifted: Sequence[str], protected: Sequence[str]) -> SafetyRules:
    """The built-in patterns with those of the configuration; raises UsageError for one lifted that is not there."""
    unknown = [pattern for pattern in lifted if pattern not in REFUSED]
    if unknown:
        fix = "name one as `agentgates criteria --rules` prints it"
        raise UsageError(f"permit: there is no pattern {unknown[0]!r}", fix=fix)
    kept = tuple(pattern for pattern in REFUSED if pattern not in lifted)
    return SafetyRules((*kept, *(one for one in added if one.strip())), tuple(word.lower() for word in protected))


def refusal_of(text: str, rules: SafetyRules, depth: int = 0) -> str:
    """Why a command is not run; empty where nothing speaks against it."""
    if depth > _DEEPEST:
        return "the command is nested too deeply to be judged"
    try:
        pipelines = read_command(text)
    except UsageError as error:
        return error.mistakes[0].what
    return next(filter(None, (_of_stage(stage, place, rules, depth) for stage, place in _stages(pipelines))), "")


def refusal_of_words(words: Sequence[str], rules: SafetyRules) -> str:
    """Why a program is not started with these arguments, of which it is known what they are."""
    name = name_of(words[0])
    if name in LOOKING and not _starts_another(words, LOOKING[name]):
        return ""
    pieces = [piece for word in words for piece in _pieces(word)]
    return _of_database(words, {}, rules) or _of_words(pieces, rules) or _of_words(words, rules)


def refusal_in_text(text: str, rules: SafetyRules, is_shell: bool = True) -> str:
    """What a script says that would be refused as a command, as far as its lines show it."""
    joined = re.sub(r"\\\r?\n", " ", text).replace("''", "").replace('""', "")
    lines = (line for line in joined.splitlines() if not line.lstrip().startswith(("#", "//")))
    parts = [_LOOSE.findall(part) for line in lines for part in re.split(r"[;|&]+", line)]
    doing = (words for words in parts if words and not (is_shell and name_of(words[0]) in LOOKING))
    return next(filter(None, (_of_words(words, rules) for words in doing)), "")


def name_of(word: str) -> str:
    """The program that a word names: without folder, version and `.exe`, and by its usual name."""
    name = re.split(r"[/\\]", word)[-1].lower().removesuffix(".exe")
    if name in ALIASES:
        return ALIASES[name]
    plain = _VERSION.sub("", name) or name
    return ALIASES.get(plain, plain)


def is_protected(text: str, rules: SafetyRules) -> bool:
    """Whether a name is one of production, word by word: `prod-db` is, `products` is not."""
    return any(word.lower() in rules.protected for word in _NAME.findall(text))


def begins_with(words: Sequence[str], verbs: Sequence[str]) -> bool:
    """Whether the first words are one of these verbs, of one or two words."""
    said = " ".join(words[:2])
    return any(said == verb or said.startswith(f"{verb} ") for verb in verbs)


def _stages(pipelines: Sequence[Pipeline]) -> Iterator[tuple[Stage, int]]:
    for pipeline in pipelines:
        yield from ((stage, place) for place, stage in enumerate(pipeline.stages))


def _of_stage(stage: Stage, place: int, rules: SafetyRules, depth: int) -> str:
    words = stage.texts
    steering = [name for name in stage.settings if any(fnmatchcase(name.upper(), one) for one in STEERING)]
    if steering:
        return f"it sets {steering[0]}, which chooses what is run"
    program = name_of(words[0])
    if program in LOOKING and not _starts_another(words, LOOKING[program]):
        return ""
    return (
        _of_database(words, stage.settings, rules)
        or _of_shells(words, place, rules, depth)
        or _of_input(words)
        or _of_words([piece for word in words for piece in _pieces(word)], rules)
        or _of_words(words, rules)
    )


def _starts_another(words: Sequence[str], options: Sequence[str]) -> bool:
    return any(word.startswith(option) for word in words[1:] for option in options)


def _of_database(words: Sequence[str], settings: Mapping[str, str], rules: SafetyRules) -> str:
    said = (*words, *settings.values())
    pieces = [piece for word in words for piece in (word, *_pieces(word))]
    urls = [url for word in said for url in _URL.findall(word) if is_protected(url, rules)]
    clients = [name_of(word) for word in pieces if name_of(word) in DATABASE_CLIENTS]
    # The value of a short option may stand right behind it: `-hprod-db`.
    names = (*said, *(word[2:] for word in words if re.match(r"-[A-Za-z]", word)))
    if urls or (clients and any(is_protected(word, rules) for word in names)):
        return f"{clients[0] if clients else words[0]} would touch a production database"
    return ""


def _of_shells(words: Sequence[str], place: int, rules: SafetyRules, depth: int) -> str:
    for index, word in enumerate(words):
        name = name_of(word)
        if name not in SHELLS:
            if index == 0 and place and name in INTERPRETERS and not _names_script(words):
                return f"{name} would read its program from a pipe"
            continue
        rest = words[index + 1 :]
        commands = _after_c(rest)
        if place and commands is None and not _names_script(words[index:]):
            return f"{name} would read its commands from a pipe"
        if commands is not None and (reason := refusal_of(commands, rules, depth + 1)):
            return f"in `{name} -c`: {reason}"
    return ""


def _after_c(rest: Sequence[str]) -> str | None:
    """What a shell is given after `-c`, None where it is not."""
    given = next((place for place, word in enumerate(rest) if _C.fullmatch(word)), None)
    if given is None:
        return None
    return next((word for word in rest[given + 1 :] if not word.startswith(("-", "+"))), "")


def _names_script(words: Sequence[str]) -> bool:
    """Whether an interpreter is told what to run by its words, and not by its input."""
    rest = words[1:]
    if "-s" in rest or "-" in rest or "/dev/stdin" in rest:
        return False
    return any(not word.startswith("-") for word in rest)


def _of_input(words: Sequence[str]) -> str:
    """A program whose words come from a pipe, so that nobody can tell what it will do."""
    for index, word in enumerate(words):
        if name_of(word) in FROM_INPUT:
            started = next(_started(words[index + 1 :]), "")
            if started in _GUARDED or started in SHELLS | DATABASE_CLIENTS | STARTERS:
                return f"{started} would be told by {name_of(word)} what to do"
    return ""


def _started(rest: Sequence[str]) -> Iterator[str]:
    """The program that `xargs` starts, behind its own options and behind programs that start another."""
    words, last = iter(rest), ""
    for word in words:
        if word in INPUT_OPTIONS:
            next(words, "")
        elif not word.startswith("-") and not word[:1].isdigit() and "=" not in word:
            last = name_of(word)
            if last not in STARTERS:
                yield last
    if last:
        yield last


def _pieces(word: str) -> list[str]:
    """The words within a word that is code of some language, or the word itself."""
    if _COMPOUND.search(word):
        return _LOOSE.findall(word)
    _, equals, value = word.partition("=")
    return [word, value] if equals and value else [word]


def _of_words(words: Sequence[str], rules: SafetyRules) -> str:
    """The first refused pattern that begins at any of the words."""
    for index, word in enumerate(words):
        name, rest = name_of(word), words[index + 1 :]
        for pattern in rules.refused:
            program, *verbs = pattern.lower().split()
            if fnmatchcase(name, program) and _follow(rest, verbs) and not _is_harmless(pattern, name, rest):
                return f"`{pattern}` is refused: it changes what runs, past review"
    return ""


def _follow(words: Sequence[str], verbs: Sequence[str]) -> bool:
    """Whether the verbs are among the words, in their order."""
    rest = iter(words)
    return all(any(fnmatchcase(word.lower(), verb.lower()) for word in rest) for verb in verbs)


def _is_harmless(pattern: str, program: str, rest: Sequence[str]) -> bool:
    """Whether a command that a built-in pattern fits changes nothing; a pattern of the configuration says it all."""
    return pattern in _BUILT_IN and (_only_says(program, rest) or _only_reads(program, rest))


def _only_says(program: str, rest: Sequence[str]) -> bool:
    """Whether an option keeps the program from doing it, and stands where it cannot be another one's value."""
    options = HARMLESS.get(program, ())
    own = list(rest[: rest.index("--")] if "--" in rest else rest)
    stems = {option.partition("=")[0] for option in options}
    said = [place for place, word in enumerate(own) if word.partition("=")[0] in stems]
    if len(said) != 1 or own[said[0]] not in options:
        return False
    before = own[said[0] - 1] if said[0] else ""
    return before == "-" or not before.startswith("-") or "=" in before


def _only_reads(program: str, rest: Sequence[str]) -> bool:
    """Whether the verb, right behind options that are known, is one that reads."""
    words = list(rest)
    while words and words[0].startswith("-"):
        option, equals, _ = words[0].partition("=")
        if option not in WITH_VALUE.get(program, ()):
            return False
        words = words[1:] if equals else words[2:]
    return begins_with(words, READING.get(program, ()))


_BUILT_IN = frozenset(REFUSED)
_GUARDED = frozenset(pattern.split()[0] for pattern in REFUSED)
