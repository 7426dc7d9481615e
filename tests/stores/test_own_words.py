"""Layer and owner are read from the fields that people use, and written back in their words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import Step, Task, TaskStatus
from tests.stores.forms import opened, written
from tests.stores.json_store import CLAIM, change

BACK, FRONT = "infrastructure_backend", "infrastructure_frontend"
MANIFEST = "outstanding:\n  tasks:\n  - id: T1\n    status: pending\n"
FRONT_MATTER = "---\nid: T1\nstatus: pending\n"
TASKMASTER = '{"master": {"tasks": [{"id": "T1", "status": "pending", %s}]}}'
LAYERS = [
    ("manifest.yaml", MANIFEST + "    domain: backend # x\n", "    domain: frontend # x\n"),
    ("manifest.yaml", MANIFEST + "    domain: infrastructure_backend\n", "    domain: infrastructure_frontend\n"),
    ("manifest.yaml", MANIFEST + "    implementation_layer: infrastructure_backend\n", f"_layer: {FRONT}\n"),
    ("manifest.yaml", MANIFEST + "    layer: 'infrastructure_backend'\n", f"    layer: '{FRONT}'\n"),
    ("tasks", FRONT_MATTER + "layer: infrastructure_backend\n---\n", f"\nlayer: {FRONT}\n"),
    ("tasks", FRONT_MATTER + "labels:\n  - urgent\n  - backend\n---\n", "\nlabels:\n  - urgent\n  - frontend\n---\n"),
    ("tasks", FRONT_MATTER + "labels: [backend, 'layer:backend']\n---\n", "labels: [frontend, 'layer:frontend']\n"),
    ("tasks", FRONT_MATTER + "implementation_layer: infrastructure_backend\n---\n", f"implementation_layer: {FRONT}\n"),
    ("backlog/tasks", "---\nid: T1\nlabels: [Backend]\n---\n", "labels: [frontend]\n"),
    ("tasks.md", "## T1: a\n\n**Status**: pending | **Domain**: backend\n", "pending | **Domain**: frontend\n"),
    ("tasks.md", "## T1: a\n\n**Layer**: infrastructure_backend\n", f"**Layer**: {FRONT}\n"),
    ("tasks.md", "## T1: a\n\n- **Implementation Layer:** infrastructure_backend\n", f"Layer:** {FRONT}\n"),
    ("specs/a/tasks.md", "- [ ] T1 [P] [backend] Add\n", "- [ ] T1 [P] [frontend] Add\n"),
    (".taskmaster/tasks.json", TASKMASTER % '"implementation_layer": "%s"' % BACK, f'_layer": "{FRONT}"'),
    (".taskmaster/tasks.json", TASKMASTER % '"labels": ["backend"]', '"labels": ["frontend"]'),
    (
        "tasks.json",
        '{"tasks": [{"id": "T1", "implementation_layer": "infrastructure_backend"}]}',
        f'_layer": "{FRONT}"',
    ),
]
OWNERS = [
    ("manifest.yaml", MANIFEST + "    agent: ann\n", "    agent: bob\n"),
    ("manifest.yaml", MANIFEST + "    owner: ann\n    agent: back\n", "    owner: bob\n    agent: back\n"),
    ("tasks", FRONT_MATTER + "owner: ann\n---\n", "\nowner: bob\n"),
    ("tasks", FRONT_MATTER + "assignee: '@ann'\n---\n", "\nassignee: '@bob'\n"),
    ("backlog/tasks", "---\nid: T1\nassignee:\n  - '@ann'\nlabels: []\n---\n", "assignee:\n  - '@bob'\nlabels: []\n"),
    ("backlog/tasks", "---\nid: T1\nassignee: [@ann, eve]\n---\n", 'assignee: ["@bob", eve]\n'),
    ("backlog/tasks", "---\nid: T1\nassignee: @ann\nreporter: @eve\n---\n", 'assignee: "@bob"\nreporter: @eve\n'),
    ("tasks.md", "## T1: a\n\n**Owner**: ann | **Status**: pending\n", "**Owner**: bob | **Status**: pending\n"),
    ("tasks.md", "## T1: a\n\n**Assignee**: ann\n", "**Assignee**: bob\n"),
    (".taskmaster/tasks.json", TASKMASTER % '"assignee": "ann"', '"assignee": "bob"'),
    ("tasks.json", '{"tasks": [{"id": "T1", "owner": "ann"}]}', '"owner": "bob"'),
]
FREE = [
    ("manifest.yaml", MANIFEST + "    agent:\n", "    agent: bob\n", "    agent: null\n"),
    ("backlog/tasks", "---\nid: T1\nassignee: []\n---\n", 'assignee: ["@bob"]\n', "assignee: []\n"),
    ("tasks.md", "## T1: a\n\n**Owner**: (none)\n", "**Owner**: bob\n", "**Owner**: (none)\n"),
    ("tasks.md", "## T1: a\n\n**Owner**:\n", "**Owner**: bob\n", "**Owner**: (none)\n"),
    (".taskmaster/tasks.json", TASKMASTER % '"assignee": null', '"assignee": "bob"', '"assignee": null'),
]


def only(fields: Mapping[str, object]) -> TaskChange:
    """A change of fields of a task that stays pending."""
    return TaskChange("T1", "pending", (), datetime(2026, 1, 2, tzinfo=UTC), "bob", run_id="", fields=fields)


def after(root: Path, location: str, text: str, fields: Mapping[str, object]) -> tuple[Task, Task, str]:
    """The task before and after a change of fields, and the file's text then."""
    store = written(root, location, text)
    (before,) = store.load()
    moved = store.apply(only(fields))
    (read,) = opened(location, root).load()
    assert read == moved
    path = root / location
    return before, moved, (path if path.suffix else path / "task-1.md").read_text()


@pytest.mark.parametrize(("location", "text", "expected"), LAYERS)
def test_a_layer_is_said_in_the_words_that_stand_there(tmp_path: Path, location: str, text: str, expected: str) -> None:
    before, moved, now = after(tmp_path, location, text, {"layer": FRONT})
    assert (before.layer, moved.layer) == (BACK, FRONT)
    assert expected in now


@pytest.mark.parametrize(("location", "text", "expected"), OWNERS)
def test_an_owner_stands_where_the_form_has_a_field(tmp_path: Path, location: str, text: str, expected: str) -> None:
    before, moved, now = after(tmp_path, location, text, {"owner": "bob"})
    assert (before.owner, moved.owner) == ("ann", "bob")
    assert expected in now
    assert '"owner": "bob"' not in now.replace(expected, "")


@pytest.mark.parametrize(("location", "text", "taken", "free"), FREE)
def test_a_task_is_taken_and_given_back(tmp_path: Path, location: str, text: str, taken: str, free: str) -> None:
    before, moved, now = after(tmp_path, location, text, {"owner": "bob"})
    assert (before.owner, moved.owner) == ("", "bob")
    assert taken in now
    store = opened(location, tmp_path)
    assert store.apply(only({"owner": None})).owner == ""
    path = tmp_path / location
    assert free in (path if path.suffix else path / "task-1.md").read_text()


def test_whom_a_manifest_means_keeps_a_task_that_is_given_back(tmp_path: Path) -> None:
    release = Step(TaskStatus.IN_PROGRESS, TaskStatus.PENDING, "released")
    store = written(tmp_path, "manifest.yaml", MANIFEST + "    agent: back\n")
    store.apply(change("T1", *CLAIM, fields={"owner": "back"}))
    assert store.apply(change("T1", release, fields={"owner": None})).owner == "back"
    assert "    agent: back\n" in (tmp_path / "manifest.yaml").read_text()
    store = written(tmp_path, "manifest.yaml", MANIFEST + "    agent:\n")
    for _ in range(2):
        store.apply(change("T1", *CLAIM, fields={"owner": "ann"}))
        assert store.apply(change("T1", release, fields={"owner": None})).owner == ""
    assert "agent_claimed" not in (tmp_path / "manifest.yaml").read_text()


@pytest.mark.parametrize(
    ("labels", "layer"),
    [
        ("[]", ""),
        ("[build, urgent]", ""),
        ("[frontend, backend]", ""),
        ("[frontend, infrastructure_backend]", BACK),
        ("[infrastructure_backend, 'layer: domain']", "domain"),
        ("[application]", "application"),
        ("[backends]", ""),
    ],
)
def test_labels_name_a_layer_where_they_name_just_one(tmp_path: Path, labels: str, layer: str) -> None:
    (task,) = written(tmp_path, "tasks", f"---\nid: T1\nlabels: {labels}\n---\n").load()
    assert task.layer == layer
    moved = opened("tasks", tmp_path).apply(only({"layer": FRONT}))
    assert (moved.layer, opened("tasks", tmp_path).load()[0].layer) == (FRONT, FRONT)


def test_issues_of_beads_have_the_layer_of_their_labels(tmp_path: Path) -> None:
    text = '{"id": "bd-1", "labels": ["backend"], "assignee": "ann"}\n{"id": "bd-2", "owner": "eve"}\n'
    tasks = written(tmp_path, ".beads/issues.jsonl", text).load()
    assert [(task.layer, task.owner) for task in tasks] == [(BACK, "ann"), ("", "eve")]


def test_a_name_that_old_readers_of_yaml_take_for_a_boolean_is_quoted(tmp_path: Path) -> None:
    _, task, text = after(tmp_path, "manifest.yaml", MANIFEST + "    agent: ann\n", {"owner": "yes"})
    assert task.owner == "yes"
    assert '    agent: "yes"\n' in text
