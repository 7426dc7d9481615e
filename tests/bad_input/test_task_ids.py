"""Ids that name no task, or could not be the name of one, drive neither the file system nor the terminal."""

from __future__ import annotations

import json

import pytest

from tests.bad_input.refusals import refused
from tests.gated_project import GatedProject

LIST = "  fix: look at the ids with: agentgates tasks list"
HOSTILE = [
    pytest.param("../../etc/passwd", "'../../etc/passwd'", id="path"),
    pytest.param("a/b", "'a/b'", id="slash"),
    pytest.param("a\nagentgates: T1: passed", "'a\\nagentgates: T1: passed'", id="newline"),
    pytest.param("\x1b]0;title\x07\x1b[2J", "'\\x1b]0;title\\x07\\x1b[2J'", id="escapes"),
    pytest.param("zebra\u202e1", "'zebra\\u202e1'", id="text direction"),
    pytest.param("--no-update", "'--no-update'", id="an option"),
]


@pytest.mark.parametrize(
    "command", [("pytest", "--agent-task"), ("agentgates", "run"), ("agentgates", "tasks", "show")]
)
def test_an_unknown_task_suggests_the_nearest(project: GatedProject, command: tuple[str, ...]) -> None:
    project.tasks({"id": "TASK-CUST-INF-002"}, {"id": "TASK-ORD-DOM-001"})
    assert refused(project, *command, "TASK-CUST-INF-02") == (
        "agentgates: TSK001 there is no task 'TASK-CUST-INF-02' in the store\n  fix: did you mean TASK-CUST-INF-002?"
    )


def test_an_unknown_task_like_no_other_shows_where_to_look(project: GatedProject) -> None:
    assert refused(project, "agentgates", "run", "zebra") == (
        f"agentgates: TSK001 there is no task 'zebra' in the store\n{LIST}"
    )


def test_one_unknown_task_among_several_stops_them_all(project: GatedProject) -> None:
    assert refused(project, "agentgates", "run", "T1", "zebra") == (
        f"agentgates: TSK001 there is no task 'zebra' in the store\n{LIST}"
    )


@pytest.mark.parametrize(("task_id", "shown"), HOSTILE)
def test_a_hostile_id_on_the_command_line(project: GatedProject, task_id: str, shown: str) -> None:
    assert refused(project, "pytest", f"--agent-task={task_id}") == (
        f"agentgates: TSK001 there is no task {shown} in the store\n{LIST}"
    )


def test_an_empty_id_names_no_task(project: GatedProject) -> None:
    assert refused(project, "pytest", "--agent-task=") == f"agentgates: TSK001 no task is named\n{LIST}"


@pytest.mark.parametrize(("task_id", "shown"), [case for case in HOSTILE if case.id != "an option"])
def test_a_hostile_id_in_the_environment(
    project: GatedProject, monkeypatch: pytest.MonkeyPatch, task_id: str, shown: str
) -> None:
    monkeypatch.setenv("AGENT_TASK", task_id)
    assert refused(project, "agentgates", "run") == f"agentgates: TSK001 there is no task {shown} in the store\n{LIST}"


@pytest.mark.parametrize(
    ("task_id", "what", "fix"),
    [
        ("../T1", 'id "../T1" holds /, which an id must not', "use letters, digits, dots and dashes"),
        ("T..1", 'id "T..1" holds .., which an id must not', "use letters, digits, dots and dashes"),
        ("T\n1", 'id "T\\n1" holds unprintable characters', "remove them"),
        ("T\x1b[2J", 'id "T\\u001b[2J" holds unprintable characters', "remove them"),
    ],
)
def test_a_hostile_id_in_the_file(project: GatedProject, task_id: str, what: str, fix: str) -> None:
    project.write("docs/state/tasks.json", json.dumps({"tasks": [{"id": "T1"}, {"id": task_id}]}, indent=1))
    message = f"agentgates: docs/state/tasks.json:7: {what}\n  fix: {fix}"
    assert refused(project, "pytest", "--agent-task", task_id) == message
    assert refused(project, "agentgates", "tasks", "list") == message


def test_a_task_that_is_open_is_not_reopened(project: GatedProject) -> None:
    assert refused(project, "agentgates", "tasks", "reopen", "T1") == (
        "agentgates: docs/state/tasks.json:4: task T1 is pending; there is nothing to reopen\n"
        "  fix: work on it, then: pytest --agent-task T1"
    )


@pytest.mark.parametrize(
    ("status", "fix"),
    [
        ("in-progress", "did you mean in_progress?"),
        ("xyz", "known are: pending, queued, in_progress, completed, blocked, failed, escalated, done, complete"),
    ],
)
def test_a_status_that_is_none(project: GatedProject, status: str, fix: str) -> None:
    assert refused(project, "agentgates", "tasks", "list", "--status", status) == (
        f"agentgates: there is no status {status!r}\n  fix: {fix}"
    )
