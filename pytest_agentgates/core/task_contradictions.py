"""Where the tasks of lists contradict themselves and each other, told from what they say alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from difflib import SequenceMatcher

from pytest_agentgates.core.dependencies import cycle_of, in_cycles
from pytest_agentgates.core.task import Task, TaskStatus

# Each of these moments comes before the next, where a task has both.
_IN_ORDER = ("created_at", "started_at", "completed_at", "updated_at")
_ALIKE, _SAME = 0.4, 0.75
_WORD = 4  # letters from which a word tells something
_DAY = "%Y-%m-%d"


def moment_of(value: object) -> datetime | None:
    """A date or a time as a moment in UTC; None for what is neither."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    else:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def is_later(one: object, other: object) -> bool:
    """Whether a moment is after another; a mere date is compared with the day only."""
    first, second = moment_of(one), moment_of(other)
    if first is None or second is None:
        return False
    if _is_date(one) or _is_date(other):
        return first.strftime(_DAY) > second.strftime(_DAY)
    return first > second


def of_dates(tasks: Sequence[Task]) -> Iterator[tuple[Task, str]]:
    """The dates of a task that are not in their order."""
    for task in tasks:
        known = [(name, task.extra[name]) for name in _IN_ORDER if task.extra.get(name)]
        for index, (name, value) in enumerate(known):
            later = next((one for one in known[index + 1 :] if is_later(value, one[1])), None)
            if later:
                yield task, f"{task.id} says {name} {value}, which is after its {later[0]} {later[1]}"


def of_dependencies(tasks: Sequence[Task], known: Mapping[str, Task]) -> Iterator[tuple[Task, str]]:
    """Dependencies that are nowhere, in a circle, or not met before the task was completed.

    `known` holds the tasks of all lists; those of this one count first.
    """
    by_id = {**known, **{task.id: task for task in tasks}}
    for task in tasks:
        for needed in dict.fromkeys(task.dependencies):
            if needed not in by_id:
                yield task, f"{task.id} depends on {needed}, which is in no task list"
            elif task.status is TaskStatus.COMPLETED:
                yield from ((task, message) for message in _not_met(task, by_id[needed]))
    circles = in_cycles(tasks)
    first = next((task for task in tasks if task.id in circles), None)
    if first:
        yield first, f"the dependencies form a cycle: {' -> '.join(cycle_of(first, by_id))}"


def of_titles(here: Sequence[Task], there: Sequence[Task]) -> Iterator[tuple[Task, str]]:
    """Ids that stand for other work in another list."""
    titles = {task.id: task.title for task in there}
    for task in here:
        other = titles.get(task.id, "")
        if task.title and other and not _is_alike(task.title, other):
            yield task, f"{task.id} is {task.title!r} here and {other!r} there"


def is_same(one: str, other: str) -> bool:
    """Whether two titles are the same but for how they are written; a missing one may be any."""
    first, second = _letters(one), _letters(other)
    return first in second or second in first or SequenceMatcher(None, first, second).ratio() > _SAME


def _is_date(value: object) -> bool:
    return isinstance(value, str) and "T" not in value and ":" not in value


def _not_met(task: Task, needed: Task) -> Iterator[str]:
    if needed.status is not TaskStatus.COMPLETED:
        yield f"{task.id} is completed, and depends on {needed.id}, which is {needed.status.value}"
        return
    done, before = task.extra.get("completed_at"), needed.extra.get("completed_at")
    if is_later(before, done):
        yield f"{task.id} was completed {done}, and depends on {needed.id}, which was completed {before}"


def _is_alike(one: str, other: str) -> bool:
    """Whether two titles may be of the same work."""
    words = [{word for word in text.casefold().split() if len(word) >= _WORD} for text in (one, other)]
    if is_same(one, other) or words[0] & words[1]:
        return True
    return SequenceMatcher(None, _letters(one), _letters(other)).ratio() > _ALIKE


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
