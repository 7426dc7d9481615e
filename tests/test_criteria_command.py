"""`agentgates criteria`, end to end: what is run, ticked, said and committed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pytest_agentgates.schemas import schema_text
from tests.gated_project import GatedProject

SCHEMA = json.loads(schema_text("criteria_result"))
TASK = """---
id: T1
title: Ship the shop
labels: [deployment]
status: in_progress
updated: 2024-01-01
---
## Acceptance Criteria
- [x] The source is there: `test -f src/calc.py`
- [ ] It adds: `grep -q add src/calc.py`
- [ ] It divides: `grep -q divide src/calc.py`
- [ ] The division is tested: `grep -q divide tests/test_pass.py` (after 3)
- [ ] A person looked at it
- [ ] It is documented: `grep -q return src/calc.py`

## Progress Log
- 2024-01-01 10:00: begun
"""


@pytest.fixture
def shop(project: GatedProject) -> GatedProject:
    project.configure('tasks = "docs/tasks"\n')
    project.write("docs/tasks/t1.md", TASK)
    project.commit()
    return project


def task_text(project: GatedProject) -> str:
    return (project.root / "docs/tasks/t1.md").read_text(encoding="utf-8")


def judge(project: GatedProject, *words: str) -> tuple[int, dict[str, Any]]:
    ran = project.agentgates("criteria", *words, "--json")
    facts: dict[str, Any] = json.loads(ran.stdout.str())
    jsonschema.Draft202012Validator(SCHEMA).validate(facts)
    return int(ran.ret), facts


def test_what_holds_is_ticked_and_the_rest_is_told(shop: GatedProject) -> None:
    code, facts = judge(shop, "T1")
    assert code == 1
    assert facts["success"] is False
    assert facts["criteria"] == {"total": 6, "completed": 3, "failed": 1, "remaining": 3}
    assert [one["number"] for one in facts["completed_criteria"]] == [2, 6]
    assert [(one["number"], one["state"]) for one in facts["remaining_criteria"]] == [
        (3, "failed"),
        (4, "waiting"),
        (5, "no_command"),
    ]
    assert (facts["task_type"], facts["status"], facts["error"]) == ("deployment", "failed", "command_failed")
    assert facts["completed_before_failure"] == [2, 6]
    assert facts["changes"]["files_modified"] == ["docs/tasks/t1.md"]
    assert facts["changes"]["commands_executed"] == [
        "grep -q add src/calc.py",
        "grep -q divide src/calc.py",
        "grep -q divide src/calc.py",
        "grep -q return src/calc.py",
    ]
    text = task_text(shop)
    boxes = [line[3] for line in text.splitlines() if line.startswith("- [")]
    assert boxes == ["x", "x", " ", " ", " ", "x"]
    assert "updated: 2024-01-01" not in text
    last = text.splitlines()[-1]
    assert last.endswith(f": {facts['progress_log_entry']}")
    assert "It adds" in last
    assert "divides" not in last


def test_only_the_named_ones_are_looked_at(shop: GatedProject) -> None:
    code, facts = judge(shop, "T1", "--criteria", "2,6")
    assert (code, facts["success"], facts["status"]) == (0, True, "partial")
    assert [one["state"] for one in facts["remaining_criteria"]] == ["not_selected"] * 3
    assert "error" not in facts


def test_a_dry_run_runs_and_writes_nothing(shop: GatedProject) -> None:
    shop.write("docs/tasks/t1.md", TASK.replace("grep -q add", "kubectl apply -f").replace("grep -q return", "touch"))
    before = task_text(shop)
    code, facts = judge(shop, "T1", "--dry-run")
    assert (code, facts["status"], facts["error"]) == (3, "dry_run", "refused")
    states = {one["number"]: one["state"] for one in facts["remaining_criteria"]}
    assert states == {2: "blocked", 3: "ready", 4: "ready", 5: "no_command", 6: "ready"}
    assert facts["changes"]["commands_executed"] == []
    assert facts["completed_criteria"] == []
    assert task_text(shop) == before
    assert not (shop.root / "docs/transaction-log.jsonl").exists()


def test_when_all_hold_the_task_is_left_to_be_judged(shop: GatedProject) -> None:
    shop.write("docs/tasks/t1.md", TASK.replace("divide", "def").replace("A person", "`test -d src`: a person"))
    code, facts = judge(shop, "T1")
    assert (code, facts["status"], facts["next_steps"]) == (0, "complete", ["have the task judged: agentgates run T1"])
    assert "status: in_progress" in task_text(shop)
    code, facts = judge(shop, "T1")
    assert (code, facts["progress_log_entry"], facts["changes"]["files_modified"]) == (0, None, [])


def test_what_no_tool_can_judge_is_no_success(shop: GatedProject) -> None:
    before = task_text(shop)
    code, facts = judge(shop, "T1", "--criteria", "5")
    assert (code, facts["error"], facts["status"]) == (3, "no_command", "blocked")
    assert task_text(shop) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("T2",), "there is no task 'T2'"),
        ((), "no task is named"),
        (("T1", "--criteria", "9"), "T1 has no criterion 9"),
        (("T1", "--criteria", "1"), "criterion 1 of T1 is ticked already"),
        (("T1", "--criteria", "two"), "is no list of numbers"),
    ],
)
def test_a_mistake_is_one_object_too(shop: GatedProject, words: tuple[str, ...], said: str) -> None:
    code, facts = judge(shop, *words)
    assert (code, facts["success"], facts["error"]) == (4, False, "usage")
    assert said in facts["message"]
    assert facts["recovery_suggestions"]


def test_it_is_told_in_words_as_well(shop: GatedProject) -> None:
    ran = shop.agentgates("criteria", "T1")
    assert ran.ret == 1
    ran.stdout.fnmatch_lines(
        [
            "T1 (deployment): Ship the shop",
            "  ticked      1  The source is there*",
            "  met         2  It adds*",
            "  failed      3  It divides*",
            "  *grep ended with exit code 1",
            "  *fix: run it yourself*",
            "  waiting     4  *",
            "  no_command  5  A person looked at it",
            "  met         6  *",
            "3 of 6 criteria are ticked; failed",
            "next: see to what is not met, then: agentgates criteria T1",
        ]
    )


@pytest.mark.parametrize(
    ("command", "fix"),
    [("grep -q add src/calc.py > out", "put it into a script"), ('grep "add src/calc.py', "close it")],
)
def test_what_only_a_shell_could_read_is_told_how_to_be_written(shop: GatedProject, command: str, fix: str) -> None:
    shop.write("docs/tasks/t1.md", TASK.partition("- [x]")[0] + f"- [ ] Odd: `{command}`\n")
    _, facts = judge(shop, "T1")
    assert fix in facts["next_steps"][0]


def test_patterns_are_printed(shop: GatedProject) -> None:
    shop.configure('[tool.agentgates.gates.criteria_met]\nrefuse = ["make deploy"]\npermit = ["helm upgrade"]\n')
    shown = shop.agentgates("criteria", "--rules").outlines
    assert {"kubectl apply", "terraform destroy", "make deploy"} <= set(shown)
    assert "helm upgrade" not in shown


def test_another_agents_task_is_left_alone(shop: GatedProject) -> None:
    shop.write("docs/tasks/t1.md", TASK.replace("updated:", "owner: ben\nupdated:"))
    code, facts = judge(shop, "T1", "--agent", "ann")
    assert (code, "owned by ben" in facts["message"]) == (4, True)
    assert judge(shop, "T1", "--agent", "ben", "--criteria", "2")[0] == 0


def test_a_list_without_boxes_is_refused(project: GatedProject) -> None:
    project.tasks({"id": "T1", "title": "Add", "status": "pending", "acceptance_criteria": ["`test -d src`"]})
    code, facts = judge(project, "T1")
    assert (code, "no boxes of Markdown" in facts["message"]) == (4, True)


def test_a_list_without_criteria_is_told_what_fits_it(project: GatedProject) -> None:
    project.tasks({"id": "T1", "title": "Add", "status": "pending"})
    shown = project.agentgates("criteria", "T1")
    assert shown.ret == 4
    assert "T1 has no acceptance criteria" in shown.errlines[0]
    assert "only Markdown has boxes; give it `acceptance_criteria`" in shown.errlines[1]


def test_secrets_of_the_environment_are_not_shown(shop: GatedProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "s3cr3t-of-the-shop")
    shop.configure('[tool.agentgates.gates.criteria_met]\nenv = ["SHOP_TOKEN"]\n')
    shop.write("say.sh", 'echo "token $SHOP_TOKEN"; exit 1\n')
    shop.write("docs/tasks/t1.md", TASK.replace("grep -q add src/calc.py", "sh say.sh"))
    _, facts = judge(shop, "T1", "--criteria", "2")
    assert facts["details"][0]["output"] == "token ***"
    assert "s3cr3t" not in shop.agentgates("criteria", "T1", "--criteria", "2").stdout.str()


def test_it_commits_what_belongs_to_the_task_once_all_is_proved(shop: GatedProject) -> None:
    identify(shop.root)
    shop.write("notes.txt", "somebody else's\n")
    shop.write("src/calc.py", (shop.root / "src/calc.py").read_text(encoding="utf-8") + "# more\n")
    shop.write("docs/tasks/t1.md", task_text(shop).replace("updated:", "deliverables: [src/calc.py]\nupdated:"))
    head = shop.git("rev-parse", "HEAD")
    code, facts = judge(shop, "T1", "--commit")
    assert (code, facts["changes"]["commit"], facts["changes"]["files_staged"]) == (1, None, [])
    assert shop.git("rev-parse", "HEAD") == head
    assert shop.git("diff", "--cached", "--name-only") == ""
    shop.write("docs/tasks/t1.md", task_text(shop).replace("divide", "def"))
    code, facts = judge(shop, "T1", "--criteria", "3,4", "--commit")
    assert code == 0, facts
    files = ["docs/tasks/t1.md", "docs/transaction-log.jsonl", "src/calc.py"]
    assert facts["changes"]["files_staged"] == files
    assert facts["changes"]["commit"] == shop.git("rev-parse", "HEAD") != head
    assert shop.git("show", "--format=%s", "--name-only").split("\n") == ["T1: criteria 3, 4 met", "", *files]
    assert shop.git("status", "--porcelain") == "?? notes.txt"


def test_a_project_below_gits_top_folder_commits_its_own_files(shop: GatedProject) -> None:
    identify(shop.root)
    for name in ("pyproject.toml", "docs/tasks/t1.md", "src/calc.py"):
        shop.write(f"part/{name}", (shop.root / name).read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "pytest_agentgates", "criteria", "T1", "--criteria", "2", "--commit"]
    subprocess.run(command, cwd=shop.root / "part", check=True)
    named = shop.git("show", "--format=", "--name-only").split()
    assert named == ["part/docs/tasks/t1.md", "part/docs/transaction-log.jsonl"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_polite_end_takes_the_command_along_and_ticks_nothing(shop: GatedProject) -> None:
    shop.write("wait.sh", "echo $$ > running\nexec sleep 60\n")
    shop.write("docs/tasks/t1.md", TASK.replace("grep -q add src/calc.py", "sh wait.sh"))
    before = task_text(shop)
    agent = subprocess.Popen([sys.executable, "-m", "pytest_agentgates", "criteria", "T1"], cwd=shop.root)
    running = shop.root / "running"
    wait_until(lambda: running.exists() and running.read_text(encoding="utf-8").strip() != "")
    agent.terminate()
    assert agent.wait(30) == 2
    wait_until(lambda: not is_alive(int(running.read_text(encoding="utf-8"))))
    assert task_text(shop) == before


def test_it_stages_without_a_commit(shop: GatedProject) -> None:
    code, facts = judge(shop, "T1", "--criteria", "2", "--stage")
    assert (code, facts["changes"]["commit"]) == (0, None)
    assert shop.git("diff", "--cached", "--name-only").split() == ["docs/tasks/t1.md", "docs/transaction-log.jsonl"]


def test_the_users_hooks_can_refuse_the_commit(shop: GatedProject) -> None:
    identify(shop.root)
    hook = shop.root / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\necho no commits today\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    code, facts = judge(shop, "T1", "--criteria", "2", "--commit")
    assert (code, "no commits today" in facts["message"]) == (3, True)


def test_without_git_nothing_is_begun_that_cannot_be_committed(project: GatedProject) -> None:
    project.configure('tasks = "docs/tasks"\n')
    project.write("docs/tasks/t1.md", TASK)
    code, facts = judge(project, "T1", "--commit")
    assert (code, "no git repository" in facts["message"]) == (4, True)
    assert task_text(project) == TASK


def test_agents_that_tick_at_once_lose_nothing(shop: GatedProject) -> None:
    boxes = "".join(f"- [ ] C{number}: `test -d src`\n" for number in range(1, 7))
    shop.write("docs/tasks/t1.md", f"---\nid: T1\nstatus: in_progress\n---\n## Acceptance Criteria\n{boxes}")
    command = [sys.executable, "-m", "pytest_agentgates", "criteria", "T1", "--criteria"]
    agents = [subprocess.Popen([*command, str(number)], cwd=shop.root) for number in range(1, 7)]
    assert [agent.wait() for agent in agents] == [0] * 6
    assert task_text(shop).count("- [x]") == 6


def is_alive(process: int) -> bool:
    """Whether a process runs; one that ended and waits for its parent does not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text(encoding="utf-8").rpartition(") ")[2][:1] != "Z"


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def identify(root: Path) -> None:
    for key in ("user.name", "user.email"):
        subprocess.run(["git", "config", key, "ann@example.org"], cwd=root, check=True)
