"""What could not go as planned stands in the evolution log, where a project keeps one."""

from __future__ import annotations

import pytest

from tests.gated_project import GatedProject
from tests.tasks.task_project import TaskProject

LOG = ".claude/evolution/evolution.md"
DRIFT = ("tasks", "drift", "T1", "--tier", "3", "--what", "a new\nexport", "--agent", "ann")
ENTRY = """
## EV-0008: T1 drifts (tier 3)

- **Date**: DAY
- **Type**: drift
- **Trigger**: a new export (ann)
- **Impact**: the work halts
- **Proposed Resolution**: let a person decide
- **Refs**:
  - Task: T1
- **Status**: pending
"""


def read(project: TaskProject) -> str:
    return (project.root / LOG).read_bytes().decode()


def test_drift_is_appended_with_the_next_number(project: TaskProject) -> None:
    project.tasks({"id": "T1", "status": "pending"})
    project.write(LOG, "# Log\n\n## EV-0007: before\n")
    assert project.run(*DRIFT).returncode == 0
    told = read(project)
    day = told.split("- **Date**: ")[1].split("\n")[0]
    assert told == "# Log\n\n## EV-0007: before\n" + ENTRY.replace("DAY", day)


def test_line_ends_stay(project: TaskProject) -> None:
    project.tasks({"id": "T1", "status": "pending"})
    project.write(LOG, "")
    (project.root / LOG).write_bytes(b"# Log\r\n\r\n## EV-0007: before")
    project.run(*DRIFT)
    told = read(project)
    assert told.count("\n") == told.count("\r\n")
    assert "before\r\n\r\n## EV-0008: T1" in told


def test_no_log_is_begun_where_there_is_none(project: TaskProject) -> None:
    project.tasks({"id": "T1", "status": "pending"}).run(*DRIFT)
    assert not (project.root / LOG).exists()


def test_a_log_that_cannot_be_read_is_told(project: TaskProject) -> None:
    project.tasks({"id": "T1", "status": "pending"})
    (project.root / LOG).parent.mkdir(parents=True)
    (project.root / LOG).write_bytes(b"\xff")
    refused = project.run(*DRIFT)
    assert (refused.returncode, "the evolution log is not UTF-8" in refused.stderr) == (4, True)
    assert "drift" not in project.task()


def test_a_task_whose_attempts_are_used_up_is_logged_and_changes_no_later_run(pytester: pytest.Pytester) -> None:
    project = GatedProject(pytester)
    project.write(
        "manifest.yaml",
        "outstanding:\n  tasks:\n"
        "  - {id: T1, status: in_progress, test_files: [tests/test_fail.py], deliverables: [src/add.py]}\n"
        "  - {id: T2, status: pending, blocked_by: [T1]}\n",
    )
    project.configure('tasks = "manifest.yaml"\nmax_attempts = 1\n')
    project.commit()
    assert project.gated().ret == 1
    told = (project.root / LOG).read_text(encoding="utf-8")
    assert told.startswith("# Evolution Log\n\n## EV-0001: T1 was skipped\n")
    assert "- **Trigger**: its attempts are used up: " in told
    assert "- **Impact**: T2 waits for it\n" in told
    assert "  - Run: " in told
    assert project.agentgates("tasks", "reopen", "T1", "--agent", "ann").ret == 0
    project.gated()
    assert project.rules("in_boundary") == []
    assert (project.root / LOG).read_text(encoding="utf-8").count("## EV-") == 2
