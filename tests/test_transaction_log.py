"""Every move is one whole line of the log, whatever happened to the process that wrote the last one."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.errors import AgentGatesError, UsageError
from pytest_agentgates.transaction_log import LogEntry, append, mend, read
from tests.test_safe_write import largest_file
from tests.unprivileged import folder_for_all, unprivileged

MOVE = LogEntry("2026-01-02T03:04:05.000Z", "agent", "claimed", "T1", "queued", "in_progress", "run-1", "ab" * 32)


def log_in(folder: Path) -> Path:
    return folder / "transaction-log.jsonl"


def test_a_line_holds_the_whole_move(tmp_path: Path) -> None:
    (entry,) = append(log_in(tmp_path), [MOVE])
    text = log_in(tmp_path).read_text()
    assert text.endswith("}\n")
    assert json.loads(text) == {
        "tx_id": entry.tx_id,
        "timestamp": "2026-01-02T03:04:05.000Z",
        "agent": "agent",
        "operation": "claimed",
        "task_id": "T1",
        "before": "queued",
        "after": "in_progress",
        "run_id": "run-1",
        "evidence_sha256": "ab" * 32,
    }


def test_ids_sort_in_the_order_of_the_moves_and_are_unique(tmp_path: Path) -> None:
    written = [entry for _ in range(20) for entry in append(log_in(tmp_path), [MOVE, MOVE])]
    ids = [entry.tx_id for entry in written]
    assert ids == sorted(set(ids))
    assert {len(tx_id) for tx_id in ids} == {32}
    assert read(log_in(tmp_path)) == tuple(written)


def test_a_clock_that_was_set_back_does_not_disturb_the_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (first,) = append(log_in(tmp_path), [MOVE])
    monkeypatch.setattr(time, "time_ns", lambda: 1)
    (second,) = append(log_in(tmp_path), [MOVE])
    assert first.tx_id < second.tx_id


def test_no_log_yet_means_no_entries(tmp_path: Path) -> None:
    assert read(log_in(tmp_path)) == ()
    assert mend(log_in(tmp_path)) == ""
    assert not log_in(tmp_path).exists()


TORN = [b'{"tx_id": "1", "ta', b"\x00\x00\x00\x00", b'{"tx_id": "1"}\n', b"\xff\xfe\n", b"[]", b"[" * 100_000]


@pytest.mark.parametrize("torn", TORN)
def test_a_torn_last_line_is_set_aside(tmp_path: Path, torn: bytes) -> None:
    log = log_in(tmp_path)
    (first,) = append(log, [MOVE])
    with log.open("ab") as stream:
        stream.write(torn)
    assert read(log) == (first,)
    (second,) = append(log, [MOVE])
    assert read(log) == (first, second)
    assert len(log.read_bytes().splitlines()) == 2
    assert (tmp_path / "transaction-log.torn").read_bytes() == torn.rstrip(b"\n") + b"\n"


def test_a_whole_last_line_without_its_end_is_kept(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    (first,) = append(log, [MOVE])
    log.write_bytes(log.read_bytes().rstrip(b"\n"))
    (second,) = append(log, [MOVE])
    assert read(log) == (first, second)
    assert not (tmp_path / "transaction-log.torn").exists()


@given(st.integers(0, 400))
def test_a_log_that_is_cut_anywhere_loses_only_its_last_line(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    log = log_in(tmp_path_factory.mktemp("log"))
    first, second = append(log, [MOVE, MOVE])
    whole = log.read_bytes()
    log.write_bytes(whole[: len(whole) - min(cut, len(whole) // 2 - 1)])
    (third,) = append(log, [MOVE])
    assert read(log) in ((first, second, third), (first, third))


def test_every_bad_inner_line_is_named(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    good = json.dumps({"tx_id": "1", "task_id": "T1"})
    log.write_text(f"{good}\nnonsense\n{good}\n[]\n\n{good}\n")
    with pytest.raises(UsageError) as caught:
        read(log, "docs/transaction-log.jsonl")
    assert str(caught.value) == (
        "docs/transaction-log.jsonl:2: is no entry of the transaction log\n"
        "  fix: restore the line from git, or delete it\n"
        "docs/transaction-log.jsonl:4: is no entry of the transaction log\n"
        "  fix: restore the line from git, or delete it"
    )


def test_what_a_terminal_would_obey_is_escaped(tmp_path: Path) -> None:
    append(log_in(tmp_path), [LogEntry("", "\x1b[31m\n\udc80é", "", "T1", "", "", "")])
    assert log_in(tmp_path).read_text().isascii()
    assert read(log_in(tmp_path))[0].agent == "\x1b[31m\n\udc80é"


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    append(log, [MOVE])
    before = log.read_bytes()
    with largest_file(len(before) + 10), pytest.raises(AgentGatesError, match="cannot be written"):
        append(log, [MOVE])
    assert log.read_bytes() == before


def test_a_log_that_is_not_writable_is_a_mistake() -> None:
    with folder_for_all() as folder, unprivileged():
        (entry,) = append(log_in(folder), [MOVE])
        log_in(folder).chmod(0o444)
        with pytest.raises(UsageError, match="cannot be written: Permission denied"):
            append(log_in(folder), [MOVE])
        assert read(log_in(folder)) == (entry,)
