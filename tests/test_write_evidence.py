"""Evidence is written whole or not at all, holds no secret, and is never rewritten."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.outcomes import Failure
from pytest_agentgates.core.record import RunRecord
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.errors import AgentGatesError, UsageError
from pytest_agentgates.evidence import EVIDENCE, FORMATS, STATEMENT
from pytest_agentgates.redact import cleaned
from pytest_agentgates.write_evidence import write_evidence
from tests.evidence.records import FAILED, RECORD
from tests.unprivileged import folder_for_all, unprivileged

LATEST = ["quality_gates_run.json", "test_failures.json", "test_report.json"]
SECRET = 'p"a\\s|s<w>o_r*d%é'


def write(root: Path, record: RunRecord = RECORD) -> str:
    return write_evidence(record, root / "evidence", EVIDENCE, STATEMENT, root)


def names_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_run_leaves_its_own_folder_and_the_latest_set(tmp_path: Path) -> None:
    write(tmp_path)
    runs = f"runs/{RECORD.run_id}"
    own = [*LATEST, "statement.intoto.json"]
    assert names_below(tmp_path / "evidence") == sorted([*LATEST, *(f"{runs}/{name}" for name in own)])
    for name in LATEST:
        assert (tmp_path / "evidence" / name).read_bytes() == (tmp_path / "evidence" / runs / name).read_bytes()


def test_the_digest_returned_is_that_of_the_main_file(tmp_path: Path) -> None:
    assert write(tmp_path) == digest(tmp_path / "evidence" / "quality_gates_run.json")


def test_the_main_file_names_the_digest_of_every_other_file(tmp_path: Path) -> None:
    write(tmp_path)
    run = json.loads((tmp_path / "evidence" / "quality_gates_run.json").read_bytes())
    artifacts = {entry["path"]: entry["sha256"] for entry in run["artifacts"]}
    home = f"evidence/runs/{RECORD.run_id}"
    others = ["statement.intoto.json", "test_failures.json", "test_report.json"]
    assert artifacts == {f"{home}/{name}": digest(tmp_path / home / name) for name in others}


def test_a_later_run_replaces_the_latest_set_and_leaves_the_earlier_run(tmp_path: Path) -> None:
    write(tmp_path)
    first = tmp_path / "evidence" / "runs" / RECORD.run_id
    before = {path.name: path.read_bytes() for path in first.iterdir()}
    write(tmp_path, replace(RECORD, run_id="later"))
    assert {path.name: path.read_bytes() for path in first.iterdir()} == before
    for name in LATEST:
        assert json.loads((tmp_path / "evidence" / name).read_bytes())[_id_key(name)] == "later"


def _id_key(name: str) -> str:
    return "runId" if name == "test_report.json" else "run_id"


def test_a_run_is_never_rewritten(tmp_path: Path) -> None:
    write(tmp_path)
    before = {name: digest(tmp_path / name) for name in names_below(tmp_path)}
    with pytest.raises(UsageError, match=f"the run {RECORD.run_id} has its evidence already"):
        write(tmp_path, replace(RECORD, agent="another"))
    assert {name: digest(tmp_path / name) for name in names_below(tmp_path)} == before


@pytest.mark.parametrize("run_id", ["", ".", "..", "a/b", "a\\b", "../x", "C:x", "a\0b"])
def test_a_run_id_cannot_leave_the_folder(tmp_path: Path, run_id: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a folder"):
        write(tmp_path, replace(RECORD, run_id=run_id))
    assert names_below(tmp_path) == []


def test_evidence_outside_the_root_is_named_from_the_root(tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    write_evidence(RECORD, tmp_path / "elsewhere", EVIDENCE, STATEMENT, tmp_path / "repository")
    run = json.loads((tmp_path / "elsewhere" / "quality_gates_run.json").read_bytes())
    assert all(entry["path"].startswith("../elsewhere/runs/") for entry in run["artifacts"])


def dirty(root: Path) -> RunRecord:
    """A run whose every part quotes the secret and the absolute path of the root."""
    text = f"{root}/src/a.py: login with {SECRET} failed: {SECRET!r}"
    failed = replace(FAILED, failure=Failure("call", "RuntimeError", text, trace=f"E   {text}"))
    gate = GateResult(
        "mine", GateStatus.FAIL, text, (Finding("X1", text, fix=text),), command=(text,), facts={"said": [text]}
    )
    claim = replace(RECORD.claim or pytest.fail("no claim"), records=(failed,))
    return replace(RECORD, gates=(gate,), claim=claim)


def test_no_secret_and_no_absolute_path_is_in_any_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", SECRET)
    write(tmp_path, dirty(tmp_path))
    for name in names_below(tmp_path):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "o_r*d" not in text
        assert str(tmp_path) not in text
    failures = json.loads((tmp_path / "evidence" / "test_failures.json").read_bytes())["failures"]
    assert failures[0]["message"] == "./src/a.py: login with *** failed: '***'"


@pytest.mark.parametrize("name", FORMATS)
def test_no_secret_is_in_any_format(name: str, tmp_path: Path) -> None:
    record = cleaned(dirty(tmp_path), tmp_path, {"DB_PASSWORD": SECRET})
    text = FORMATS[name].render(record)
    assert "o_r*d" not in text.replace("\\", "")
    assert str(tmp_path) not in text
    assert "***" in text.replace("\\", "")


def test_a_file_where_the_folder_should_be_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("mine")
    with pytest.raises(UsageError, match="cannot be written"):
        write(tmp_path)
    assert (tmp_path / "evidence").read_text() == "mine"


def test_a_folder_where_a_file_should_be_leaves_nothing_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "evidence" / "test_report.json").mkdir(parents=True)
    with pytest.raises(UsageError, match="is not a regular file"):
        write(tmp_path)
    assert names_below(tmp_path) == []
    assert list((tmp_path / "evidence" / "runs").iterdir()) == []


def test_a_place_without_permission_is_a_mistake_and_stays_as_it_was() -> None:
    with folder_for_all() as root:
        (root / "evidence").mkdir(mode=0o555)
        with unprivileged(), pytest.raises(UsageError, match="cannot be written: Permission denied") as caught:
            write(root)
        assert caught.value.exit_code == 4
        assert names_below(root) == []


@pytest.mark.parametrize("victim", LATEST)
def test_when_the_latest_set_cannot_be_replaced_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, victim: str
) -> None:
    write(tmp_path)
    before = {name: digest(tmp_path / name) for name in names_below(tmp_path)}
    replacing = os.replace

    def broken(source: Any, target: Any) -> None:
        if Path(target).name == victim and "runs" not in Path(target).parts:
            monkeypatch.setattr(os, "replace", replacing)
            raise OSError(28, "No space left on device")
        replacing(source, target)

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(AgentGatesError, match="No space left on device") as caught:
        write(tmp_path, replace(RECORD, run_id="later"))
    assert caught.value.exit_code == 3
    assert {name: digest(tmp_path / name) for name in names_below(tmp_path)} == before


LIMITED = """
    import resource, sys
    from dataclasses import replace
    from pathlib import Path
    from pytest_agentgates.errors import AgentGatesError
    from pytest_agentgates.evidence import EVIDENCE, STATEMENT
    from pytest_agentgates.write_evidence import write_evidence
    from tests.evidence.records import RECORD

    root, limit = Path(sys.argv[1]), int(sys.argv[2])
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        write_evidence(replace(RECORD, run_id="later"), root / "evidence", EVIDENCE, STATEMENT, root)
    except AgentGatesError as error:
        print(error)
        sys.exit(error.exit_code)
"""


def write_in_another_process(root: Path, limit: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(LIMITED), str(root), str(limit)]
    here = Path(__file__).parents[1]
    return subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("limit", [100, 2000, 4000])
def test_a_file_that_may_not_grow_leaves_everything_as_it_was(tmp_path: Path, limit: int) -> None:
    write(tmp_path)
    before = {name: digest(tmp_path / name) for name in names_below(tmp_path)}
    done = write_in_another_process(tmp_path, limit)
    assert (done.returncode, done.stderr) == (3, "")
    assert "cannot be written: File too large" in done.stdout
    assert {name: digest(tmp_path / name) for name in names_below(tmp_path)} == before


def test_without_the_limit_the_same_process_writes(tmp_path: Path) -> None:
    done = write_in_another_process(tmp_path, 0)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(names_below(tmp_path)) == 7


def test_a_full_disk_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """On a real full disk where mounting one is permitted; the limit on file sizes is tested everywhere."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = _mount(disk)
    try:
        write(disk)
        before = {name: digest(disk / name) for name in names_below(disk)}
        limit = 0 if mounted else 2000
        if mounted:
            _fill(disk)
        done = write_in_another_process(disk, limit)
        assert done.returncode == 3, done.stderr
        assert ("No space left on device" if mounted else "File too large") in done.stdout
        assert {name: digest(disk / name) for name in names_below(disk) if name != "ballast"} == before
    finally:
        if mounted:
            subprocess.run(["umount", str(disk)], check=True)


def _mount(folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(folder)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _fill(folder: Path) -> None:
    """Leave room for a file or two, so that the write fails in the middle of the set."""
    with (folder / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(b"x" * 4096)
        except OSError:
            ballast.truncate(ballast.tell() - 3 * 4096)
