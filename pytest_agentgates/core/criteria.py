"""Acceptance criteria of a task: what each says, by which commands it is judged, what kind of task it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_agentgates.core.task import Task

# Fields of a change that a store with boxes writes there: criteria to tick, and a line of the progress log.
TICKED, PROGRESS = "ticked_criteria", "progress_entry"
# Where a gate's facts name what it proved, by task.
PROVED = "proved_criteria"
FIELD = "acceptance_criteria"
GENERAL = "general"
TYPES: Mapping[str, str] = {
    **dict.fromkeys(("build", "builds", "registry", "image", "images"), "build"),
    **dict.fromkeys(("deployment", "deployments", "deploy", "flux", "argocd", "gitops"), "deployment"),
    **dict.fromkeys(("infrastructure", "networking", "security", "configuration", "config"), "configuration"),
    **dict.fromkeys(("verification", "health", "monitoring"), "verification"),
}

_SHELL = ("", "sh", "bash", "shell", "console", "shell-session", "zsh")
_FENCE = re.compile(
    r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w-]*)[^\n`]*\n(.*?)(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_PROGRAM = re.compile(r"!|\[|[A-Za-z_]\w*=\S*|[.\\'\"]*[A-Za-z_./][\w./+'\"\\-]*")
_NO_ARGUMENT = ("=", "==", "!=", ":=", "->", "=>", "<", ">", "<=", ">=")
_CALLED = re.compile(r"(?::|\brun|\bruns)[ \t]*\Z", re.IGNORECASE)
_NEEDS = re.compile(r"\((?:after|needs|depends on)[ \t]+((?:\d+(?:[ \t]*(?:,|and)[ \t]*)?)+)\)", re.IGNORECASE)


@dataclass(frozen=True)
class Criterion:
    """One criterion, numbered from 1; `line` 0 where it stands in no line, `nth` among those that read the same.

    `needs` are the numbers of those that must be met first.
    """

    number: int
    text: str
    done: bool = False
    commands: tuple[str, ...] = ()
    line: int = 0
    more: str = ""
    nth: int = 0
    needs: tuple[int, ...] = ()

    @property
    def identity(self) -> dict[str, object]:
        """What a store finds it by, should other lines have moved meanwhile."""
        return {"text": self.text, "more": self.more, "nth": self.nth}


def criteria_of(task: Task) -> tuple[Criterion, ...]:
    """The criteria of a task, in their order."""
    listed = task.extra.get(FIELD)
    found: list[Criterion] = []
    seen: dict[tuple[str, str], int] = {}
    parents: list[tuple[int, int]] = []
    first = task.where.rpartition(":")[2]
    for number, item in enumerate(listed if isinstance(listed, list) else (), 1):
        entry = item if isinstance(item, dict) else {"text": item}
        text, more = str(entry.get("text", "")), str(entry.get("more", ""))
        nth = seen[text, more] = seen.get((text, more), -1) + 1
        indent = _whole(entry.get("indent"))
        parents = [parent for parent in parents if parent[0] < indent]
        needs = {*_named(text), *(number for _, number in parents)}
        parents.append((indent, number))
        offset, done = _whole(entry.get("offset")), entry.get("done") is True
        line = int(first) + offset if first.isdigit() and offset else 0
        commands = commands_of(text, more)
        found.append(Criterion(number, text, done, commands, line, more, nth, tuple(sorted(needs - {number}))))
    return tuple(found)


def commands_of(text: str, more: str = "") -> tuple[str, ...]:
    """The commands of a criterion: those of its code blocks, else those of its code spans."""
    blocks = [found for found in _FENCE.finditer(more) if found[2].lower() in _SHELL]
    if blocks:
        return tuple(line for block in blocks for line in _lines(block[3]))
    prose = f"{text}\n{_COMMENT.sub('', _FENCE.sub('', more))}"
    spans = ((found[2].strip(), prose[: found.start()]) for found in _SPAN.finditer(prose))
    return tuple(filter(None, (_command(span, before) for span, before in spans)))


def task_type(labels: object) -> str:
    """The kind of task that the first telling label says; `general` where none does."""
    words = re.findall(r"[\w-]+", labels.lower()) if isinstance(labels, str) else labels
    known = (TYPES.get(str(word).strip().lower()) for word in (words if isinstance(words, (list, tuple)) else ()))
    return next(filter(None, known), GENERAL)


def progress_entry(met: Sequence[Criterion]) -> str:
    """What the progress log says of what was proved; empty where nothing was."""
    return f"Criteria met: {'; '.join(criterion.text for criterion in met)}" if met else ""


def _named(text: str) -> Iterator[int]:
    for found in _NEEDS.finditer(text):
        yield from map(int, re.findall(r"\d+", found[1]))


def _whole(value: object) -> int:
    return value if type(value) is int else 0


def _lines(block: str) -> Iterator[str]:
    """The commands of a code block; where lines begin with `$ `, the others are output."""
    lines = [line.strip() for line in re.sub(r"\\\r?\n", " ", block).splitlines()]
    prompted = [line[2:].strip() for line in lines if line.startswith("$ ")]
    yield from (line for line in prompted or lines if line and not line.startswith("#"))


def _command(span: str, before: str) -> str:
    """The span where it is a command: prompted, of several words, or one word that is said to be run."""
    if span.startswith("$ "):
        return span[2:].strip()
    words = span.split()
    if not words or not _PROGRAM.fullmatch(words[0]) or (words[0].isupper() and "=" not in words[0]):
        return ""
    if len(words) == 1:
        return span if span.startswith("./") or _CALLED.search(before) else ""
    return "" if words[1] in _NO_ARGUMENT else span
