"""A process that moves tasks: `mover.py FOLDER ID COUNT` claims a task and fails it COUNT times."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import Step, TaskStatus
from pytest_agentgates.errors import UsageError
from pytest_agentgates.stores.json_file import open_store

PENDING, QUEUED, WORKING = TaskStatus.PENDING, TaskStatus.QUEUED, TaskStatus.IN_PROGRESS
CLAIM = (Step(PENDING, QUEUED, "selected"), Step(QUEUED, WORKING, "claimed"))
ATTEMPT = Step(WORKING, WORKING, "attempt_failed", 1)


def main(folder: Path, task_id: str, count: int) -> int:
    """Move the task; 4 where another process was first."""
    store = open_store(folder / "tasks.json", folder)
    try:
        store.apply(change(task_id, *CLAIM))
    except UsageError as error:
        say(str(error))
        return error.exit_code
    say("claimed")
    for _ in range(count):
        store.apply(change(task_id, ATTEMPT))
    return 0


def say(line: str) -> None:
    """Tell the test at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def change(task_id: str, *steps: Step) -> TaskChange:
    """Steps of this process, made now."""
    return TaskChange(task_id, steps[0].before.value, steps, datetime.now(UTC), "mover", "run-1")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
