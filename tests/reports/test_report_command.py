"""`agentgates report` on a real project: what a run leaves is what the report shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_agentgates.errors import UsageError
from pytest_agentgates.report_command import report_command
from tests.gated_project import GatedProject
from tests.reports.recorded_project import RecordedProject


def test_a_real_run_is_proved_until_its_evidence_is_touched(project: GatedProject) -> None:
    project.commit()
    project.gated("-q")
    result = project.agentgates("report", "--json")
    facts = json.loads(result.stdout.str())
    assert result.ret == 0
    assert [(task["id"], task["standing"]) for task in facts["tasks"]] == [("T1", "proved"), ("T2", "open")]
    assert [proof["of_these_files"] for proof in facts["evidence"]] == [True]
    assert facts["evidence"][0]["tests"] == {"passed": 2, "executed": 2}
    result = project.agentgates("report", "--format", "html", "-o", ".claude/evidence/report.html")
    assert (result.ret, result.stdout.str(), result.stderr.str()) == (0, "", "")
    assert (project.root / ".claude/evidence/report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert project.agentgates("verify").ret == 0
    path = next((project.root / ".claude/evidence/runs").glob("*/quality_gates_run.json"))
    path.write_text(path.read_text(encoding="utf-8").replace('"passed": 2', '"passed": 9'), encoding="utf-8")
    result = project.agentgates("report")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*| T1 | Add numbers |  | completed (said, not proved) | NOT PROVED |*"])
    assert "9 of 2" not in result.stdout.str()


def report_to(place: str) -> int:
    return report_command({"task_id": "", "form": "markdown", "base": "", "as_json": False, "output": place})


def test_a_report_among_the_project_s_files_is_warned_of(
    recorded: RecordedProject, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(recorded.root)
    assert report_to("report.md") == 0
    assert "report.md is a file of the project now, so evidence no longer fits" in capsys.readouterr().err
    assert report_to("report.md") == 0
    assert (recorded.root / "report.md").read_text(encoding="utf-8").startswith("# Completion report")


@pytest.mark.parametrize(
    "place",
    [
        "docs/state/tasks.json",
        "docs/state/transaction-log.jsonl",
        "pyproject.toml",
        ".claude/evidence/quality_gates_run.json",
        ".claude/evidence/runs/x.md",
        "missing/report.md",
    ],
)
def test_a_report_never_takes_the_place_of_a_record(
    recorded: RecordedProject, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.judged()
    before = {path: path.read_bytes() for path in recorded.root.rglob("*") if path.is_file()}
    monkeypatch.chdir(recorded.root)
    with pytest.raises(UsageError, match=place):
        report_to(place)
    assert {path: path.read_bytes() for path in recorded.root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    "place", ["T1.md", "../agent-queues/domain-queue.json", "../../.claude/evolution/evolution.md"]
)
def test_nor_of_a_task_in_a_folder_or_of_a_queue(project: GatedProject, place: str) -> None:
    project.configure('tasks = "docs/tasks"\n')
    project.write("docs/tasks/T1.md", "---\nid: T1\n---\n")
    kept = project.write(f"docs/tasks/{place}", "---\nid: T2\n---\n").read_bytes()
    result = project.agentgates("report", "--output", f"docs/tasks/{place}")
    assert (result.ret, "is a record" in result.stderr.str()) == (4, True)
    assert (project.root / "docs/tasks" / place).read_bytes() == kept


@pytest.mark.parametrize("arguments", [("T9",), ("--format", "pdf"), ("T1", "T2")])
def test_a_mistake_is_one_message(project: GatedProject, arguments: tuple[str, ...]) -> None:
    result = project.agentgates("report", *arguments)
    assert (result.ret, result.stdout.str()) == (4, "")
    assert result.stderr.str().startswith("agentgates: ")


def test_outside_git_and_before_any_run_there_is_a_report(project: GatedProject) -> None:
    result = project.agentgates("report")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*2 tasks: 2 pending.*", "*never judged*"])
    assert not (Path(project.root) / ".git").exists()
