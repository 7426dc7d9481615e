"""The store of a form: reads tasks and moves them, however many processes do so at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.errors import Mistake, UsageError
from pytest_agentgates.json_outline import BOM
from pytest_agentgates.json_text import splice
from pytest_agentgates.safe_write import replace_file, sweep
from pytest_agentgates.task_files.change_check import Snapshot, check_change, position_of, snapshot_of
from pytest_agentgates.task_files.changed_entry import new_history, new_values
from pytest_agentgates.task_files.entry import Entry, history_of, named, problems_of, task_of
from pytest_agentgates.task_files.file_bytes import decoded, read_bytes
from pytest_agentgates.task_files.form import Edit, Form, Found, Vocabulary
from pytest_agentgates.task_files.locked_change import Place, apply_locked, shown
from pytest_agentgates.validate import nearest


@dataclass(frozen=True)
class _Document:
    path: Path
    shown_as: str
    data: bytes
    founds: tuple[Found, ...]

    @property
    def text(self) -> str:
        """Without the byte order mark."""
        return self.data.decode().removeprefix(BOM)


@dataclass(frozen=True)
class _Tasks:
    """All tasks of a place; a file counts no versions of its own."""

    shown_as: str
    documents: tuple[_Document, ...]
    entries: tuple[Entry, ...]
    tasks: tuple[Task, ...]
    version: int = 0
    members: Entry = field(default_factory=dict)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all tasks."""
        return tuple(task.id for task in self.tasks)

    def task(self, index: int) -> Task:
        """One task."""
        return self.tasks[index]

    def entry(self, index: int) -> Entry:
        """What the file says of one task."""
        return self.entries[index]

    def found(self, index: int) -> tuple[_Document, Found]:
        """Where one task stands."""
        for document in self.documents:
            if index < len(document.founds):
                return document, document.founds[index]
            index -= len(document.founds)
        raise IndexError(index)


@dataclass
class _Memory:
    """What the store held when this process last looked."""

    snapshot: Snapshot | None = None
    documents: dict[Path, _Document] = field(default_factory=dict)


@dataclass(frozen=True)
class FormStore:
    """Tasks of a form at a place."""

    form: Form
    place: Place
    _memory: _Memory = field(default_factory=_Memory, init=False, repr=False, compare=False)

    def load(self) -> tuple[Task, ...]:
        """Every task, in the file's order; raises UsageError with every mistake."""
        tasks = self._read()
        self._memory.snapshot = snapshot_of(tasks)
        return tasks.tasks

    def entries(self) -> tuple[Entry, ...]:
        """Every task with all its fields, in the words of tasks.json; raises what `load` raises."""
        read = self._read()
        needs: list[Entry] = [
            {"dependencies": list(task.dependencies)} if task.dependencies else {} for task in read.tasks
        ]
        return tuple({**entry, **linked} for entry, linked in zip(read.entries, needs, strict=True))

    def apply(self, change: TaskChange) -> Task:
        """Write the steps of one task and log them; other tasks may have changed since `load`.

        Raises UsageError where this task no longer stands where the change expects it, where a step
        is no legal move, and where the file cannot be written.
        """
        return apply_locked(self.place, change, self._try_to_apply)

    def _try_to_apply(self, change: TaskChange) -> Task | None:
        before = self._read()
        check_change(before, change, self._memory.snapshot)
        index = position_of(before, change.task_id)
        document, found = before.found(index)
        edit = edit_of(before.documents, found, before.entry(index), self.form.vocabulary, change)
        text = splice(document.text, self.form.edits(document.text, edit))
        mark = BOM if document.data.startswith(BOM.encode()) else ""
        after = self._document(document.path, (mark + text).encode())
        task = _task_after(after, self.form.vocabulary, change)
        sweep(document.path)
        if not replace_file(document.path, after.data, expected=document.data):
            return None
        self._memory.documents[document.path] = after
        if self._memory.snapshot:
            self._memory.snapshot = self._memory.snapshot.after(change, 0)
        return task

    def _read(self) -> _Tasks:
        documents: list[_Document] = []
        mistakes: list[Mistake] = []
        for path in self.form.files(self.place.path):
            known, data = self._memory.documents.get(path), read_bytes(path, shown(path, self.place.root))
            try:
                documents.append(known if known and known.data == data else self._document(path, data))
            except UsageError as error:
                mistakes += error.mistakes
        if mistakes:
            raise UsageError.of(mistakes)
        self._memory.documents = {document.path: document for document in documents}
        return _tasks_of(self.place.shown_as, tuple(documents), self.form.vocabulary)

    def _document(self, path: Path, data: bytes) -> _Document:
        shown_as = shown(path, self.place.root)
        return _Document(path, shown_as, data, tuple(self.form.read(decoded(data, shown_as), shown_as)))


def edit_of(documents: Sequence[_Document], found: Found, entry: Entry, words: Vocabulary, change: TaskChange) -> Edit:
    """What a change makes of a task: the form's own fields, and the record of all others."""
    status = change.steps[-1].after if change.steps else None
    values = new_values(entry, change.fields or {}, change)
    if change.steps:
        values["status_history"] = [*history_of(entry), *new_history(change)]
    fields = {key: value for key, value in values.items() if key in found.writable}
    record = {key: value for key, value in found.record.items() if key not in fields}
    record |= {key: value for key, value in values.items() if key not in fields}
    word = _word(documents, words, status, found.word) if status else None
    if status:
        record.pop("status", None)
        if words.reads[cast(str, word).lower()] is not status:
            record["status"] = status.value
    return Edit(found, None if word == found.word else word, fields, record, change)


def _task_after(document: _Document, words: Vocabulary, change: TaskChange) -> Task:
    tasks = _tasks_of(document.shown_as, (document,), words).tasks
    return next(task for task in tasks if task.id == change.task_id)


def _word(documents: Sequence[_Document], words: Vocabulary, status: TaskStatus, now: str) -> str:
    """The word for a status: the one that stands there if it says just that, else the one that the files use most.

    Where they use none it is that of the form.
    """
    if now and words.reads.get(now.lower()) is status:
        return now
    used = Counter(found.word for document in documents for found in document.founds)
    fitting = [word for word in used if words.reads.get(word.lower()) is status and word.lower() not in words.only_read]
    fitting = [word for word in fitting if word]
    native = words.writes[status]
    return max(fitting, key=lambda word: used[word], default=native)


def _tasks_of(shown_as: str, documents: tuple[_Document, ...], words: Vocabulary) -> _Tasks:
    mistakes: list[Mistake] = []
    entries: list[Entry] = []
    tasks: list[Task] = []
    places: dict[str, str] = {}
    for document in documents:
        for found in document.founds:
            where = f"{document.shown_as}:{found.line}"
            entry = _merged(found, words)
            own = [*_mistakes(document, found, entry, words), *_repeated(entry.get("id"), places, where)]
            mistakes += own
            entries.append(entry)
            tasks += [] if own else [task_of(entry, where)]
    if mistakes:
        raise UsageError.of(mistakes)
    return _Tasks(shown_as, documents, tuple(entries), _linked(tasks))


def _linked(tasks: Sequence[Task]) -> tuple[Task, ...]:
    """The tasks with dependencies in the letters that the ids have: trackers write `task-1` for `TASK-1`."""
    known = {task.id for task in tasks}
    folded = {task.id.lower(): task.id for task in tasks}

    def linked(task: Task) -> Task:
        if known.issuperset(task.dependencies):
            return task
        needs = (one if one in known else folded.get(one.lower(), one) for one in task.dependencies)
        return replace(task, dependencies=tuple(needs))

    return tuple(map(linked, tasks))


def _merged(found: Found, words: Vocabulary) -> Entry:
    status = words.reads.get(found.word.lower()) if found.word else TaskStatus.PENDING
    kept = found.record.get("status")
    # The record holds as long as nobody else gave the task another word since.
    if isinstance(kept, str) and kept in list(TaskStatus):
        exact = TaskStatus(kept)
        status = exact if status is words.reads.get(words.writes[exact].lower()) else status
    return {**found.record, **found.entry, "status": status.value if status else None}


def _mistakes(document: _Document, found: Found, entry: Entry, words: Vocabulary) -> Iterator[Mistake]:
    if found.word and found.word.lower() not in words.reads:
        wanted = nearest(found.word.lower(), words.reads)
        fix = f'did you mean "{wanted}"?' if wanted else f"known are: {', '.join(words.reads)}"
        where = f"{document.shown_as}:{found.lines.get('status', found.line)}"
        yield Mistake(f"status {named(found.word)} is unknown", where, fix)
    for problem in problems_of(entry):
        line = found.lines.get(str(problem.path[0]), found.line) if problem.path else found.line
        yield Mistake(problem.what, f"{document.shown_as}:{line}", problem.fix)


def _repeated(task_id: object, places: dict[str, str], where: str) -> Iterator[Mistake]:
    if isinstance(task_id, str) and task_id in places:
        what = f"id {named(task_id)} is already that of the task at {places[task_id]}"
        yield Mistake(what, where, "give one of them another id")
    elif isinstance(task_id, str):
        places[task_id] = where
