"""tasks.json is read as it is written in the wild, and a move changes what it must and no other byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_agentgates.core.task import Step, TaskStatus
from pytest_agentgates.stores.json_file import JsonFileStore, open_store, recognises
from pytest_agentgates.transaction_log import read
from tests.stores.json_store import AT, CLAIM, PASS, change, data_of, store_of, text_of

PENDING, QUEUED, WORKING = TaskStatus.PENDING, TaskStatus.QUEUED, TaskStatus.IN_PROGRESS


@pytest.mark.parametrize(
    ("location", "ours"),
    [
        ("docs/state/tasks.json", True),
        ("TASKS.JSON", True),
        ("docs/tasks.md", False),
        ("manifest.yaml", False),
        ("sqlite:///tasks.json", False),
    ],
)
def test_the_store_is_known_by_its_form(location: str, ours: bool) -> None:
    assert recognises(location) is ours


def test_every_field_of_the_format_is_read(tmp_path: Path) -> None:
    store = store_of(
        tmp_path,
        """{"tasks": [
  {"id": "TASK-CUST-INF-002", "title": "Endpoint", "description": "POST", "module": "customers",
   "implementation_layer": "infrastructure_backend", "owner": null, "status": "done", "dependencies": ["T001"],
   "deliverables": ["a.py"], "test_files": null, "acceptance_criteria": [{"text": "works"}], "base": "abc",
   "test_strategy": {"coverage_target": 1, "test_files": ["tests/test_a.py"]}, "mine": {"kept": true}}
]}""",
    )
    (task,) = store.load()
    assert (task.id, task.title, task.description, task.module) == (
        "TASK-CUST-INF-002",
        "Endpoint",
        "POST",
        "customers",
    )
    assert (task.layer, task.owner, task.status) == ("infrastructure_backend", "", TaskStatus.COMPLETED)
    assert (task.dependencies, task.deliverables, task.test_files) == (("T001",), ("a.py",), ("tests/test_a.py",))
    assert (task.coverage_target, task.base, task.where) == (1.0, "abc", "tasks.json:2")
    assert task.extra["mine"] == {"kept": True}
    assert task.extra["acceptance_criteria"] == [{"text": "works"}]


def test_test_files_of_the_task_outweigh_those_of_its_strategy(tmp_path: Path) -> None:
    store = store_of(tmp_path, '{"tasks": [{"id": "T", "test_files": [], "test_strategy": {"test_files": ["a"]}}]}')
    assert store.load()[0].test_files == ()


def test_a_task_stands_in_the_line_of_its_brace(tmp_path: Path) -> None:
    text = '\ufeff{\r\n"_version": 3,\r\n\r\n"tasks": [{"id": "1"}, {"id":\r\n"2"},\r\n{"id": "3"}]}'
    assert [task.where for task in store_of(tmp_path, text).load()] == [f"tasks.json:{line}" for line in (4, 4, 6)]


def test_a_file_outside_the_root_is_named_in_full(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    path.write_text('{"tasks": [{"id": "T"}]}')
    assert JsonFileStore(path, tmp_path / "root", None).load()[0].where == f"{path.as_posix()}:1"


def test_history_of_others_is_tolerated(tmp_path: Path) -> None:
    history = [
        "pending",
        {"status": "queued", "at": "2024"},
        {"from": "pending", "to": "unheard-of"},
        {"from": ["pending"], "to": None},
        {"from": "pending", "to": "done", "agent": "x", "attempt": True, "reason": 3},
        {"from": "in_progress", "to": "in_progress", "reason": "attempt_failed", "attempt": 2},
    ]
    store = store_of(tmp_path, json.dumps({"tasks": [{"id": "T", "status_history": history}]}))
    assert store.load()[0].history == (
        Step(PENDING, TaskStatus.COMPLETED, ""),
        Step(WORKING, WORKING, "attempt_failed", 2),
    )


def test_a_move_writes_what_it_must_in_the_style_of_the_file(tmp_path: Path) -> None:
    store = store_of(
        tmp_path,
        """{
    "_version": 7,
    "_last_modified": "2025-01-01T00:00:00Z",
    "_last_modified_by": "someone",
    "tasks": [
        {"id": "T0", "status": "done"},
        {
            "id": "T1",  "title" : "Gr\u00fc\u00dfe",
            "started_at": null,
            "completed_at": null,
            "status": "pending",
            "status_history": [],
            "mine": [1,2,   3]
        }
    ]
}
""",
    )
    moved = store.apply(change("T1", *CLAIM, PASS, evidence_sha256="ab"))
    entry = """                {
                    "from": "%s",
                    "to": "%s",
                    "at": "2026-01-02T03:04:05.000Z",
                    "by": "agent-a",
                    "reason": "%s",
                    "run_id": "run-1",
                    "attempt": 0
                }"""
    moves = [("pending", "queued", "selected"), ("queued", "in_progress", "claimed")]
    entries = ",\n".join(entry % move for move in [*moves, ("in_progress", "done", "gates_passed")])
    assert text_of(store) == (
        """{
    "_version": 8,
    "_last_modified": "2026-01-02T03:04:05.000Z",
    "_last_modified_by": "agent-a",
    "tasks": [
        {"id": "T0", "status": "done"},
        {
            "id": "T1",  "title" : "Gr\u00fc\u00dfe",
            "started_at": "2026-01-02T03:04:05.000Z",
            "completed_at": "2026-01-02T03:04:05.000Z",
            "status": "done",
            "status_history": [
"""
        + entries
        + """
            ],
            "mine": [1,2,   3],
            "updated_at": "2026-01-02T03:04:05.000Z"
        }
    ]
}
"""
    )
    assert moved == store.load()[1]


def test_a_small_file_gains_what_it_lacks(tmp_path: Path) -> None:
    store = store_of(tmp_path, '{"tasks":[{"id":"T1"}]}')
    store.apply(change("T1", CLAIM[0], agent=""))
    entry = (
        f'{{"from":"pending","to":"queued","at":"{AT}","by":"pytest-agentgates","reason":"selected",'
        '"run_id":"run-1","attempt":0}'
    )
    assert text_of(store) == (
        f'{{"tasks":[{{"id":"T1","status":"queued","updated_at":"{AT}","status_history":[{entry}]}}],'
        f'"_version":1,"_last_modified":"{AT}","_last_modified_by":"pytest-agentgates"}}'
    )


def test_the_first_start_stays_and_a_field_that_is_not_there_is_not_nulled(tmp_path: Path) -> None:
    task = {"id": "T", "status": "blocked", "started_at": "2020", "blocker_info": {"a": 1}, "status_history": None}
    store = store_of(tmp_path, json.dumps({"tasks": [task]}))
    reopen = Step(TaskStatus.BLOCKED, WORKING, "reopened")
    store.apply(change("T", reopen, fields={"escalation_info": None, "owner": "b"}))
    (after,) = data_of(store)["tasks"]
    assert (after["started_at"], after["blocker_info"], after["owner"]) == ("2020", {"a": 1}, "b")
    assert "escalation_info" not in after
    assert len(after["status_history"]) == 1


def test_the_log_holds_one_line_for_each_step(tmp_path: Path) -> None:
    store = store_of(tmp_path, '{"tasks": [{"id": "T1"}]}')
    store.apply(change("T1", *CLAIM, evidence_sha256="ab"))
    assert [(line.operation, line.before, line.after) for line in read(store.log_path)] == [
        ("selected", "pending", "queued"),
        ("claimed", "queued", "in_progress"),
    ]
    assert {(line.timestamp, line.agent, line.task_id, line.run_id) for line in read(store.log_path)} == {
        (AT, "agent-a", "T1", "run-1")
    }
    assert read(store.log_path)[0].evidence_sha256 == "ab"


def test_worktrees_share_the_lock(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    store_of(tmp_path, '{"tasks": [{"id": "T1"}]}')
    store = open_store(tmp_path / "tasks.json", tmp_path)
    store.apply(change("T1", *CLAIM))
    assert (tmp_path / ".git" / "agentgates" / "tasks.json.lock").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", "tasks.json", "transaction-log.jsonl"]


def test_all_links_to_a_file_share_its_lock_and_its_log(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    store_of(tmp_path / "shared", '{"tasks": [{"id": "T1"}]}')
    link = tmp_path / "tasks.json"
    link.symlink_to(tmp_path / "shared" / "tasks.json")
    store = JsonFileStore(link, tmp_path, None)
    assert store.apply(change("T1", *CLAIM)).where == "tasks.json:1"
    assert link.is_symlink()
    assert [path.name for path in tmp_path.iterdir() if path.is_file() and not path.is_symlink()] == []
    names = sorted(path.name for path in (tmp_path / "shared").iterdir())
    assert names == [".tasks.json.lock", ".tasks.json.next.lock", "tasks.json", "transaction-log.jsonl"]
