"""Where a task may change files, as it says itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pytest_agentgates.core.task import Task

Fits = Callable[[str, str], bool]
_DECLARING = ("files_to_modify", "files_created")


@dataclass(frozen=True)
class Boundary:
    """Globs relative to the repository; none where nothing is declared."""

    patterns: tuple[str, ...] = ()

    @property
    def is_declared(self) -> bool:
        """Whether there is a boundary at all."""
        return bool(self.patterns)

    def holds(self, path: str, fits: Fits) -> bool:
        """Whether a path lies inside; `fits` says whether a path fits a glob. Without a boundary all paths do."""
        return not self.patterns or any(fits(path, pattern) for pattern in self.patterns)


def boundary_of(tasks: Sequence[Task], more: Iterable[str] = ()) -> Boundary:
    """The boundary of tasks that are judged together; undeclared where one of them declares none.

    It is made of `deliverables`, `files_to_modify` and `files_created`, of which only paths count, and of the
    globs `more`.
    """
    declared = [declared_paths(task) for task in tasks]
    if not all(declared):
        return Boundary()
    every = [*(path for paths in declared for path in paths), *more]
    return Boundary(tuple(dict.fromkeys(every)))


def declared_paths(task: Task) -> tuple[str, ...]:
    """The paths and globs that a task declares, without the prose that stands among them."""
    named: list[object] = list(task.deliverables)
    for key in _DECLARING:
        value = task.extra.get(key)
        named += value if isinstance(value, list) else []
    return tuple(dict.fromkeys(text.strip() for text in named if isinstance(text, str) and _is_path(text.strip())))


def _is_path(text: str) -> bool:
    """Whether a text can only be meant as a path: one word with a `/` or a suffix, inside the repository."""
    if not text or any(letter.isspace() for letter in text) or "://" in text:
        return False
    if text.startswith(("/", "~")) or ".." in text.split("/"):
        return False
    return "/" in text or "." in text.strip(".")
