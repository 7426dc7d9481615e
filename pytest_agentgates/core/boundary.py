"""Where a task may change files: as it says itself, as the configuration says, as was recorded since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from pytest_agentgates.core.task import Task
from pytest_agentgates.core.task_text import ScopeOfText, read_scope

Fits = Callable[[str, str], bool]
WIDENED = "widened"
_DECLARING = ("files_to_modify", "files_created")


class Drift(IntEnum):
    """How far a change lies from what the task is about."""

    INCLUDED = 1
    EXPECTED_MINOR = 2
    OUT_OF_SCOPE = 3


@dataclass(frozen=True)
class Limits:
    """What the configuration adds: globs that are open to every task, and each agent's area."""

    allow: tuple[str, ...] = ()
    agents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def area_of(self, agent: str) -> tuple[str, ...]:
        """The area of an agent, by its name or the word that it begins with; empty where it has none."""
        fitting = [key for key in self.agents if agent == key or agent.startswith(f"{key}-")]
        return self.agents[max(fitting, key=len)] if fitting else ()


@dataclass(frozen=True)
class Widening:
    """A recorded permission to leave the boundary: where, why, by whom and when."""

    glob: str
    reason: str
    by: str
    at: str


@dataclass(frozen=True)
class Boundary:
    """Globs relative to the repository; none where nothing is declared.

    `minor` are places where small changes are expected, `excluded` those that the task rules out itself,
    `area` is where its agent works at all (empty for everywhere), `allow` is open whatever else is said.
    """

    patterns: tuple[str, ...] = ()
    minor: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    area: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()

    @property
    def is_declared(self) -> bool:
        """Whether there is a boundary at all."""
        return bool(self.patterns or self.area)

    def holds(self, path: str, fits: Fits) -> bool:
        """Whether a path lies inside; `fits` says whether a path fits a glob. Without a boundary all paths do."""
        return not self.is_declared or self.drift(path, fits) is not Drift.OUT_OF_SCOPE

    def drift(self, path: str, fits: Fits) -> Drift:
        """How far a path lies from the task; all that is not declared is out of scope."""
        if any(fits(path, pattern) for pattern in self.allow):
            return Drift.INCLUDED
        if not self.in_area(path, fits):
            return Drift.OUT_OF_SCOPE
        if path in self.patterns:
            return Drift.INCLUDED
        if any(fits(path, pattern) for pattern in self.excluded):
            return Drift.OUT_OF_SCOPE
        if not self.patterns or any(fits(path, pattern) for pattern in self.patterns):
            return Drift.INCLUDED
        minor = any(fits(path, pattern) for pattern in self.minor)
        return Drift.EXPECTED_MINOR if minor else Drift.OUT_OF_SCOPE

    def in_area(self, path: str, fits: Fits) -> bool:
        """Whether the agent works there at all."""
        return not self.area or any(fits(path, pattern) for pattern in self.area)

    def names(self, path: str) -> bool:
        """Whether a path is named word for word, and not only by a glob or its folder."""
        return path in self.patterns or path in self.minor or path in self.allow


def boundary_of(tasks: Sequence[Task], limits: Limits | None = None, agent: str = "") -> Boundary:
    """The boundary of tasks that are judged together; without patterns where one of them declares none.

    It is made of `deliverables`, `files_to_modify` and `files_created`, of which only paths count, of the sections
    "Files to Create/Modify" and "Adjacent Scope" of the description, of recorded widenings, and of the limits.
    """
    known = limits or Limits()
    scopes = [_scope_of(task) for task in tasks]
    area = known.area_of(agent)
    declared = [_declared(task, scope) for task, scope in zip(tasks, scopes, strict=True)]
    if not tasks or not all(declared):
        return Boundary(area=area, allow=known.allow if area else ())
    widened = [one.glob for task in tasks for one in widenings(task)]
    patterns = [*(path for paths in declared for path in paths), *widened]
    return Boundary(
        patterns=_once(patterns),
        minor=_once(path for scope in scopes for path in scope.minor),
        excluded=_once(path for scope in scopes for path in scope.excluded if path not in widened),
        area=(*area, *widened) if area else (),
        allow=known.allow,
    )


# Files that are known by a name without a suffix.
_BARE_NAMES = frozenset(
    {
        *("AUTHORS", "CHANGELOG", "CODEOWNERS", "Containerfile", "COPYING", "Dockerfile", "Gemfile", "Jenkinsfile"),
        *("Justfile", "justfile", "LICENSE", "Makefile", "NOTICE", "Pipfile", "Procfile", "Rakefile", "README"),
        *("Vagrantfile",),
    }
)


def declared_paths(task: Task) -> tuple[str, ...]:
    """The paths and globs that a task declares, without the prose that stands among them."""
    return _declared(task, _scope_of(task))


def widenings(task: Task) -> tuple[Widening, ...]:
    """The recorded widenings of a task; one without a reason, an author or a time widens nothing."""
    recorded = task.extra.get(WIDENED)
    return tuple(_widenings(recorded if isinstance(recorded, list) else []))


def is_path(text: str) -> bool:
    """Whether a text can only be meant as a path: one word that reads like one, inside the repository."""
    if not text or any(letter.isspace() for letter in text) or "://" in text:
        return False
    if text.startswith(("/", "~")) or ".." in text.split("/"):
        return False
    return "/" in text or "." in text.rstrip(".") or text in _BARE_NAMES


def _scope_of(task: Task) -> ScopeOfText:
    text = task.extra.get("body")
    return read_scope("\n".join((task.description, text if isinstance(text, str) else "")))


def _declared(task: Task, scope: ScopeOfText) -> tuple[str, ...]:
    named: list[object] = [*task.deliverables]
    for key in _DECLARING:
        value = task.extra.get(key)
        named += value if isinstance(value, list) else []
    named += scope.included
    return _once(text.strip() for text in named if isinstance(text, str) and is_path(text.strip()))


def _widenings(recorded: Iterable[object]) -> Iterator[Widening]:
    for one in recorded:
        words = [one.get(key) for key in ("glob", "reason", "by", "at")] if isinstance(one, dict) else []
        texts = [word.strip() for word in words if isinstance(word, str) and word.strip()]
        if len(texts) == len(words) and texts:
            yield Widening(*texts)


def _once(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(paths))
