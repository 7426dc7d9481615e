"""The files of trackers are read and written in their own words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_agentgates.core.task import Step, TaskStatus
from pytest_agentgates.errors import UsageError
from pytest_agentgates.stores import EXAMPLES, STORES
from tests.stores.forms import opened, written
from tests.stores.json_store import CLAIM, PASS, change

QUEUE, START = CLAIM
BLOCK = Step(TaskStatus.IN_PROGRESS, TaskStatus.BLOCKED, "attempts_used_up", 3)


@pytest.mark.parametrize(
    ("location", "module"),
    [
        (".taskmaster/tasks/tasks.json", "taskmaster"),
        (".beads/issues.jsonl", "beads"),
        ("specs/001-login/tasks.md", "spec_kit"),
        ("backlog/tasks", "backlog_md"),
        ("docs/state/tasks.json", "json_file"),
        (".claude/manifest.yaml", "yaml_manifest"),
        ("docs/tasks.md", "markdown_file"),
        ("docs/tasks", "markdown_folder"),
        ("docs/tasks/", "markdown_folder"),
        ("sqlite:///docs/state/tasks.db", "sql"),
        ("postgresql://host/tasks.json", "sql"),
    ],
)
def test_each_store_is_known_by_its_form(location: str, module: str) -> None:
    first = next(kind for kind in STORES if kind.recognises(location))
    assert first.recognises.__module__.startswith(f"pytest_agentgates.stores.{module}")
    assert not any(kind.recognises("mysql://host/tasks") for kind in STORES)


def test_each_store_has_an_example_that_it_opens() -> None:
    first = [next(kind for kind in STORES if kind.recognises(location)) for location in EXAMPLES]
    assert first == list(STORES)


@pytest.mark.parametrize("location", ["tasks.csv", "mysql://host/tasks", "tasks.json5", "https://host/tasks.json"])
def test_other_locations_are_no_store(location: str) -> None:
    assert not any(kind.recognises(location) for kind in STORES)


def test_taskmaster_has_tags_and_subtasks(tmp_path: Path) -> None:
    tags = {
        "master": {
            "tasks": [
                {"id": 1, "title": "A", "status": "done"},
                {"id": 2, "status": "cancelled", "dependencies": [1], "subtasks": [
                    {"id": 1, "status": "pending"},
                    {"id": 2, "status": "review", "dependencies": [1, "1.3"]},
                ]},
            ]
        },
        "login": {"tasks": [{"id": 1, "status": "in-progress"}, {"id": 2, "dependencies": [1]}]},
    }  # fmt: skip
    tasks = written(tmp_path, ".taskmaster/tasks/tasks.json", json.dumps(tags, indent=2)).load()
    assert [(task.id, task.status.value, task.dependencies) for task in tasks] == [
        ("1", "completed", ()),
        ("2", "escalated", ("1",)),
        ("2.1", "pending", ()),
        ("2.2", "in_progress", ("2.1", "1.3")),
        ("login:1", "in_progress", ()),
        ("login:2", "pending", ("login:1",)),
    ]


def test_taskmaster_reads_its_own_words_again(tmp_path: Path) -> None:
    text = '{"master": {"tasks": [{"id": 1, "status": "pending", "subtasks": [{"id": 1, "status": "pending"}]}]}}'
    store = written(tmp_path, ".taskmaster/tasks.json", text)
    store.apply(change("1.1", QUEUE))
    path = tmp_path / ".taskmaster/tasks.json"
    subtask = json.loads(path.read_text())["master"]["tasks"][0]["subtasks"][0]
    assert (subtask["status"], subtask["metadata"]["agentgates"]["status"]) == ("pending", "queued")
    assert [task.status.value for task in opened(".taskmaster/tasks.json", tmp_path).load()] == ["pending", "queued"]
    store.apply(change("1.1", START, PASS))
    assert json.loads(path.read_text())["master"]["tasks"][0]["subtasks"][0]["status"] == "done"


def test_a_word_that_the_tracker_changed_outweighs_what_was_kept(tmp_path: Path) -> None:
    store = written(
        tmp_path, "specs/a/tasks.md", "- [ ] T001 [P] Write src/a/b.py (depends on T000)\n- [X] T000 Begin\n"
    )
    store.apply(change("T001", QUEUE, START, BLOCK))
    path = tmp_path / "specs/a/tasks.md"
    assert path.read_text().startswith("- [ ] T001 [P] Write src/a/b.py (depends on T000)\n  <!-- agentgates: {")
    blocked = opened("specs/a/tasks.md", tmp_path).load()[0]
    assert (blocked.status.value, blocked.dependencies, blocked.deliverables) == ("blocked", ("T000",), ("src/a/b.py",))
    path.write_text(path.read_text().replace("- [ ] T001", "- [X] T001"))
    assert opened("specs/a/tasks.md", tmp_path).load()[0].status is TaskStatus.COMPLETED


def test_spec_kit_names_files_of_the_project(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    titles = {
        "Write `app/(auth)/[id]/page.tsx` and src/a/b.py": ("app/(auth)/[id]/page.tsx", "src/a/b.py"),
        "Serve /.well-known/keys.json in ./src/keys.py": ("src/keys.py",),
        f"Update `{root}/src/c.py` and `/home/ann/shop/lib/d.py`": ("src/c.py", "lib/d.py"),
        "Configure `/etc/app/daemon.json`, run `tool -f charts/x/values.yaml`": (),
        "Read https://example.org/a/b.html, sqlite:///data/app.db": (),
    }
    lines = [f"- [ ] T{number:03} [P] {title}\n" for number, title in enumerate(titles)]
    tasks = written(root, "specs/a/tasks.md", "".join(lines)).load()
    assert [task.deliverables for task in tasks] == list(titles.values())
    assert [task.title for task in tasks] == list(titles)


def test_only_labels_before_the_title_are_labels(tmp_path: Path) -> None:
    text = "- [ ] T001 [P] [US1+US2] Read [slug] [P]\n- [ ] T002 [Guide](docs/guide.md)\n"
    first, second = written(tmp_path, "specs/a/tasks.md", text).load()
    assert (first.title, first.extra["labels"]) == ("Read [slug] [P]", ["P", "US1+US2"])
    assert (second.title, "labels" in second.extra) == ("[Guide](docs/guide.md)", False)


def test_taskmaster_reads_subtasks_of_subtasks_and_leaves_what_is_no_tag(tmp_path: Path) -> None:
    inner = {"id": 1, "subtasks": [{"id": "a", "dependencies": ["b"]}, {"id": "b"}]}
    text = json.dumps({"version": "1.0", "master": {"tasks": [{"id": 4, "subtasks": [inner]}]}})
    tasks = written(tmp_path, ".taskmaster/tasks.json", text).load()
    assert [(task.id, task.dependencies) for task in tasks] == [
        ("4", ()),
        ("4.1", ()),
        ("4.1.a", ("4.1.b",)),
        ("4.1.b", ()),
    ]


def test_backlog_md_keeps_its_words_and_its_dates(tmp_path: Path) -> None:
    (tmp_path / "backlog").mkdir()
    (tmp_path / "backlog/config.yml").write_text('statuses: ["To Do", "Doing it", "Blocked", "Done"]\n')
    front = (
        "---\nid: TASK-1\ntitle: Add\nstatus: To Do\nupdated_date: '2025-09-06 21:22'\ndependencies:\n  - task-1\n---\n"
    )
    store = written(tmp_path, "backlog/tasks", f"{front}\n## Description\n\nAdds.\n")
    (task,) = store.load()
    assert (task.description, task.dependencies) == ("Adds.", ("TASK-1",))
    store.apply(change("TASK-1", QUEUE, START, BLOCK))
    text = (tmp_path / "backlog/tasks/task-1.md").read_text()
    assert "status: Blocked\n" in text
    assert "updated_date: '2026-01-02 03:04'\n" in text


def test_a_progress_log_gets_a_line_for_each_step(tmp_path: Path) -> None:
    log = "## Progress Log\n\n- 2024-01-15 14:30: begun\n\n## Notes\n"
    store = written(tmp_path, "tasks", f"---\nid: 7.10\nstatus: pending\nupdated: 2024-01-15\n---\n{log}")
    store.apply(change("7.10", *CLAIM))
    text = (tmp_path / "tasks/task-1.md").read_text()
    assert text.endswith(
        "## Progress Log\n\n- 2024-01-15 14:30: begun\n"
        "- 2026-01-02 03:04: pending to queued by agent-a (selected)\n"
        "- 2026-01-02 03:04: queued to in_progress by agent-a (claimed)\n\n## Notes\n"
    )
    assert "updated: 2026-01-02\n" in text


def test_beads_is_read_and_never_written(tmp_path: Path) -> None:
    issues = [
        {"id": "bd-1", "title": "A", "status": "closed", "issue_type": "task"},
        {"id": "bd-2", "status": "tombstone"},
        {"id": "bd-3", "status": "open", "assignee": "ann", "dependencies": [
            {"issue_id": "bd-3", "depends_on_id": "bd-1", "type": "blocks"},
            {"issue_id": "bd-3", "depends_on_id": "bd-9", "type": "parent-child"},
        ]},
    ]  # fmt: skip
    text = "\n".join(json.dumps(issue) for issue in issues) + "\n"
    store = written(tmp_path, ".beads/issues.jsonl", text)
    found = [(task.id, task.status.value, task.owner, task.dependencies) for task in store.load()]
    assert found == [("bd-1", "completed", "", ()), ("bd-3", "pending", "ann", ("bd-1",))]
    with pytest.raises(UsageError, match=r"task bd-3 cannot be moved here: .beads/issues.jsonl is an export of beads"):
        store.apply(change("bd-3", *CLAIM))
    assert (tmp_path / ".beads/issues.jsonl").read_text() == text
