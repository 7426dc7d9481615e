"""Where task lists contradict themselves, each other, their evidence and the files that they name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import PurePosixPath

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.core.task_contradictions import is_same, of_dates, of_dependencies, of_titles
from pytest_agentgates.count_contradictions import in_document, in_text, of_list
from pytest_agentgates.looked_at import JUDGE, LookedAt, found
from pytest_agentgates.source.globs import is_glob
from pytest_agentgates.word_contradictions import in_words

_UNTICKED = re.compile(r"^\s*[-*] \[ \] ", re.MULTILINE)
_LISTED = 12
_CORRECT = "correct what is wrong there"


def examine_lists(at: LookedAt) -> Iterator[Finding]:
    """Every contradiction of the lists."""
    looks: tuple[Callable[[LookedAt], Iterator[Finding]], ...] = (
        _between,
        _unticked,
        _without_evidence,
        _within,
        _counts,
        _missing_files,
    )
    for look in looks:
        yield from look(at)


def _between(at: LookedAt) -> Iterator[Finding]:
    for (path, here), (other, there) in combinations(at.lists.items(), 2):
        if not _speak_of_the_same(path, here, other, there):
            continue
        yield from _of_status(path, here, other, there)
        for task, message in of_titles(here, there):
            yield found(path, f"{message} ({other})", "give one of them another id", task.where)


def _speak_of_the_same(path: str, here: Sequence[Task], other: str, there: Sequence[Task]) -> bool:
    """Lists of one kind may each count from T001, as those of several features do; most titles tell."""
    titles = {task.id: task.title for task in there}
    shared = [task for task in here if task.id in titles]
    if PurePosixPath(path).suffix != PurePosixPath(other).suffix:
        return bool(shared)
    alike = sum(is_same(task.title, titles[task.id]) for task in shared)
    return bool(shared) and alike * 2 >= len(shared)


def _of_status(path: str, here: Sequence[Task], other: str, there: Sequence[Task]) -> Iterator[Finding]:
    by_id = {task.id: task for task in there}
    shared = [(task, by_id[task.id]) for task in here if task.id in by_id]
    differ = [(one, two) for one, two in shared if one.status is not two.status]
    if not differ:
        return
    done = sum(one.status is TaskStatus.COMPLETED for one, _ in shared)
    done_there = sum(two.status is TaskStatus.COMPLETED for _, two in shared)
    first, second = differ[0]
    message = (
        f"{len(differ)} of {len(shared)} tasks stand otherwise in {other}: "
        f"{done} of {len(shared)} are completed here, {done_there} there "
        f"({first.id} is {first.status.value} here and {second.status.value} there)"
    )
    yield found(path, message, "judge the tasks again and keep one list: agentgates run ID", first.where)


def _unticked(at: LookedAt) -> Iterator[Finding]:
    """Lists whose tasks are completed, here or elsewhere, beside boxes that nobody ticked."""
    for path, tasks in at.lists.items():
        named = _done(at, path, tasks) & {task.id for task in tasks}
        count = len(_UNTICKED.findall(at.text(path))) if path.endswith(".md") else 0
        if named and count and len(named) == len(tasks):
            message = f"all {len(named)} tasks are said to be completed, {count} criteria are not ticked"
            yield found(path, message, "prove the criteria, or take the tasks back: agentgates tasks reopen ID")


def _done(at: LookedAt, path: str, tasks: Sequence[Task]) -> set[str]:
    """The tasks that are completed in a list, or in another that speaks of the same work."""
    same = (there for other, there in at.lists.items() if _speak_of_the_same(path, tasks, other, there))
    return {task.id for there in same for task in there if task.status is TaskStatus.COMPLETED}


def _without_evidence(at: LookedAt) -> Iterator[Finding]:
    proved = {task for claim in at.claims if claim.is_own for task in claim.tasks}
    for path, tasks in at.lists.items():
        bare = [task for task in tasks if task.status is TaskStatus.COMPLETED and task.id not in proved]
        if bare:
            have = "completed task has" if len(bare) == 1 else "completed tasks have"
            message = f"{len(bare)} {have} no evidence of this tool: {_named(task.id for task in bare)}"
            yield found(path, message, "judge them: agentgates run ID", bare[0].where)


def _within(at: LookedAt) -> Iterator[Finding]:
    for path, tasks in at.lists.items():
        for task, message in (*of_dates(tasks), *of_dependencies(tasks, at.known)):
            yield found(path, message, _CORRECT, task.where)


def _counts(at: LookedAt) -> Iterator[Finding]:
    """What a list says of itself as a whole, and of shares."""
    for path, tasks in at.lists.items():
        done = sum(task.status is TaskStatus.COMPLETED for task in tasks)
        text = at.text(path)
        document = at.document(path)
        messages = (*in_document(document), *in_words(document)) if document is not None else in_text(text)
        for message in dict.fromkeys((*of_list(text, len(tasks), done), *messages)):
            yield found(path, message, _CORRECT)


def _missing_files(at: LookedAt) -> Iterator[Finding]:
    """Tests of work that has begun, and what completed work says it made."""
    for path, tasks in at.lists.items():
        for task in tasks:
            begun = task.status in (TaskStatus.IN_PROGRESS, TaskStatus.COMPLETED)
            if begun and (missing := _absent(at, path, task.test_files)):
                message = f"{task.id} is {task.status.value}, its tests are not there: {_named(missing)}"
                yield found(path, message, "write them, or correct its test_files", task.where)
            made = task.extra.get("files_created")
            named = made if isinstance(made, list) and task.status is TaskStatus.COMPLETED else []
            if missing := _absent(at, path, [one for one in named if isinstance(one, str)]):
                message = f"{task.id} is completed, what it created is not there: {_named(missing)}"
                yield found(path, message, JUDGE, task.where)


def _absent(at: LookedAt, shown: str, names: Iterable[str]) -> list[str]:
    """The files that are nowhere: neither below the root nor below a folder that the list lies in."""
    paths = dict.fromkeys(name.strip().partition("::")[0] for name in names)
    folders = [at.root / folder for folder in PurePosixPath(shown).parents]
    plain = [path for path in paths if path and not is_glob(path)]
    return [path for path in plain if not any((folder / path).exists() for folder in folders)]


def _named(names: Iterable[str]) -> str:
    every = list(names)
    return ", ".join(every[:_LISTED]) + (", ..." if len(every) > _LISTED else "")
