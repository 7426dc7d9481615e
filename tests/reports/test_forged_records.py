"""Records that somebody changed prove nothing in the completion report."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pytest_agentgates.core.completion import Standing
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.reports import REPORTS
from tests.reports.recorded_project import LOG, STORE, RecordedProject


def test_evidence_that_was_changed_is_named_with_both_digests(recorded: RecordedProject) -> None:
    path = recorded.evidence(recorded.judged())
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(path.read_bytes() + b"\n")
    after = hashlib.sha256(path.read_bytes()).hexdigest()
    report = recorded.report()
    assert report.results[0].standing is Standing.NOT_PROVED
    assert f"the log says {before[:12]}, the file has {after[:12]}" in report.results[0].problems[0]
    assert "its digest is not the one that the log has" in report.proofs[-1].problems


def test_a_report_beside_the_evidence_that_was_changed_is_named(recorded: RecordedProject) -> None:
    path = recorded.evidence(recorded.judged(), "test_report.json")
    path.write_text("{}", encoding="utf-8")
    result = recorded.result()
    assert result.standing is Standing.NOT_PROVED
    assert "test_report.json does not fit: it was changed" in result.problems[0]


def test_a_verdict_that_the_gates_deny_proves_nothing_even_where_the_digest_fits(recorded: RecordedProject) -> None:
    failing = GateResult("ruff_clean", GateStatus.FAIL, "3 findings")
    run_id = recorded.judged("T1", "pass", failing)
    result = recorded.result()
    assert result.standing is Standing.NOT_PROVED
    assert "it claims a pass although these did not: ruff_clean" in result.problems[0]
    assert result.outcome == ""
    assert result.run_id == run_id


def test_evidence_of_another_run_cannot_be_put_in_its_place(recorded: RecordedProject) -> None:
    shutil.copytree(recorded.evidence(recorded.judged()).parent, recorded.root / ".claude/evidence/runs/run-2")
    log = recorded.root / LOG
    log.write_text(log.read_text(encoding="utf-8").replace('"run-1"', '"run-2"'), encoding="utf-8")
    assert recorded.result().problems == (
        ".claude/evidence/runs/run-2/quality_gates_run.json: it says that it is of run run-1, its folder is run-2",
    )


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (
            {"summary": {"pass": 9, "fail": 0, "warn": 0, "skip": 0, "error": 0, "waived": 0, "blocking_fail": 0}},
            "its summary counts 9 pass, its gates show 1",
        ),
        ({"artifacts": [{"path": "../../etc/passwd", "sha256": "0" * 64}]}, "lies outside the project"),
        ({"artifacts": [{"path": "gone.json", "sha256": "0" * 64}]}, "the artifact gone.json is not there"),
        ({"gates": "none"}, "it breaks the schema of evidence: gates: must be a list"),
    ],
)
def test_evidence_that_contradicts_itself_proves_nothing_even_where_the_digest_fits(
    recorded: RecordedProject, values: dict[str, Any], reason: str
) -> None:
    recorded.forge(recorded.judged(), **values)
    result = recorded.result()
    assert result.standing is Standing.NOT_PROVED
    assert reason in result.problems[0]


def test_a_failed_run_proves_no_completion_whatever_the_log_says(recorded: RecordedProject) -> None:
    run_id = recorded.judged("T1", "fail")
    digest = hashlib.sha256(recorded.evidence(run_id).read_bytes()).hexdigest()
    recorded.change(recorded.root / STORE, tasks=[{"id": "T1", "status": "completed"}])
    forged = {"tx_id": "f" * 32, "task_id": "T1", "before": "in_progress", "after": "completed", "run_id": run_id}
    with (recorded.root / LOG).open("a", encoding="utf-8") as log:
        log.write(json.dumps({**forged, "evidence_sha256": digest}) + "\n")
    result = recorded.result()
    assert result.standing is Standing.NOT_PROVED
    assert result.problems == (f".claude/evidence/runs/{run_id}/quality_gates_run.json says fail",)


def test_evidence_of_another_task_proves_nothing(recorded: RecordedProject) -> None:
    run_id = recorded.judged("T2")
    digest = hashlib.sha256(recorded.evidence(run_id).read_bytes()).hexdigest()
    recorded.tasks({"id": "T1", "status": "completed"})
    forged = {"tx_id": "f" * 32, "task_id": "T1", "after": "completed", "run_id": run_id, "evidence_sha256": digest}
    with (recorded.root / LOG).open("a", encoding="utf-8") as log:
        log.write(json.dumps(forged) + "\n")
    assert recorded.result().problems == (
        f".claude/evidence/runs/{run_id}/quality_gates_run.json does not speak of T1",
    )


def test_the_latest_set_that_no_run_keeps_is_named(recorded: RecordedProject) -> None:
    recorded.judged()
    recorded.change(recorded.root / ".claude/evidence/quality_gates_run.json", agent="somebody")
    problems = [proof.problems for proof in recorded.report().proofs]
    assert problems == [("it is not what runs/run-1 keeps",), ()]


@pytest.mark.parametrize("name", ["quality_gates_run.json", "test_report.json", "test_failures.json"])
def test_no_byte_of_the_evidence_can_change_unseen(recorded: RecordedProject, name: str) -> None:
    path = recorded.evidence(recorded.judged(), name)
    whole, chance = path.read_bytes(), Random(7)  # the same places each time
    for place in sorted(chance.sample(range(len(whole)), 12)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ chance.randrange(1, 256)]) + whole[place + 1 :])
        assert recorded.result().standing is Standing.NOT_PROVED, place
    path.write_bytes(whole)
    assert recorded.result().standing is Standing.PROVED


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.8])
def test_a_log_that_is_cut_proves_nothing_that_it_lost(recorded: RecordedProject, cut: float) -> None:
    recorded.judged()
    path = recorded.root / LOG
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * cut)])
    report = recorded.report()
    assert report.results[0].standing is Standing.NOT_PROVED
    assert not report.holds


def test_a_file_of_the_latest_set_that_no_run_keeps_is_named(recorded: RecordedProject) -> None:
    recorded.judged()
    assert not [note for note in recorded.report().notes if note.about.endswith("test_report.json")]
    recorded.write(".claude/evidence/test_report.json", '{"total_tests": 402}')
    notes = {note.about: note.text for note in recorded.report().notes}
    text = notes[".claude/evidence/test_report.json"]
    assert text == "no run of this tool keeps it; what it claims is not repeated here"


def test_a_manifest_full_of_claims_is_repeated_nowhere(tmp_path: Path) -> None:
    root = Path(shutil.copytree(Path(__file__).parents[1] / "data/caf_project", tmp_path / "project"))
    config = '[tool.agentgates]\ntasks = "manifest.yaml"\nevidence = "evidence"\n'
    (root / "pyproject.toml").write_text(config, encoding="utf-8")
    report = RecordedProject(root).report()
    assert {result.standing for result in report.results} == {Standing.NOT_PROVED}
    assert len(report.results) == 14
    page = REPORTS["markdown"](report)
    assert not [claim for claim in ("402", "309", "100 %", "PASS ") if claim in page]
