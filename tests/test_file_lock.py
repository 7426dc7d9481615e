"""A lock ends with its process, and everybody gets it in turn."""

from __future__ import annotations

import errno
import fcntl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_agentgates.errors import UsageError
from pytest_agentgates.file_lock import lock_path_for, locked

WAIT = 20.0


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_lock_that_another_process_holds_is_waited_for_and_named(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "tasks.json.lock"
    with holding(path), pytest.raises(UsageError) as caught, locked(path, 0.1):
        pass
    assert str(caught.value) == (
        f"{path}: another process has held the lock for more than 0.1 seconds\n"
        "  fix: wait for it or end it, then try again; deleting the lock file does not help"
    )


def test_a_lock_ends_with_the_process_that_held_it(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json.lock"
    with holding(path) as holder:
        holder.kill()
        holder.wait()
        with locked(path, WAIT):
            assert path.exists()


def test_a_lock_keeps_threads_apart(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def enter(number: int) -> None:
        with locked(tmp_path / "lock", WAIT):
            inside.append(number)
            time.sleep(0.01)
            most.append(len(inside))
            inside.remove(number)

    threads = [threading.Thread(target=enter, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 5


def test_a_lock_that_cannot_be_made_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="cannot be locked"), locked(tmp_path / "file" / "lock", 1):
        pass


@pytest.mark.filterwarnings("ignore:flock not supported")  # the library says so before we do
def test_a_file_system_without_locks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", missing)
    with pytest.raises(UsageError, match="this file system has no file locks"), locked(tmp_path / "lock", 1):
        pass
    assert names(tmp_path) in ([], ["lock"])


def test_the_lock_is_shared_by_worktrees_and_by_every_name_of_a_file(tmp_path: Path) -> None:
    target = tmp_path / "tasks.json"
    target.write_bytes(b"")
    link = tmp_path / "link.json"
    link.symlink_to(target)
    common = tmp_path / ".git"
    assert lock_path_for(target, common) == common / "agentgates" / "tasks.json.lock"
    assert lock_path_for(link, common) == common / "agentgates" / "tasks.json.lock"
    assert lock_path_for(link, None) == tmp_path / ".tasks.json.lock"


def test_who_locks_again_at_once_lets_another_in(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from pytest_agentgates.file_lock import locked\n"
        "print('begun', flush=True)\n"
        "while True:\n"
        "    with locked(Path(sys.argv[1]), 60): time.sleep(0.02)"
    )
    path = tmp_path / "tasks.json.lock"
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True) as greedy:
        assert greedy.stdout is not None
        assert greedy.stdout.readline() == "begun\n"
        try:
            began = time.monotonic()
            for _ in range(20):
                with locked(path, WAIT):
                    pass
            assert time.monotonic() - began < WAIT / 2
        finally:
            greedy.kill()


@contextmanager
def holding(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock until it is killed."""
    script = (
        "import sys, time; from pathlib import Path; from pytest_agentgates.file_lock import locked\n"
        "with locked(Path(sys.argv[1]), 10): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()
