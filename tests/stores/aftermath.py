"""What must hold of a store after a writer came to grief, whatever happened to it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pytest_agentgates.core.ports import TaskChange, TaskStore
from pytest_agentgates.core.task import Step, TaskStatus
from pytest_agentgates.errors import AgentGatesError
from pytest_agentgates.file_lock import lock_path_for, locked
from pytest_agentgates.safe_write import is_temporary
from pytest_agentgates.transaction_log import read
from tests.stores.every_store import EVERY_STORE, Example
from tests.stores.forms import opened
from tests.stores.json_store import CLAIM, change

ATTEMPT = Step(TaskStatus.IN_PROGRESS, TaskStatus.IN_PROGRESS, "attempt_failed", 1)
FREE_WITHIN = 0.05
TASKS = 3
_FIRST = {"taskmaster": "1", "backlog_md": "task-0", "spec_kit": "T000"}
States = list[dict[str, bytes]]


@dataclass(frozen=True)
class Scene:
    """A project of a store: each writer begins anew, and its moves are the same each time."""

    name: str
    folder: Path

    @property
    def example(self) -> Example:
        """The store's project."""
        return EVERY_STORE[self.name]

    @property
    def root(self) -> Path:
        """Where writers work."""
        return self.folder / self.name

    @property
    def log(self) -> Path:
        """The transaction log."""
        return self.example.log(self.root)

    def begin(self) -> TaskStore:
        """Put everything back to the start, and open the store."""
        for path in sorted(self.root.rglob("*"), reverse=True):
            if path.is_file():
                path.unlink()
        return self.example.write(self.root, TASKS)

    def contents(self) -> dict[str, bytes]:
        """What the files hold now."""
        return self.example.contents(self.root, TASKS)

    def move(self, number: int) -> TaskChange:
        """The n-th move of a writer: it claims the first task, then counts attempts."""
        return change(_FIRST.get(self.name, "T0"), *((ATTEMPT,) if number else CLAIM))

    def orphans(self) -> list[str]:
        """Temporary files that lie about."""
        return [path.name for path in self.root.rglob("*") if is_temporary(path.name)]


def states_of(scene: Scene, moves: int) -> States:
    """What the files hold at the start and after each move, when nothing goes wrong."""
    store = scene.begin()
    states = [scene.contents()]
    for number in range(moves):
        store.apply(scene.move(number))
        states.append(scene.contents())
    return states


def problems_after(scene: Scene, states: States) -> list[str]:
    """What does not hold after a writer that went through these states: the files, the lock, the next write."""
    now = scene.contents()
    if now not in states:
        return ["the files are in none of the valid states"]
    done = states.index(now)
    problems = [] if _is_free(scene) else ["the lock is held"]
    try:
        task = opened(scene.example.location, scene.root).apply(scene.move(done))
    except AgentGatesError as error:
        return [*problems, f"the next write is refused: {error}"]
    if scene.orphans():
        problems.append(f"orphans: {scene.orphans()}")
    unlogged = len(task.history) - len(read(scene.log))
    # The log is written after the file, so the last move may be missing there; the first move has two steps.
    if unlogged not in (0, min(done, 1) + (done == 1)):
        problems.append(f"the log lacks {unlogged} of {len(task.history)} steps")
    return problems


def _is_free(scene: Scene) -> bool:
    with suppress(AgentGatesError), locked(lock_path_for(scene.root / scene.example.location, None), FREE_WITHIN):
        return True
    return False
