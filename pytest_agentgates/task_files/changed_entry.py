"""What a change makes of an entry, in the words of tasks.json."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentgates.core.moment import rfc3339
from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import TaskStatus
from pytest_agentgates.task_files.entry import Entry

NOBODY = "pytest-agentgates"


def in_words_of(entry: Entry, fields: Mapping[str, object]) -> dict[str, object]:
    """The fields as the entry calls them: a layer may stand under another name, or under both."""
    named = dict(fields)
    if "layer" in named and "implementation_layer" in entry:
        named["implementation_layer"] = named["layer"]
        if "layer" not in entry:
            del named["layer"]
    return named


def new_values(entry: Entry, fields: Mapping[str, object], change: TaskChange) -> dict[str, object]:
    """The fields that the change names, and the times that it sets."""
    at = rfc3339(change.at)
    values = {key: value for key, value in fields.items() if value is not None or key in entry}
    if any(step.after is TaskStatus.IN_PROGRESS for step in change.steps) and entry.get("started_at") is None:
        values["started_at"] = at
    if change.steps and change.steps[-1].after is TaskStatus.COMPLETED:
        values["completed_at"] = at
    return {**values, "updated_at": at}


def new_history(change: TaskChange) -> list[dict[str, object]]:
    """What the steps add to `status_history`."""
    return [
        {
            "from": step.before.value,
            "to": step.after.value,
            "at": rfc3339(change.at),
            "by": change.agent or NOBODY,
            "reason": step.reason,
            "run_id": change.run_id,
            "attempt": step.attempt,
        }
        for step in change.steps
    ]
