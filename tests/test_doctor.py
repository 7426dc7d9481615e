"""`agentgates doctor` names what contradicts each other, and mends only what is safe."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pytest_agentgates.cli import agentgates

SAMPLE = Path(__file__).parent / "data" / "caf_project"


def doctor(root: Path, *options: str) -> tuple[int, dict[str, Any]]:
    command = (sys.executable, "-m", "pytest_agentgates", "doctor", "--json", *options)
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert ran.stdout, ran.stderr
    return ran.returncode, json.loads(ran.stdout)


def commit(root: Path, moment: str) -> None:
    """Commit everything, as if it were that moment."""
    env = {**os.environ, "GIT_COMMITTER_DATE": moment, "GIT_AUTHOR_DATE": moment}
    identity = ("-c", "user.name=n", "-c", "user.email=n@example.org")
    for words in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-q", "-m", "all")):
        subprocess.run(("git", *words), cwd=root, env=env, check=True)


def doctor_here(root: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """The same in this process, for tables of many cases."""
    with chdir(root):
        ran = CliRunner().invoke(agentgates, ["doctor", "--json", *options], standalone_mode=False)
    assert ran.exception is None, ran.exception
    return int(ran.return_value), json.loads(ran.stdout)


def said(facts: dict[str, Any]) -> str:
    return "\n".join(f"{one['path']}:{one['line']} {one['message']}" for one in facts["findings"])


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "project"))


def test_every_contradiction_of_the_sample_is_named(sample: Path) -> None:
    code, facts = doctor(sample)
    text = said(facts)
    assert code == 1
    assert "0 of 14 are completed here, 14 there (T001 is pending here and completed there)" in text
    assert "all 14 tasks are said to be completed, 77 criteria are not ticked" in text
    assert "it says 402 tests, evidence/test_report.json says 309" in text
    assert "it says 100 % coverage, evidence/test_report.json says 83 %" in text
    assert "14 completed tasks have no evidence of this tool" in text
    assert "its summary says 8 blocking gates passed, its gates say 7" in text
    assert {one["rule"] for one in facts["findings"]} == {"AGT005"}


def test_a_run_after_the_commit_that_contains_it_is_named(sample: Path) -> None:
    moment = "2026-02-27T11:30:00+00:00"
    commit(sample, moment)
    assert f"it says 2026-02-27T12:00:00+00:00, the commit that contains it is of {moment}" in said(doctor(sample)[1])


def test_other_numbers_give_other_words(sample: Path) -> None:
    report = sample / "evidence" / "test_report.json"
    report.write_text(report.read_text().replace("309", "402").replace('_percent": 83', '_percent": 100'))
    text = said(doctor(sample)[1])
    assert "test_report.json says 309" not in text
    assert "test_report.json says 83 %" not in text
    assert "it says 309 tests, evidence/test_report.json says 402 (last_verify_review)" in text
    assert "it says 402 tests, its files add up to 309" in text


def test_what_agrees_is_silent(tmp_path: Path) -> None:
    tasks = {"tasks": [{"id": "T1", "title": "One", "status": "pending"}]}
    (tmp_path / "docs" / "state").mkdir(parents=True)
    (tmp_path / "docs" / "state" / "tasks.json").write_text(json.dumps(tasks))
    assert doctor(tmp_path) == (
        0,
        {"task_lists": ["docs/state/tasks.json"], "evidence": [], "findings": [], "mended": []},
    )


def test_a_torn_line_and_a_file_of_a_killed_writer_are_mended(tmp_path: Path) -> None:
    state = tmp_path / "docs" / "state"
    state.mkdir(parents=True)
    (state / "tasks.json").write_text(json.dumps({"tasks": [{"id": "T1", "status": "pending"}]}))
    (state / "transaction-log.jsonl").write_text('{"tx_id": "1", "task_')
    (state / ".tasks.json.abc123.agentgates-tmp").write_text("half")
    code, facts = doctor(tmp_path)
    assert code == 1
    assert "its last line is torn" in said(facts)
    assert "a writer that was killed left it" in said(facts)
    code, facts = doctor(tmp_path, "--fix")
    assert (code, len(facts["mended"]), facts["findings"]) == (0, 2, [])
    assert (state / "transaction-log.torn").read_text() == '{"tx_id": "1", "task_\n'
    assert sorted(path.name for path in state.iterdir() if path.name.endswith("-tmp")) == []


def test_a_status_that_the_log_does_not_know_is_named(tmp_path: Path) -> None:
    state = tmp_path / "docs" / "state"
    state.mkdir(parents=True)
    (state / "tasks.json").write_text(json.dumps({"tasks": [{"id": "T1", "status": "completed"}]}))
    entry = {"tx_id": "1", "task_id": "T1", "before": "pending", "after": "in_progress"}
    (state / "transaction-log.jsonl").write_text(json.dumps(entry) + "\n")
    text = said(doctor(tmp_path)[1])
    assert "T1 is completed, the log's last move says in_progress" in text
    assert "1 completed task has no evidence of this tool: T1" in text


def test_where_there_is_nothing_to_compare_nothing_agrees(tmp_path: Path) -> None:
    code, facts = doctor(tmp_path)
    assert (code, facts["task_lists"], facts["evidence"], facts["findings"]) == (3, [], [], [])


def test_evidence_that_was_written_after_the_last_commit_contradicts_none(tmp_path: Path) -> None:
    path = tmp_path / ".claude/evidence/quality_gates_run.json"
    path.parent.mkdir(parents=True)
    claim = {"schema_version": "1.0", "run_id": "r1", "tasks": [], "gates": []}
    path.write_text(json.dumps({**claim, "run_at": "2026-01-01T00:00:00Z"}), encoding="utf-8")
    commit(tmp_path, "2026-01-02T00:00:00+00:00")
    path.write_text(json.dumps({**claim, "run_at": "2026-01-03T00:00:00Z"}), encoding="utf-8")
    assert doctor(tmp_path)[0] == 0
    commit(tmp_path, "2026-01-02T01:00:00+00:00")
    code, facts = doctor(tmp_path)
    assert code == 1
    assert "the commit that contains it is of 2026-01-02T01:00:00+00:00" in said(facts)
