"""A gated run with tasks in a database, from the first copy of a task list to the verified evidence."""

from __future__ import annotations

import json

import pytest

from tests.gated_project import GatedProject

FILE = "docs/state/tasks.json"


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return "sqlite:///docs/state/tasks.db"
    url: str = request.getfixturevalue("postgres").new_database()
    return url.replace("postgresql://admin@", "postgresql+psycopg://admin:s3cret-word@")


@pytest.fixture
def project(project: GatedProject, location: str, monkeypatch: pytest.MonkeyPatch) -> GatedProject:
    """The project, its tasks copied into the database and their file gone."""
    if location.startswith("sqlite"):
        project.configure(f'tasks = "{location}"\n')
        project.write(".gitignore", "/docs/state/\n/stdout\n/stderr\n/runpytest-*\n")
    else:
        monkeypatch.setenv("AGENTGATES_TASKS", location)
    assert project.agentgates("tasks", "copy", FILE).stdout.lines == ["2 tasks copied, 0 there already"]
    (project.root / FILE).unlink()
    project.commit()
    return project


def shown(project: GatedProject, task_id: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(project.agentgates("tasks", "show", task_id, "--json").stdout.str())
    return found


def test_a_task_is_claimed_judged_completed_and_verified(project: GatedProject) -> None:
    assert project.agentgates("preflight").ret == 0
    assert project.agentgates("tasks", "claim", "T1", "--agent", "ann").ret == 0
    refused = project.agentgates("tasks", "claim", "T1", "--agent", "bob")
    refused.stderr.fnmatch_lines(["agentgates: *:1: task T1 is held by ann*"])
    assert refused.ret == 4

    assert project.gated("--agent-name", "ann").ret == 0
    assert shown(project, "T1")["status"] == "completed"
    assert project.agentgates("verify", "T1").ret == 0
    assert project.agentgates("doctor").stdout.lines[-1].endswith("all agree")
    written = [path for path in project.root.rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()]
    assert not written  # pytester keeps standard output and error of each command beside the project's files


def test_a_failed_judgement_counts_an_attempt(project: GatedProject) -> None:
    assert project.gated(task="T2").ret == 1
    task = shown(project, "T2")
    assert (task["status"], task["attempts"]) == ("in_progress", 1)


def test_what_is_there_already_stays(project: GatedProject) -> None:
    project.agentgates("tasks", "claim", "T1", "--agent", "ann")
    project.tasks({"id": "T1", "title": "Other"}, {"id": "T3", "title": "New"})
    assert project.agentgates("tasks", "copy", FILE).stdout.lines == ["1 task copied, 1 there already"]
    assert (shown(project, "T1")["owner"], shown(project, "T3")["status"]) == ("ann", "pending")
