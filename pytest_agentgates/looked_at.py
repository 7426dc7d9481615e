"""What `doctor` looks at: one project's files, task lists, log and evidence, read once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.evidence_claims import Claim
from pytest_agentgates.run_git import Git
from pytest_agentgates.yaml_text import read_yaml

CODE = "AGT005"
_PLACE = re.compile(r":(\d+)(?::(\d+))?$")
JUDGE = "judge it again: agentgates run ID"


@dataclass
class LookedAt:
    """`lists` maps the files that are task lists to their tasks; `store` names the one that counts."""

    root: Path
    files: Sequence[str]
    store: str
    git: Git
    lists: dict[str, tuple[Task, ...]] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)

    def text(self, path: str) -> str:
        """The text of a file; empty where it cannot be read."""
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def document(self, path: str) -> Any:
        """The JSON or YAML in a file; None where it holds none."""
        text = self.text(path)
        if path.endswith((".yaml", ".yml")):
            return _yaml(text, path)
        try:
            return json.loads(text) if path.endswith(".json") else None
        except (ValueError, RecursionError):
            return None

    @property
    def known(self) -> Mapping[str, Task]:
        """Every task of every list by its id; those of the store count first."""
        others = {task.id: task for tasks in self.lists.values() for task in tasks}
        return {**others, **{task.id: task for task in self.lists.get(self.store, ())}}

    @property
    def completed(self) -> frozenset[str]:
        """The ids of the tasks that the store says are completed; of every list where the store has none."""
        tasks = self.lists.get(self.store) or tuple(self.known.values())
        return frozenset(task.id for task in tasks if task.status is TaskStatus.COMPLETED)


def found(path: str, message: str, fix: str = JUDGE, where: str = "") -> Finding:
    """A contradiction at a place; `where` ends with the line, or line and column, as far as they are known.

    Where the place is a folder, `where` begins with the file in it.
    """
    place = _PLACE.search(where)
    line, column = (int(number or 0) for number in place.groups()) if place else (0, 0)
    path = where[: place.start()] if place and where.startswith(f"{path}/") else path
    return Finding(CODE, message, path, line, column, fix=fix, snippet=message)


def task_ids_in(text: str) -> Iterator[str]:
    """The words of a text that read like ids of tasks, such as `T006` and `TASK-CUST-INF-001`."""
    yield from (match[0] for match in re.finditer(r"(?<![A-Za-z0-9])[A-Z]+(?:-[A-Z0-9]+)*-?\d+(?![A-Za-z0-9])", text))


def _yaml(text: str, path: str) -> Any:
    try:
        node = read_yaml(text, path)
    except AgentGatesError:
        return None
    return node.plain if node else None
