"""A process that moves tasks of any store: `move_tasks.py STORE ROOT NUMBER COUNT`.

It claims the task of its number, then counts COUNT attempts, in turns of its own task and of the last one, which all
processes share and find in progress.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.stores.every_store import EVERY_STORE
from tests.stores.forms import opened
from tests.stores.mover import ATTEMPT, CLAIM, change


def main(name: str, root: Path, number: int, count: int) -> None:
    """Make the moves."""
    store = opened(EVERY_STORE[name].location, root)
    ids = [task.id for task in opened(EVERY_STORE[name].location, root).load()]
    store.apply(change(ids[number], *CLAIM))
    for turn in range(count):
        store.apply(change(ids[number] if turn % 2 else ids[-1], ATTEMPT))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
