"""A task file that is none is refused with one message that says where and what to do."""

from __future__ import annotations

import json

import pytest

from pytest_agentgates.stores import EXAMPLES
from tests.bad_input.refusals import refused
from tests.gated_project import GatedProject

FILE = "docs/state/tasks.json"
RUN = ("pytest", "--agent-task", "T1")
RESTORE = "  fix: correct it, or restore the file from git"
COMMANDS = [RUN, ("agentgates", "run", "T1"), ("agentgates", "tasks", "list"), ("agentgates", "tasks", "reopen", "T1")]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_missing_file(project: GatedProject, command: tuple[str, ...]) -> None:
    (project.root / FILE).unlink()
    assert refused(project, *command) == (
        "agentgates: docs/state/tasks.json: there is no such task file\n"
        '  fix: create it with {"_version": 0, "tasks": []}, or name another with `tasks` in [tool.agentgates]'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "",
            "docs/state/tasks.json: the task file is empty\n"
            '  fix: restore it from git, or write {"_version": 0, "tasks": []}',
            id="empty",
        ),
        pytest.param(
            '{\n  "_version": 1,\n  "tasks": [}\n}\n',
            f"docs/state/tasks.json:3:13: not JSON: Expecting value\n{RESTORE}",
            id="not JSON",
        ),
        pytest.param(
            '{"_version": "seven",\n"tasks": []}',
            'docs/state/tasks.json:1: _version must be a whole number, not "seven"\n'
            "  fix: write the number of the last change, 0 for none",
            id="version",
        ),
        pytest.param(
            '{"tasks": {"T1": {}}}',
            "docs/state/tasks.json:1: tasks must be a list, not an object\n  fix: write a list",
            id="tasks no list",
        ),
        pytest.param(
            '{"tasks": [\n{"id": 1,\n"title": []},\n"T2",\n{"id": "T3", "status": "xyz", "test_files": "a.py"}]}',
            "docs/state/tasks.json:2: id must be text, not 1\n"
            '  fix: write it in quotes: "1"\n'
            "docs/state/tasks.json:3: title must be text, not a list\n"
            "  fix: write text\n"
            'docs/state/tasks.json:4: a task must be an object, not "T2"\n'
            "  fix: write an object\n"
            'docs/state/tasks.json:5: status "xyz" is unknown\n'
            "  fix: known are: pending, queued, in_progress, completed, blocked, failed, escalated, done, complete\n"
            'docs/state/tasks.json:5: test_files must be a list, not "a.py"\n'
            "  fix: write a list",
            id="wrong types",
        ),
        pytest.param(
            '{"tasks": [\n{"id": "T1"},\n{"id": "T2"},\n{"id": "T1"}]}',
            'docs/state/tasks.json:4: id "T1" is already that of the task in line 2\n'
            "  fix: give one of them another id",
            id="duplicate ids",
        ),
    ],
)
def test_a_file_that_is_no_task_file(project: GatedProject, text: str, message: str) -> None:
    project.write(FILE, text)
    assert refused(project, *RUN) == f"agentgates: {message}"


def test_a_store_that_no_one_can_read(project: GatedProject) -> None:
    project.configure('tasks = "tasks.csv"\n')
    assert refused(project, *RUN) == (
        "agentgates: pyproject.toml: tasks: no store can read 'tasks.csv'\n  fix: name a location like one of these: "
        + ", ".join(EXAMPLES)
    )


def test_a_file_of_fifty_megabytes_works(project: GatedProject) -> None:
    others = [
        {"id": f"TASK-{number:05}", "title": "t", "status": "pending", "description": "x" * 2000}
        for number in range(25_000)
    ]
    mapped = {"id": "T1", "title": "Add numbers", "status": "pending", "test_files": ["tests/test_pass.py"]}
    document = {"_version": 1, "tasks": [*others, mapped]}
    path = project.write(FILE, json.dumps(document, indent=2) + "\n")
    assert path.stat().st_size > 50_000_000
    before = path.read_text(encoding="utf-8")
    result = project.gated("-q")
    assert result.ret == 0, result.stderr.str()
    assert result.stderr.str() == ""
    after = path.read_text(encoding="utf-8")
    assert project.status() == "completed"
    untouched = before.index('"T1"')
    assert before[1000:untouched] in after
