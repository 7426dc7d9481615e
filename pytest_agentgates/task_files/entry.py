"""One entry of the file: what is wrong with it, and the task that it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from pytest_agentgates.core.printable import printable
from pytest_agentgates.core.task import LAYERS, SPELLINGS, Step, Task, TaskStatus
from pytest_agentgates.validate import nearest

Entry = Mapping[str, object]

_TEXTS = (
    "title",
    "description",
    "module",
    "layer",
    "implementation_layer",
    "owner",
    "base",
    "created_at",
    "started_at",
    "completed_at",
    "updated_at",
)
_TEXT_LISTS = ("dependencies", "deliverables", "test_files", "files_created", "validation_commands")
_LISTS = ("acceptance_criteria", "status_history", "rejection_history")
_OBJECTS = ("test_strategy", "escalation_info", "blocker_info")
_KINDS: dict[str, tuple[type, str]] = {
    **dict.fromkeys(_TEXTS, (str, "text")),
    **dict.fromkeys((*_TEXT_LISTS, *_LISTS), (list, "a list")),
    **dict.fromkeys(_OBJECTS, (dict, "an object")),
}
_ANY_KIND = (object, "")
_OWN_FIELDS = frozenset(
    (*_TEXTS[:7], "id", "status", "dependencies", "deliverables", "test_files", "status_history"),
)
_IN_ID = ("/", "\\", "..")
_LONGEST = 80


@dataclass(frozen=True)
class Problem:
    """What is wrong at a place inside an entry, and what to do."""

    path: tuple[str | int, ...]
    what: str
    fix: str


def problems_of(entry: Entry) -> Iterator[Problem]:
    """Everything that keeps an entry from being a task; fields that are absent or null are no problem."""
    yield from _id_problems(entry)
    yield from _status_problems(entry)
    yield from _layer_problems(entry)
    for field, value in entry.items():
        kind, wanted = _KINDS.get(field, _ANY_KIND)
        if value is not None and not isinstance(value, kind):
            yield Problem((field,), f"{field} must be {wanted}, not {named(value)}", f"write {wanted}")
    for field in _TEXT_LISTS:
        if field in entry:
            yield from _text_list_problems(entry[field], (field,))
    if isinstance(strategy := entry.get("test_strategy"), dict):
        yield from _strategy_problems(strategy)


def task_of(entry: Entry, where: str) -> Task:
    """The task of an entry that has no problem."""
    strategy = cast(Entry, entry.get("test_strategy") or {})
    own_files = entry.get("test_files")
    target = cast(float | None, strategy.get("coverage_target"))
    return Task(
        id=_text(entry, "id"),
        title=_text(entry, "title"),
        description=_text(entry, "description"),
        module=_text(entry, "module"),
        layer=_text(entry, "layer") or _text(entry, "implementation_layer"),
        owner=_text(entry, "owner"),
        status=SPELLINGS[_text(entry, "status") or TaskStatus.PENDING.value],
        dependencies=_texts(entry.get("dependencies")),
        deliverables=_texts(entry.get("deliverables")),
        test_files=_texts(strategy.get("test_files") if own_files is None else own_files),
        coverage_target=None if target is None else float(target),
        base=_text(entry, "base"),
        where=where,
        history=tuple(_steps(history_of(entry))),
        extra={field: value for field, value in entry.items() if field not in _OWN_FIELDS},
    )


def history_of(entry: Entry) -> list[object]:
    """The entries of `status_history` as they stand in the file, ours and those of others."""
    return cast(list[object], entry.get("status_history") or [])


def named(value: object) -> str:
    """A value as a message names it: as JSON writes it, harmless for terminals, cut where it is long."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    cut = f"{value[:_LONGEST]}..." if isinstance(value, str) and len(value) > _LONGEST else value
    return printable(json.dumps(cut, ensure_ascii=False))


def _id_problems(entry: Entry) -> Iterator[Problem]:
    task_id = entry.get("id")
    if task_id is None:
        yield Problem((), "the task has no id", 'add "id"')
    elif not isinstance(task_id, str):
        yield Problem(("id",), f"id must be text, not {named(task_id)}", f'write it in quotes: "{named(task_id)}"')
    elif not task_id.strip():
        yield Problem(("id",), "the id is empty", "give the task an id")
    elif not task_id.isprintable():
        yield Problem(("id",), f"id {named(task_id)} holds unprintable characters", "remove them")
    elif held := [part for part in _IN_ID if part in task_id]:
        fix = "use letters, digits, dots and dashes"
        yield Problem(("id",), f"id {named(task_id)} holds {held[0]}, which an id must not", fix)


def _status_problems(entry: Entry) -> Iterator[Problem]:
    status = entry.get("status")
    if status is None:
        return
    if not isinstance(status, str):
        yield Problem(("status",), f"status must be text, not {named(status)}", "write text")
    elif status not in SPELLINGS:
        wanted = nearest(status.lower(), SPELLINGS)
        fix = f'did you mean "{wanted}"?' if wanted else f"known are: {', '.join(SPELLINGS)}"
        yield Problem(("status",), f"status {named(status)} is unknown", fix)


def _layer_problems(entry: Entry) -> Iterator[Problem]:
    for field in ("layer", "implementation_layer"):
        layer = entry.get(field)
        if isinstance(layer, str) and layer and layer not in LAYERS:
            wanted = nearest(layer.lower(), LAYERS)
            fix = f'did you mean "{wanted}"?' if wanted else f"known are: {', '.join(LAYERS)}"
            yield Problem((field,), f"{field} {named(layer)} is unknown", fix)


def _text_list_problems(value: object, path: tuple[str, ...]) -> Iterator[Problem]:
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if not isinstance(item, str):
            name = ".".join(path)
            yield Problem((*path, index), f"{name} must hold only text, not {named(item)}", "write it as text")


def _strategy_problems(strategy: Entry) -> Iterator[Problem]:
    path = ("test_strategy", "test_files")
    files = strategy.get("test_files")
    if files is not None and not isinstance(files, list):
        yield Problem(path, f"test_strategy.test_files must be a list, not {named(files)}", "write a list")
    yield from _text_list_problems(files, path)
    target = strategy.get("coverage_target")
    if target is not None and not _is_fraction(target):
        what = f"test_strategy.coverage_target must be a fraction from 0 to 1, not {named(target)}"
        yield Problem(("test_strategy", "coverage_target"), what, "write 0.8 for 80 %")


def _is_fraction(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1


def _text(entry: Entry, field: str) -> str:
    value = entry.get(field)
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(cast(list[str], value or []))


def _steps(history: list[object]) -> Iterator[Step]:
    for item in history:
        if isinstance(item, dict) and (step := _step(item)):
            yield step


def _step(item: Entry) -> Step | None:
    before, after = _status(item.get("from")), _status(item.get("to"))
    if before is None or after is None:
        return None
    attempt = item.get("attempt")
    return Step(before, after, _text(item, "reason"), attempt if type(attempt) is int else 0)


def _status(value: object) -> TaskStatus | None:
    return SPELLINGS.get(value) if isinstance(value, str) else None
