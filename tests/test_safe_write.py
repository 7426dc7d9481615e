"""A file is replaced whole or not at all."""

from __future__ import annotations

import errno
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_agentgates.errors import AgentGatesError, UsageError
from pytest_agentgates.safe_write import replace_file, replace_together, sweep, undisturbed
from tests.unprivileged import folder_for_all, unprivileged

WAIT = 20.0


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let the system refuse every write past this size, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_bytes_are_replaced_and_nothing_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    path.write_bytes(b"old")
    assert replace_file(path, b"new\r\n\xff")
    assert path.read_bytes() == b"new\r\n\xff"
    assert names(tmp_path) == ["tasks.json"]


def test_the_mode_stays(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    path.write_bytes(b"old")
    path.chmod(0o640)
    replace_file(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    replace_file(tmp_path / "new", b"new")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_the_owner_stays(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    path.write_bytes(b"old")
    if os.geteuid() == 0:  # only root can give files away, so only root could take them
        os.chown(path, 1234, 1235)
    before = path.stat()
    replace_file(path, b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (before.st_uid, before.st_gid)


def test_a_symlink_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "state.json"
    target.write_bytes(b"old")
    link = tmp_path / "tasks.json"
    link.symlink_to(Path("real") / "state.json")
    replace_file(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_file_that_is_not_as_expected_stays(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    path.write_bytes(b"another's")
    assert not replace_file(path, b"new", expected=b"old")
    assert path.read_bytes() == b"another's"
    assert replace_file(path, b"new", expected=b"another's")
    assert names(tmp_path) == ["tasks.json"]


def test_a_missing_folder_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "no" / "tasks.json"
    with pytest.raises(UsageError) as caught:
        replace_file(path, b"new")
    assert str(caught.value) == (
        f"{path}: cannot be written: No such file or directory\n"
        "  fix: check that the folder exists and that you may write there"
    )


def test_a_folder_that_is_not_writable_is_a_mistake() -> None:
    with folder_for_all() as folder:
        path = folder / "tasks.json"
        with unprivileged():
            replace_file(path, b"old")
        os.chmod(folder, 0o555)
        with unprivileged(), pytest.raises(UsageError, match="cannot be written: Permission denied"):
            replace_file(path, b"new")
        os.chmod(folder, 0o777)
        assert path.read_bytes() == b"old"
        assert names(folder) == ["tasks.json"]


def test_a_read_only_file_is_a_mistake() -> None:
    with folder_for_all() as folder:
        path = folder / "tasks.json"
        with unprivileged():
            replace_file(path, b"old")
            path.chmod(0o444)
            with pytest.raises(UsageError, match="cannot be written: Permission denied"):
                replace_file(path, b"new")
        assert path.read_bytes() == b"old"
        assert names(folder) == ["tasks.json"]


@pytest.mark.parametrize("special", ["/dev/null", "."])
def test_what_is_no_regular_file_is_a_mistake(special: str) -> None:
    with pytest.raises(UsageError, match="is not a regular file"):
        replace_file(Path(special), b"new")


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    path.write_bytes(b"old")
    with largest_file(1000), pytest.raises(AgentGatesError) as caught:
        replace_file(path, b"new" * 1000)
    assert str(caught.value) == (
        f"{path}: cannot be written: File too large\n  fix: make room on the disk; the file is as it was"
    )
    assert not isinstance(caught.value, UsageError)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["tasks.json"]


def test_an_interrupt_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tasks.json"
    path.write_bytes(b"old")

    def interrupted(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["tasks.json"]


def test_several_files_are_replaced(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"old")
    replace_together({first: b"1", second: b"2"})
    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")
    assert names(tmp_path) == ["a", "b"]


def test_where_one_file_cannot_be_written_none_is(tmp_path: Path) -> None:
    first = tmp_path / "a"
    first.write_bytes(b"old")
    with pytest.raises(UsageError):
        replace_together({first: b"1", tmp_path / "no" / "b": b"2"})
    assert first.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("can_link", [True, False])
def test_a_failure_in_the_middle_takes_back_what_was_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_link: bool
) -> None:
    old, new, last = tmp_path / "old", tmp_path / "new", tmp_path / "last"
    old.write_bytes(b"old")
    last.write_bytes(b"last")
    real = os.replace

    def failing(source: Path, target: Path) -> None:
        if target == last:
            raise OSError(errno.EIO, "Input/output error")
        real(source, target)

    def no_link(*_paths: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "replace", failing)
    if not can_link:
        monkeypatch.setattr(os, "link", no_link)
    with pytest.raises(AgentGatesError, match="last: cannot be written: Input/output error"):
        replace_together({old: b"1", new: b"2", last: b"3"})
    assert (old.read_bytes(), last.read_bytes()) == (b"old", b"last")
    assert names(tmp_path) == ["last", "old"]


def test_orphans_are_swept_and_only_ours(tmp_path: Path) -> None:
    others = ["tasks.json", ".tasks.json.swp", ".other.json.abc.agentgates-tmp", "x.agentgates-tmp"]
    for name in [*others, ".tasks.json.0123456789ab.agentgates-tmp"]:
        (tmp_path / name).write_bytes(b"")
    sweep(tmp_path / "tasks.json")
    assert names(tmp_path) == sorted(others)


def test_an_interrupt_waits_until_what_belongs_together_is_written(tmp_path: Path) -> None:
    with undisturbed():
        signal.raise_signal(signal.SIGINT)
        replace_file(tmp_path / "a", b"whole")
    assert (tmp_path / "a").read_bytes() == b"whole"
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
