"""A full disk, a folder that may not be written, a damaged log and a clock that goes back, for every store."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from pytest_agentgates.errors import AgentGatesError, UsageError
from pytest_agentgates.transaction_log import TORN_NAME, read
from tests.stores.aftermath import Scene
from tests.stores.every_store import EVERY_STORE
from tests.test_safe_write import largest_file
from tests.unprivileged import folder_for_all, unprivileged

SECOND = 1_000_000_000


@contextmanager
def full_disk(folder: Path) -> Iterator[Path]:
    """A disk of 1 MB that a ballast fills; where mounting is not permitted, no file may have a byte instead."""
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        yield folder
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def no_room(folder: Path) -> Iterator[None]:
    ballast = folder / "ballast"
    if not folder.is_mount():
        with largest_file(0):
            yield
        return
    with ballast.open("wb", buffering=0) as stream, suppress(OSError):
        while True:
            stream.write(b"x" * 4096)
    assert shutil.disk_usage(folder).free == 0
    yield
    ballast.unlink()


@pytest.mark.parametrize("name", EVERY_STORE)
def test_a_full_disk_leaves_everything_as_it_was(name: str, tmp_path: Path) -> None:
    with full_disk(tmp_path) as disk:
        scene = Scene(name, disk)
        store = scene.begin()
        store.apply(scene.move(0))
        before, logged = scene.contents(), scene.log.read_bytes()
        with no_room(disk), pytest.raises(AgentGatesError, match=r"No space left on device|File too large") as caught:
            store.apply(scene.move(1))
        assert "make room on the disk" in str(caught.value)
        assert (scene.contents(), scene.log.read_bytes(), scene.orphans()) == (before, logged, [])
        assert store.apply(scene.move(1)).attempts == 1


@pytest.mark.parametrize("name", EVERY_STORE)
def test_a_folder_that_may_not_be_written_is_a_mistake(name: str) -> None:
    with folder_for_all() as folder:
        scene = Scene(name, folder)
        with unprivileged():
            store = scene.begin()
            store.apply(scene.move(0))
        before = scene.contents()
        folders = [scene.root, *(path for path in scene.root.rglob("*") if path.is_dir())]
        for one in folders:
            one.chmod(0o555)
        with unprivileged(), pytest.raises(UsageError, match="Permission denied\n  fix: check that"):
            store.apply(scene.move(1))
        for one in folders:
            one.chmod(0o777)
        assert (scene.contents(), scene.orphans()) == (before, [])
        with unprivileged():
            assert store.apply(scene.move(1)).attempts == 1


@pytest.mark.parametrize("name", EVERY_STORE)
def test_a_torn_last_line_of_the_log_is_set_aside(name: str, tmp_path: Path) -> None:
    scene = Scene(name, tmp_path)
    store = scene.begin()
    store.apply(scene.move(0))
    with scene.log.open("ab") as log:
        log.write(b'{"tx_id": "torn')
    assert store.apply(scene.move(1)).attempts == 1
    assert [entry.operation for entry in read(scene.log)] == ["selected", "claimed", "attempt_failed"]
    assert scene.log.with_name(TORN_NAME).read_bytes() == b'{"tx_id": "torn\n'


@pytest.mark.parametrize("name", EVERY_STORE)
def test_a_bad_inner_line_of_the_log_is_named_and_stays(name: str, tmp_path: Path) -> None:
    scene = Scene(name, tmp_path)
    store = scene.begin()
    store.apply(scene.move(0))
    first, second = scene.log.read_bytes().splitlines(keepends=True)
    scene.log.write_bytes(first + b"scribble\n" + second)
    store.apply(scene.move(1))
    with pytest.raises(UsageError, match=r"transaction-log\.jsonl:2: is no entry of the transaction log"):
        read(scene.log)
    assert scene.log.read_bytes().startswith(first + b"scribble\n" + second)
    scene.log.write_bytes(scene.log.read_bytes().replace(b"scribble\n", b""))
    assert len(read(scene.log)) == 3


@pytest.mark.parametrize("name", EVERY_STORE)
def test_a_clock_that_goes_back_keeps_the_log_in_order(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(name, tmp_path)
    store = scene.begin()
    now = time.time_ns()
    for number in range(4):
        monkeypatch.setattr(time, "time_ns", lambda back=number: now - back * 3600 * SECOND)
        store.apply(scene.move(number))
    entries = read(scene.log)
    assert [entry.operation for entry in entries] == ["selected", "claimed", *["attempt_failed"] * 3]
    assert [entry.tx_id for entry in entries] == sorted({entry.tx_id for entry in entries})
