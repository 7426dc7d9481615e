"""Which floor each file stands under."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.task import Task
from pytest_agentgates.gates.coverage_floor.rules import NO_FILE
from pytest_agentgates.source.globs import matches, static_prefix

_WHOLE = 100

LAYER_GLOBS: dict[str, tuple[str, ...]] = {
    "domain": ("**/domain/**",),
    "application": ("**/application/**", "**/ports/**"),
    "infrastructure_backend": ("**/infrastructure/**", "**/adapters/**", "**/api/**"),
    "infrastructure_frontend": ("frontend/**", "apps/web/**"),
}


@dataclass(frozen=True)
class Floor:
    """A percentage that the files must reach together; `name` says where it comes from."""

    name: str
    percent: Fraction
    files: tuple[str, ...]


def globs_of(key: str) -> tuple[str, ...]:
    """The globs that a key of `floors` stands for: those of a layer, or itself."""
    return LAYER_GLOBS.get(key, (key,))


def countable(files: Iterable[str], exclude: Sequence[str]) -> tuple[str, ...]:
    """The Python files that coverage is asked of."""
    python = (path for path in files if path.endswith(".py"))
    return tuple(path for path in python if not any(matches(path, glob) for glob in exclude))


def mistake_in(floors: Mapping[str, float], tasks: Iterable[Task], changed_lines: float) -> str:
    """What is wrong with the numbers; empty where they can be judged by."""
    percents = {**{f"floors.{key}": value for key, value in floors.items()}, "changed_lines": changed_lines}
    for name, value in percents.items():
        if not 0 <= value <= _WHOLE:
            return f"{name} = {value:g} is no percentage from 0 to 100"
        if 0 < value < 1:
            return f"{name} = {value:g} reads as less than one percent: write {value * _WHOLE:g}"
    for task in tasks:
        if task.coverage_target is not None and not 0 <= task.coverage_target <= 1:
            return f"the coverage target {task.coverage_target:g} of task {task.id} is no fraction from 0 to 1"
    return ""


def configured_floors(floors: Mapping[str, float], files: Sequence[str]) -> list[Floor]:
    """Each configured floor with the files that no more specific floor takes.

    More specific is the glob with the longer part before its first wildcard, then the longer glob.
    """
    taken: dict[str, list[str]] = {key: [] for key in floors}
    for path in files:
        fitting = [
            (len(static_prefix(glob)), len(glob), key)
            for key in floors
            for glob in globs_of(key)
            if matches(path, glob)
        ]
        if fitting:
            taken[max(fitting)[-1]].append(path)
    return [Floor(key, Fraction(str(percent)), tuple(taken[key])) for key, percent in floors.items()]


def task_floors(
    tasks: Iterable[Task], files: Sequence[str], exclude: Sequence[str], configured: Sequence[Floor]
) -> list[Floor]:
    """The tasks' own floors: over their deliverables, or over the files of all floors where none is Python."""
    under_floors = tuple(sorted({path for floor in configured for path in floor.files}))
    found = []
    for task in tasks:
        if task.coverage_target is not None:
            own = deliverables(task, files)
            percent = Fraction(str(task.coverage_target)) * _WHOLE
            is_asked = own or countable(task.deliverables, exclude)
            found.append(Floor(f"task {task.id}", percent, own if is_asked else under_floors))
    return found


def deliverables(task: Task, files: Sequence[str]) -> tuple[str, ...]:
    """The files on disk that the task delivers; a deliverable may be a path, a folder or a glob."""
    return tuple(path for path in files if any(matches(path, glob) for glob in task.deliverables))


def empty_floors(floors: Mapping[str, float], every_file: Sequence[str], files: Sequence[str]) -> list[Finding]:
    """COV004 for each configured floor without a file."""
    found = []
    for key in floors:
        globs = globs_of(key)
        if any(matches(path, glob) for path in files for glob in globs):
            continue
        excluded = any(path.endswith(".py") and matches(path, glob) for path in every_file for glob in globs)
        reason = "only files that `exclude` leaves out" if excluded else "no Python file"
        fix = "correct the glob, or take the floor out"
        found.append(Finding(NO_FILE.code, f"the floor {key!r} matches {reason}", fix=fix, snippet=key))
    return found


def missing_deliverables(tasks: Iterable[Task], every_file: Sequence[str], exclude: Sequence[str]) -> list[Finding]:
    """COV004 for each Python file that a task with a floor should deliver and that is not there."""
    found = []
    for task in tasks:
        wanted = task.deliverables if task.coverage_target is not None else ()
        for glob in countable(wanted, exclude):
            if not any(matches(path, glob) for path in every_file):
                message = f"the floor of task {task.id} is asked of {glob}, which is not on disk"
                found.append(Finding(NO_FILE.code, message, fix="deliver the file", snippet=glob))
    return found
