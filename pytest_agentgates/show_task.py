"""Shows one task, as data and as lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from pytest_agentgates.core.printable import printable
from pytest_agentgates.core.task import Task


def task_facts(task: Task) -> dict[str, object]:
    """A task as plain data, in the words of tasks.json."""
    return {
        "id": task.id,
        "title": task.title,
        "description": task.description,
        "module": task.module,
        "layer": task.layer,
        "owner": task.owner,
        "status": task.status.value,
        "dependencies": list(task.dependencies),
        "deliverables": list(task.deliverables),
        "test_files": list(task.test_files),
        "coverage_target": task.coverage_target,
        "attempts": task.attempts,
        "where": task.where,
        "status_history": [
            {"from": step.before.value, "to": step.after.value, "reason": step.reason, "attempt": step.attempt}
            for step in task.history
        ],
        "base": task.base,
        "priority": task.extra.get("priority"),
        "claimed_at": task.extra.get("claimed_at"),
        "widened": task.extra.get("widened") or [],
        "drift": task.extra.get("drift") or [],
        "blocker_info": task.extra.get("blocker_info"),
        "rejection_history": task.extra.get("rejection_history") or [],
        "escalation_info": task.extra.get("escalation_info"),
    }


def task_lines(task: Task) -> str:
    """A task as lines of `name: value`; what is empty is left out."""
    return "\n".join(_lines(task_facts(task)))


def _lines(facts: Mapping[str, object]) -> Iterator[str]:
    for name, value in facts.items():
        if value in (None, "", [], 0) and name != "attempts":
            continue
        if isinstance(value, list | dict):
            yield f"{name}:"
            yield from (f"  {printable(line)}" for line in _nested(value))
        else:
            yield f"{name}: {printable(str(value))}"


def _nested(value: list[object] | dict[str, object]) -> list[str]:
    if isinstance(value, dict):
        return [f"{key}: {_flat(item)}" for key, item in value.items()]
    return [_flat(item) for item in value]


def _flat(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
