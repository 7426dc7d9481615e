"""`agentgates doctor` finds contradictions of many kinds from the data alone, and none where all agree."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.test_doctor import doctor_here, said

STORE = "docs/state/tasks.json"
MANIFEST = "manifest.yaml"
LIST = "docs/tasklist.md"
GATES = "evidence/T1_quality_gates.json"
QUEUE = "docs/state/agent-queues/domain-queue.json"
Files = Mapping[str, object]


def store(*tasks: Mapping[str, Any], **members: object) -> Files:
    return {STORE: {"_version": 1, "tasks": list(tasks), **members}}


def task(number: int = 1, status: str = "pending", **fields: object) -> dict[str, Any]:
    return {"id": f"T{number}", "title": f"Work {number}", "status": status, **fields}


def done(number: int = 1, **fields: object) -> dict[str, Any]:
    return task(number, "completed", **fields)


def markdown(*tasks: str, head: str = "") -> Files:
    sections = "\n\n".join(f"## {one}\n\n**Status**: pending\n" for one in tasks)
    return {LIST: f"# Tasks\n\n{head}\n\n{sections}"}


def manifest(text: str = "", **tasks: str) -> Files:
    lines = [f"  - id: {name}\n    title: Work {name[1:]}\n    status: {status}\n" for name, status in tasks.items()]
    return {MANIFEST: f"{text}outstanding:\n  tasks:\n{''.join(lines)}"}


def evidence(**members: object) -> Files:
    return {GATES: {"timestamp": "2026-02-01T10:00:00Z", "tasks": ["T1"], **members}}


def queue(*entries: Mapping[str, Any], **members: object) -> Files:
    numbers = {"total_tasks": len(entries), "completed": 0}
    return {QUEUE: {"agent": "ann", "layer": "domain", **numbers, **members, "queue": list(entries)}}


def write(root: Path, files: Files) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")


CASES: dict[str, tuple[Files, str]] = {
    "an id that stands twice in the store": (
        store(task(), task()),
        f"{STORE}:9 the task list cannot be read: ",
    ),
    "a store that is no JSON": (
        {STORE: '{"tasks": [\n {"id": "T1" x}]}'},
        f"{STORE}:2 the task list cannot be read: not JSON",
    ),
    "an id that stands twice in another list": (
        {**store(task()), **markdown("T1: Work 1", "T1: Work 1")},
        f"{LIST}:10 the task list cannot be read: ",
    ),
    "an id that stands for other work": (
        {**store(task(title="Send invoices by mail")), **markdown("T1: Rotate access keys")},
        "T1 is 'Send invoices by mail' here and 'Rotate access keys' there",
    ),
    "outcomes that do not make their total": (
        {**store(task()), **evidence(test_results={"total": 42, "passed": 38, "failed": 0, "skipped": 1})},
        f"{GATES}:0 it says 42 tests, their outcomes add up to 39 (test_results)",
    ),
    "a summary of gates that the gates do not give": (
        {
            **store(task()),
            **evidence(
                overall_status="PASS", summary={"PASS": 3}, gates=[{"name": "a", "status": "PASS", "message": ""}]
            ),
        },
        f"{GATES}:0 it says PASS 3, 1 of gates have this status",
    ),
    "a list that counts itself wrongly": (
        manifest("total_tasks: 5\ncompleted_tasks: 1\n", T1="done", T2="pending"),
        f"{MANIFEST}:0 it says 5 tasks, it has 2",
    ),
    "a list that says how many of it are done": (
        markdown("T1: Work 1", "T2: Work 2", head="**Progress**: 2/2 tasks"),
        f"{LIST}:0 it says 2 of 2 are done, 0 of 2 of its tasks are",
    ),
    "a summary beside the tasks": (
        store(task(), task(2), summary={"total_tasks": 3, "completed": 1}),
        f"{STORE}:0 it says completed 1, 0 of tasks have this status",
    ),
    "work that was completed before it began": (
        store(done(started_at="2026-02-03T10:00:00Z", completed_at="2026-02-02T10:00:00Z")),
        "T1 says started_at 2026-02-03T10:00:00Z, which is after its completed_at 2026-02-02T10:00:00Z",
    ),
    "statuses that differ between two lists": (
        {**manifest(T1="done", T2="done"), **markdown("T1: Work 1", "T2: Work 2")},
        "0 of 2 are completed here, 2 there",
    ),
    "evidence for a task that does not exist": (
        {**store(task()), **evidence(tasks=["T1", "T9"], status="PASS")},
        f"{GATES}:0 it speaks of the task T9, which is in no task list",
    ),
    "evidence whose name is of a task that does not exist": (
        {**store(task()), "evidence/T7_test_report.json": {"status": "PASS", "total_tests": 3}},
        "evidence/T7_test_report.json:0 it speaks of the task T7, which is in no task list",
    ),
    "a completed task whose evidence failed": (
        {**store(done()), **evidence(summary={"overall": "FAIL"}, gates={"tests": {"status": "FAIL"}})},
        f"{GATES}:0 the task T1 is completed, this evidence of it says that it failed",
    ),
    "a completed task whose tests failed": (
        {**store(done()), **evidence(tests={"total": 3, "passed": 2, "failed": 1})},
        f"{GATES}:0 the task T1 is completed, this evidence of it says that it failed",
    ),
    "a verdict that its own gates do not bear out": (
        {**store(task()), **evidence(overall_status="pass", gates=[{"name": "a", "status": "fail", "required": True}])},
        f"{GATES}:0 it says pass, and holds tests or blocking gates that failed",
    ),
    "a dependency that is still open": (
        store(done(dependencies=["T2"]), task(2)),
        "T1 is completed, and depends on T2, which is pending",
    ),
    "a dependency that was completed later": (
        store(
            done(dependencies=["T2"], completed_at="2026-02-01T10:00:00Z"), done(2, completed_at="2026-02-05T10:00:00Z")
        ),
        "T1 was completed 2026-02-01T10:00:00Z, and depends on T2, which was completed 2026-02-05T10:00:00Z",
    ),
    "a dependency that is nowhere": (
        store(task(dependencies=["T4"])),
        "T1 depends on T4, which is in no task list",
    ),
    "dependencies in a circle": (
        store(task(dependencies=["T2"]), task(2, dependencies=["T1"])),
        "the dependencies form a cycle: T1 -> T2 -> T1",
    ),
    "a queue that names an unknown task": (
        {**store(task()), **queue({"task_id": "T8", "status": "queued"})},
        f"{QUEUE}:0 queue names the task T8, which is in no task list",
    ),
    "a queue with another status": (
        {**store(done(layer="domain")), **queue({"task_id": "T1", "status": "in_progress"})},
        f"{QUEUE}:0 T1 is in_progress here, and completed in the list",
    ),
    "a queue that counts wrongly": (
        {**store(task(layer="domain")), **queue({"task_id": "T1", "status": "pending"}, total_tasks=4)},
        f"{QUEUE}:0 it says total_tasks 4, queue has 1",
    ),
    "tests that are not there": (
        store(task(status="in_progress", test_files=["tests/test_gone.py::test_it"])),
        "T1 is in_progress, its tests are not there: tests/test_gone.py",
    ),
    "made files that are not there": (
        store(done(files_created=["src/gone.py"])),
        "T1 is completed, what it created is not there: src/gone.py",
    ),
    "a share that its count does not give": (
        markdown("T1: Work 1", head="Parallelism: 50% (4/14 independent)"),
        f"{LIST}:0 it says 50 % for 4 of 14",
    ),
    "progress that the tasks do not give": (
        manifest("progress: 90%\n", T1="done", T2="pending"),
        f"{MANIFEST}:0 it says 90 % are done, 1 of 2 of its tasks are",
    ),
    "a pass rate that its counts do not give": (
        {**store(task()), **evidence(summary={"total": 10, "passed": 7, "failed": 3, "pass_rate": 0.95})},
        f"{GATES}:0 it says pass_rate 0.95 for 7 of 10 (summary)",
    ),
    "coverage that its statements do not give": (
        {**store(task()), **evidence(coverage={"coverage_pct": 97, "total_statements": 200, "missed": 60})},
        f"{GATES}:0 it says 97 % coverage, 60 of 200 statements are missed (coverage)",
    ),
    "a result that its own detail tells otherwise": (
        {**store(task()), **evidence(gates={"t": {"status": "PASS", "detail": "390/402 tests passing in 2 s"}})},
        f"{GATES}:0 it says pass for 390 of 402 tests (t)",
    ),
    "coverage below its threshold that passes": (
        {**store(task()), **evidence(gates={"c": {"status": "PASS", "detail": "71% line coverage (threshold: 80%)"}})},
        f"{GATES}:0 it says pass for 71 % coverage with a threshold of 80 % (c)",
    ),
    "a threshold that is said to be met": (
        {**store(task()), **evidence(coverage={"coverage_pct": 60, "threshold_percent": 80, "threshold_met": True})},
        f"{GATES}:0 it says that the threshold of 80 % is met by 60 % (coverage)",
    ),
    "a sum in words": (
        {**store(task()), **evidence(gates={"t": {"status": "PASS", "detail": "69 old + 140 new tests (219 total)"}})},
        f"{GATES}:0 it says 219 in total for 69 and 140",
    ),
    "a repair that was resolved before it was asked for": (
        {
            **manifest(T1="pending"),
            "more/manifest.yaml": "outstanding:\n  tasks:\n  - id: T1\n    title: Work 1\n    status: pending\n"
            "  remediation:\n  - id: BUG-1\n    status: resolved\n"
            "    created: '2026-02-27'\n    resolved: '2026-02-20'\n",
        },
        "it says created 2026-02-27, which is after its resolved 2026-02-20 (remediation)",
    ),
    "a review that rests on other numbers": (
        {
            **manifest("review:\n  test_evidence: out/test_report.json\n  tests_total: 402\n", T1="pending"),
            "out/test_report.json": {"total_tests": 309, "status": "PASS"},
        },
        f"{MANIFEST}:0 it says 402 tests, out/test_report.json says 309 (review)",
    ),
    "a summary that names an unknown task": (
        manifest("domain_summary:\n  backend:\n    tasks: [T1, T6]\n", T1="pending"),
        f"{MANIFEST}:0 it names the task T6, which is in no task list (backend)",
    ),
    "percentages that differ between files": (
        {
            **store(task()),
            **evidence(coverage={"coverage_pct": 97}, status="PASS"),
            "evidence/T1_test_report.json": {"total_tests": 4, "coverage_pct": 81},
        },
        "it says 97 % coverage, evidence/T1_test_report.json says 81 %",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_contradiction_is_named_where_it_stands(tmp_path: Path, name: str) -> None:
    files, expected = CASES[name]
    write(tmp_path, files)
    code, facts = doctor_here(tmp_path)
    assert code == 1
    assert expected in said(facts), said(facts)


def test_what_agrees_in_all_of_this_is_silent(tmp_path: Path) -> None:
    times: dict[str, Any] = {
        "created_at": "2026-02-01",
        "started_at": "2026-02-01T10:00:00Z",
        "updated_at": "2026-02-02T10:00:00Z",
    }
    first = task(status="in_progress", layer="domain", test_files=["tests/test_it.py"], **times)
    second = task(2, dependencies=["T1"], test_files=["tests/test_later.py"], files_created=["src/later.py"])
    write(tmp_path, store(first, second, summary={"total_tasks": 2, "in_progress": 1, "completed": 0}))
    write(tmp_path, manifest("total_tasks: 2\nprogress: 0%\n", T1="in_progress", T2="pending"))
    write(tmp_path, queue({"task_id": "T1", "status": "in_progress"}))
    write(tmp_path, {"tests/test_it.py": "", "notes.md": "Tasks completed: 7 of 9 (78%)\n"})
    assert said(doctor_here(tmp_path)[1]) == ""


def test_lists_of_other_projects_and_of_tests_are_not_compared(tmp_path: Path) -> None:
    write(tmp_path, store(task()))
    other = store(done(title="Something else entirely", files_created=["src/made.py"]))[STORE]
    write(tmp_path, {"examples/shop/docs/tasks.json": other, "examples/shop/agentgates.toml": ""})
    write(tmp_path, {"tests/data/tasks.json": other})
    assert said(doctor_here(tmp_path)[1]) == ""


def test_lists_of_features_may_each_count_from_one(tmp_path: Path) -> None:
    """Only where most of their titles are of the same work do two lists of one kind speak of the same."""
    write(tmp_path, store(task(8)))
    first = ["Send invoices by mail", "Archive old orders", "Show totals"]
    second = ["Rotate access keys", "Measure latency", "Draw charts"]
    for name, titles in (("one", first), ("two", second)):
        lines = [f"- [ ] T00{number} {title}\n" for number, title in enumerate(titles, 1)]
        write(tmp_path, {f"specs/{name}/tasks.md": "# Tasks\n\n" + "".join(lines)})
    write(tmp_path, {"notes.md": "## P1: Show it\n\nwords\n\n## P2: Tell it\n\nwords\n"})
    assert said(doctor_here(tmp_path)[1]) == ""
    lines = [f"- [x] T00{number} {title}\n" for number, title in enumerate(first, 1)]
    write(tmp_path, {"specs/three/tasks.md": "# Tasks\n\n" + "".join(lines)})
    assert "3 of 3 tasks stand otherwise in specs/three/tasks.md" in said(doctor_here(tmp_path)[1])


def test_what_a_list_names_may_lie_beside_it(tmp_path: Path) -> None:
    write(tmp_path, store(task()))
    below = store(task(2, "in_progress", test_files=["tests/test_it.py"]))[STORE]
    write(tmp_path, {"shop/docs/state/tasks.json": below, "shop/tests/test_it.py": ""})
    assert said(doctor_here(tmp_path)[1]) == ""


@pytest.mark.parametrize(("folder", "pending"), [("docs/tasks", "pending"), ("backlog/tasks", "To Do")])
def test_a_folder_of_tasks_is_a_list_like_any_other(tmp_path: Path, folder: str, pending: str) -> None:
    """A queue that names its tasks agrees with it, and a status that nobody judged is named where it stands."""
    write(tmp_path, {"pyproject.toml": f'[tool.agentgates]\ntasks = "{folder}"\n'})
    write(tmp_path, {f"{folder}/task-1.md": f"---\nid: T1\nstatus: {pending}\n---\n"})
    place = f"{folder.partition('/')[0]}/agent-queues/domain-queue.json"
    write(tmp_path, {place: queue({"task_id": "T1", "status": "pending"})[QUEUE]})
    facts = doctor_here(tmp_path)[1]
    assert (facts["task_lists"], said(facts)) == ([folder], "")
    write(tmp_path, {f"{folder}/task-2.md": "---\nid: T2\nstatus: Done\n---\n"})
    told = f"{folder}/task-2.md:2 1 completed task has no evidence of this tool: T2"
    assert told in said(doctor_here(tmp_path)[1])


def test_a_task_list_that_git_ignores_is_looked_at(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "docs/\n", **store(done())})
    assert "1 completed task has no evidence of this tool: T1" in said(doctor_here(tmp_path)[1])
