"""The queue of a layer as a file beside the task list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from pytest_agentgates.core.printable import printable
from pytest_agentgates.core.work_queue import LISTS, Queue
from pytest_agentgates.errors import UsageError
from pytest_agentgates.file_lock import lock_path_for, locked
from pytest_agentgates.git_folder import common_git_folder
from pytest_agentgates.safe_write import replace_file, sweep, user_errors
from pytest_agentgates.store_location import is_database

_FOLDER = "agent-queues"
_END = "-queue.json"
_DEFAULT_STATE = "docs/state"
_LOCK_SECONDS = 60.0


def queue_place(tasks: str) -> str:
    """Where the queues lie: beside the task list, or in `docs/state` where the tasks are in a database."""
    state = _DEFAULT_STATE if is_database(tasks) else tasks.rpartition("/")[0]
    return f"{state}/{_FOLDER}" if state else _FOLDER


def queue_folder(root: Path, tasks: str) -> Path:
    """The same as a path."""
    return root / queue_place(tasks)


def queue_path(folder: Path, layer: str) -> Path:
    """The queue file of a layer."""
    return folder / f"{layer}{_END}"


def queue_paths(folder: Path) -> tuple[Path, ...]:
    """Every queue file that is there."""
    return tuple(sorted(folder.glob(f"*{_END}")))


@contextmanager
def queue_locked(path: Path, root: Path) -> Iterator[None]:
    """Hold the queue, so that only one process at once selects for its layer or refreshes it."""
    with user_errors(path, "be written"):
        path.parent.mkdir(parents=True, exist_ok=True)
    with locked(lock_path_for(path, common_git_folder(root)), _LOCK_SECONDS):
        sweep(path)
        yield


def read_queue(path: Path, root: Path) -> Queue | None:
    """The queue of a file, None where there is none; raises UsageError where it holds no queue."""
    shown = printable(path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path))
    with user_errors(path, "be read"):
        if not path.exists():
            return None
        data = path.read_bytes()
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _no_queue(shown, str(error)) from error
    if not isinstance(document, dict) or not isinstance(document.get("layer"), str):
        raise _no_queue(shown, "an object with a layer is missing")
    lists = {name: document.get(name) or [] for name in LISTS}
    for name, entries in lists.items():
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise _no_queue(shown, f"{name} must be a list of objects")
    return cast(Queue, {**document, **lists})


def write_queue(path: Path, queue: Queue) -> None:
    """Replace the file as a whole, where it does not hold the queue already; the caller holds its lock."""
    data = (json.dumps(queue, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")
    if not path.exists() or path.read_bytes() != data:
        replace_file(path, data)


def _no_queue(shown: str, why: str) -> UsageError:
    return UsageError(f"is no queue: {why}", shown, "delete the file; the next selection writes it anew")
