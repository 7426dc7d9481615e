"""What the columns of a team's own board mean, and which of them a status is written as."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pytest_agentgates.core.task import TaskStatus
from pytest_agentgates.task_files.form import Vocabulary

_S = TaskStatus
_KNOWN: dict[str, TaskStatus] = {
    **dict.fromkeys(("to do", "todo", "backlog", "open", "new", "ready", "draft", "idea", "ideas"), _S.PENDING),
    **dict.fromkeys(("planned", "triage", "inbox", "proposed", "not started", "next", "up next"), _S.PENDING),
    **dict.fromkeys(("queued", "selected"), _S.QUEUED),
    **dict.fromkeys(("in progress", "doing", "wip", "started", "active", "review", "in review"), _S.IN_PROGRESS),
    **dict.fromkeys(("blocked", "on hold", "waiting", "stuck", "paused"), _S.BLOCKED),
    **dict.fromkeys(("failed",), _S.FAILED),
    **dict.fromkeys(("done", "completed", "complete", "closed", "finished", "shipped", "released"), _S.COMPLETED),
    **dict.fromkeys(("merged", "resolved"), _S.COMPLETED),
    **dict.fromkeys(("escalated", "cancelled", "canceled", "deferred", "rejected", "duplicate"), _S.ESCALATED),
    **dict.fromkeys(("wont do", "wont fix", "abandoned"), _S.ESCALATED),
}
# Work that is in somebody else's hands: no place for a task that an agent has just begun.
_LATER = re.compile(r"review|test|qa\b|verif|valid|merg|approv|deploy|stag|accept|feedback|await", re.IGNORECASE)


def board_vocabulary(columns: Sequence[str], first: str = "") -> Vocabulary:
    """The words of a board with these columns, in order; `first` is the one that new tasks get.

    A column that is not known by its name means pending where it is the first, completed where it is the last and
    no other is, else in progress.
    """
    means = _meanings(columns)
    reads = {**_KNOWN, **{word.lower(): status for word, status in means.items()}}
    writes = _writes(means, columns, first)
    written = {word.lower() for word in writes.values()}
    return Vocabulary(reads, writes, frozenset(reads.keys() - written))


def _meanings(columns: Sequence[str]) -> dict[str, TaskStatus]:
    known = {word: _KNOWN.get(_plain(word)) for word in columns}
    ends = _S.COMPLETED in known.values()
    means: dict[str, TaskStatus] = {}
    for place, (word, status) in enumerate(known.items()):
        by_place = _S.PENDING if place == 0 else _S.COMPLETED if place == len(known) - 1 and not ends else None
        means[word] = status or by_place or _S.IN_PROGRESS
    return means


def _writes(means: dict[str, TaskStatus], columns: Sequence[str], first: str) -> dict[TaskStatus, str]:
    def word(status: TaskStatus, otherwise: str) -> str:
        return next((word for word, meant in means.items() if meant is status), otherwise)

    begun = [word for word, meant in means.items() if meant is _S.IN_PROGRESS and not _LATER.search(word)]
    waiting = first if means.get(first) is _S.PENDING else word(_S.PENDING, columns[0])
    working = next(iter(begun), waiting)
    escalated = next((word for word in columns if _plain(word) == _S.ESCALATED.value), waiting)
    return {
        _S.PENDING: waiting,
        _S.QUEUED: word(_S.QUEUED, waiting),
        _S.IN_PROGRESS: working,
        _S.BLOCKED: word(_S.BLOCKED, working),
        _S.FAILED: word(_S.FAILED, working),
        _S.COMPLETED: word(_S.COMPLETED, columns[-1]),
        _S.ESCALATED: escalated,
    }


def _plain(word: str) -> str:
    """A column's name without the signs that people decorate it with."""
    letters = re.sub(r"[\u2019']", "", word.lower())
    return " ".join(re.sub(r"[\W_]+", " ", letters).split())
