"""Whether work may begin."""

from __future__ import annotations

from typing import Any

from tests.tasks.task_project import TaskProject

MANIFEST = """
outstanding:
  remediation:
  - {id: BUG-1, priority: critical, status: open, summary: Tenant is not checked}
  - {id: BUG-2, priority: high, status: resolved, summary: Done}
  - {id: BUG-3, priority: low, status: open, summary: Later}
"""


def states(project: TaskProject, exit_code: int = 0) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for check in project.json("preflight", exit_code=exit_code)["checks"]:
        found.setdefault(check["name"], []).append(check["state"])
    return found


def ready(project: TaskProject, **more: Any) -> TaskProject:
    project.write("pyproject.toml", '[tool.agentgates]\n[tool.pytest]\ntestpaths = ["tests"]\n')
    project.write("tests/test_one.py", "def test_one():\n    assert True\n")
    project.tasks({"id": "T1", "title": "One", "status": "queued", "test_files": ["tests/test_one.py"], **more})
    project.commit()
    return project


def test_folders_that_are_missing_are_made_and_work_may_begin(project: TaskProject) -> None:
    ready(project)
    assert states(project)["evidence"] == ["fixed"]
    assert (project.root / ".claude/evidence").is_dir()
    assert states(project)["evidence"] == ["ok"]
    counts = project.json("preflight")["tasks"]
    assert (counts["total"], counts["queued"], counts["blocked"]) == (1, 1, 0)
    shown = project.run("preflight")
    assert (shown.returncode, shown.stdout.splitlines()[-1]) == (0, "work may begin")


def test_everything_that_is_wrong_is_told_at_once(project: TaskProject) -> None:
    ready(project, test_files=["tests/test_two.py::test_x"])
    project.write("pyproject.toml", '[tool.agentgates]\nbase = "origin/none"\n[tool.pytest]\ntestpaths = ["checks"]\n')
    project.write("manifest.yaml", MANIFEST)
    project.write("docs/state/agent-queues/domain-queue.json", "[]")
    found = states(project, exit_code=1)
    assert found["git"] == ["problem"]
    assert found["tests"] == ["problem", "problem"]
    assert found["queues"] == ["ok", "problem"]
    assert found["remediation"] == ["problem"]
    shown = project.run("preflight")
    assert shown.returncode == 1
    assert "BUG-1 (critical) is open: Tenant is not checked" in shown.stdout
    assert "task T1: tests/test_two.py is missing" in shown.stdout


def test_a_task_list_that_cannot_be_read_is_a_problem_among_others(project: TaskProject) -> None:
    ready(project).write("docs/state/tasks.json", '{"tasks": [{"id": 1}]}')
    found = project.json("preflight", exit_code=1)
    [problem] = [check for check in found["checks"] if check["state"] == "problem"]
    assert problem["message"].startswith("docs/state/tasks.json:1: id must be text")


def test_a_torn_log_is_mended_and_a_bad_line_inside_is_a_problem(project: TaskProject) -> None:
    ready(project)
    line = '{"tx_id": "1", "task_id": "T1"}\n'
    log = project.write("docs/state/transaction-log.jsonl", f"{line}{{torn")
    assert states(project)["log"] == ["fixed", "ok"]
    assert log.read_text(encoding="utf-8") == line
    log.write_text(f"bad\n{line}", encoding="utf-8")
    assert states(project, exit_code=1)["log"] == ["problem"]


def test_an_interpreter_without_pytest_is_a_problem(project: TaskProject) -> None:
    ready(project).write("pyproject.toml", '[tool.agentgates.run]\npython = "no/python"\n')
    assert states(project, exit_code=1)["environment"] == ["problem"]


def test_what_halts_the_work_is_told_before_it_begins(project: TaskProject) -> None:
    ready(project, drift={"tier": 3, "what": "a new feature"})
    assert states(project, exit_code=1)["halt"] == ["problem"]


def test_broken_yaml_is_a_problem_with_its_file(project: TaskProject) -> None:
    ready(project).write("manifest.yaml", "a: [")
    shown = project.run("preflight")
    assert (shown.returncode, "manifest.yaml: is not valid YAML" in shown.stdout) == (1, True)
