"""The whole file of tasks, and every mistake in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

from pytest_agentgates.core.task import Task
from pytest_agentgates.errors import Mistake, UsageError
from pytest_agentgates.json_outline import Item, Member, find, read_members
from pytest_agentgates.stores.json_file.file_outline import FileOutline, line_of, read_outline
from pytest_agentgates.task_files.entry import Entry, named, problems_of, task_of


@dataclass(frozen=True)
class TaskFile:
    """A file without mistakes; `root` is where its top level begins, `lines` are those of the entries.

    Tasks are made when they are asked for: a move needs one of them.
    """

    shown_as: str
    data: bytes
    text: str
    root: int
    members: Entry
    entries: tuple[Item, ...]
    lines: tuple[int, ...]

    @property
    def version(self) -> int:
        """`_version`, 0 where the file has none yet."""
        return cast(int, self.members.get("_version", 0))

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Every task, in the file's order."""
        return tuple(map(self.task, range(len(self.entries))))

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of the tasks."""
        return tuple(str(self.entry(index)["id"]) for index in range(len(self.entries)))

    @cached_property
    def words(self) -> Mapping[str, int]:
        """How often the file uses each word for a status."""
        found = (self.entry(index).get("status") for index in range(len(self.entries)))
        return Counter(word for word in found if isinstance(word, str))

    def task(self, index: int) -> Task:
        """One task."""
        return task_of(self.entry(index), f"{self.shown_as}:{self.lines[index]}")

    def entry(self, index: int) -> Entry:
        """The members of one task."""
        return cast(Entry, self.entries[index].value)


def read_task_file(path: Path, shown_as: str) -> TaskFile:
    """Read a file of tasks; raises UsageError with every mistake, each with `file:line`."""
    outline = read_outline(path, shown_as)
    _raise_all(_top_level_mistakes(outline, shown_as))
    members = {member.key: member.item.value for member in outline.members}
    entries = tuple(cast(list[Item], members.pop("tasks")))
    lines = _lines_of(outline.text, entries)
    _raise_all(_entry_mistakes(outline, entries, lines, shown_as))
    return TaskFile(shown_as, outline.data, outline.text, outline.root, members, entries, tuple(lines))


def _raise_all(mistakes: Iterator[Mistake]) -> None:
    if found := list(mistakes):
        raise UsageError.of(found)


def _top_level_mistakes(outline: FileOutline, shown_as: str) -> Iterator[Mistake]:
    yield from _repeated_keys(outline.text, outline.members, shown_as, 1)
    places = {member.key: f"{shown_as}:{line_of(outline.text, member.key_start)}" for member in outline.members}
    values = {member.key: member.item.value for member in outline.members}
    if "tasks" not in values:
        yield Mistake("the list tasks is missing", shown_as, 'add "tasks": []')
    elif not isinstance(values["tasks"], list):
        yield Mistake(f"tasks must be a list, not {named(values['tasks'])}", places["tasks"], "write a list")
    version = values.get("_version", 0)
    if type(version) is not int or version < 0:
        what = f"_version must be a whole number, not {named(version)}"
        yield Mistake(what, places["_version"], "write the number of the last change, 0 for none")


def _lines_of(text: str, entries: Sequence[Item]) -> list[int]:
    lines: list[int] = []
    line, position = 1, 0
    for item in entries:
        line += text.count("\n", position, item.start)
        position = item.start
        lines.append(line)
    return lines


def _entry_mistakes(
    outline: FileOutline, entries: Sequence[Item], lines: Sequence[int], shown_as: str
) -> Iterator[Mistake]:
    first_lines: dict[str, int] = {}
    for item, line in zip(entries, lines, strict=True):
        where = f"{shown_as}:{line}"
        if not isinstance(item.value, dict):
            yield Mistake(f"a task must be an object, not {named(item.value)}", where, "write an object")
            continue
        text = outline.text[item.start : item.end] if outline.repeats else ""
        if text:
            yield from _repeated_keys(text, read_members(text, 0)[0], shown_as, line)
        yield from _problems(outline.text, item, line, shown_as)
        task_id = item.value.get("id")
        if isinstance(task_id, str) and task_id in first_lines:
            what = f"id {named(task_id)} is already that of the task in line {first_lines[task_id]}"
            yield Mistake(what, where, "give one of them another id")
        elif isinstance(task_id, str):
            first_lines[task_id] = line


def _problems(text: str, item: Item, line: int, shown_as: str) -> Iterator[Mistake]:
    for problem in problems_of(cast(Entry, item.value)):
        place = find(text[item.start : item.end], problem.path).start
        own_line = line + text.count("\n", item.start, item.start + place)
        yield Mistake(problem.what, f"{shown_as}:{own_line}", problem.fix)


def _repeated_keys(text: str, members: Sequence[Member], shown_as: str, first_line: int) -> Iterator[Mistake]:
    seen: set[str] = set()
    for member in members:
        if member.key in seen:
            where = f"{shown_as}:{first_line + line_of(text, member.key_start) - 1}"
            yield Mistake(f"key {named(member.key)} stands twice in one object", where, "remove one of them")
        seen.add(member.key)
