"""Where a task list and its log disagree, and what of that can be mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.task import TaskStatus
from pytest_agentgates.half_moves import half_moves
from pytest_agentgates.looked_at import JUDGE, LookedAt, found
from pytest_agentgates.task_log import unlogged
from pytest_agentgates.transaction_log import LogEntry

_MEND = "bring it to the other as well: agentgates doctor --fix"


def examine_log(at: LookedAt, log: Sequence[LogEntry], evidence: Path) -> Iterator[Finding]:
    """What the list's tasks and the log say otherwise of each other."""
    tasks = at.lists.get(at.store, ())
    halves = {half.task.id: half for half in half_moves(tasks, log, evidence / "runs")}
    last = {entry.task_id: entry for entry in log}
    for task in tasks:
        entry = last.get(task.id)
        if half := halves.get(task.id):
            yield found(at.store, half.told, _MEND if half.is_safe else JUDGE, task.where)
        elif entry is not None and entry.after and entry.after != task.status.value:
            message = f"{task.id} is {task.status.value}, the log's last move says {entry.after}"
            yield found(at.store, message, JUDGE, task.where)
        elif entry is None and log and task.status is TaskStatus.COMPLETED:
            yield found(at.store, f"{task.id} is completed, and the log knows no move of it", JUDGE, task.where)
        mends_base = half is not None and half.is_safe and not half.base_is_logged
        for message in () if mends_base else unlogged(task, log):
            yield found(at.store, message, "put it back as it was recorded", task.where)
