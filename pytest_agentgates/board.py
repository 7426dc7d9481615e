"""The tasks as a table in the terminal that follows their moves."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pytest_agentgates.core.printable import one_line
from pytest_agentgates.core.task import Task, TaskStatus

if TYPE_CHECKING:
    from rich.table import Table

_SECONDS = 0.5
_WIDE = 160
_STYLES = {
    TaskStatus.IN_PROGRESS: "cyan",
    TaskStatus.COMPLETED: "green",
    TaskStatus.BLOCKED: "red",
    TaskStatus.FAILED: "red",
    TaskStatus.ESCALATED: "magenta",
    TaskStatus.QUEUED: "yellow",
}


def show_board(read: Callable[[], Sequence[Task]]) -> None:
    """Show the tasks, and on a terminal every change until Ctrl-C; raises what `read` raises."""
    from rich.console import Console

    console = Console(highlight=False)
    tasks = read()
    if not console.is_terminal:
        console.width = _WIDE
        console.print(_table(tasks))
        return
    from rich.live import Live

    with Live(_table(tasks), console=console, refresh_per_second=4) as live:
        try:
            while True:
                time.sleep(_SECONDS)
                live.update(_table(read()))
        except KeyboardInterrupt:
            return


def _table(tasks: Sequence[Task]) -> Table:
    from rich.table import Table
    from rich.text import Text

    done = sum(task.status is TaskStatus.COMPLETED for task in tasks)
    table = Table(caption=f"{done} of {len(tasks)} completed", caption_justify="left")
    for name in ("task", "status", "attempts", "owner", "layer", "title"):
        table.add_column(name, overflow="fold")
    for task in tasks:
        cells = (task.id, task.status.value, str(task.attempts or ""), task.owner, task.layer, task.title)
        row = [Text(one_line(cell)) for cell in cells]
        row[1].stylize(_STYLES.get(task.status, ""))
        table.add_row(*row)
    return table
