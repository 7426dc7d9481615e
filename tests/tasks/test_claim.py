"""Taking tasks and giving them back, with real processes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.tasks.task_project import TaskProject

T1 = {"id": "T1", "title": "Add numbers", "status": "pending"}


def test_a_claim_records_who_when_and_the_base(project: TaskProject) -> None:
    commit = project.tasks(T1).commit()
    claimed = project.json("tasks", "claim", "T1", "--agent", "ann")
    assert (claimed["status"], claimed["owner"], claimed["base"]) == ("in_progress", "ann", commit)
    entry = project.task()
    assert entry["claimed_at"].endswith("Z")
    assert entry["base_recorded_at"] == entry["claimed_at"]
    assert [step["reason"] for step in entry["status_history"]] == ["selected", "claimed"]


def test_what_another_holds_is_refused_and_ones_own_is_no_mistake(project: TaskProject) -> None:
    project.tasks(T1)
    project.run("tasks", "claim", "T1", "--agent", "ann")
    before = project.task()
    refused = project.run("tasks", "claim", "T1", "--agent", "bob")
    assert refused.returncode == 4
    assert "task T1 is held by ann since" in refused.stderr
    assert project.run("tasks", "claim", "T1", "--agent", "ann").returncode == 0
    assert project.task() == before
    assert project.run("tasks", "release", "T1", "--agent", "bob").returncode == 4


def test_nobody_is_no_agent_and_an_id_in_other_letters_is_suggested(project: TaskProject) -> None:
    project.tasks(T1)
    before = project.task()
    nobody = project.run("tasks", "claim", "T1", "--agent", "  ")
    assert (nobody.returncode, "no agent is named" in nobody.stderr) == (4, True)
    assert project.task() == before
    assert "did you mean T1?" in project.run("tasks", "claim", "t1", "--agent", "ann").stderr


def test_the_next_command_names_an_id_of_two_words_as_one(project: TaskProject) -> None:
    project.tasks({**T1, "id": "Add it"})
    claimed = project.run("tasks", "claim", "Add it", "--agent", "ann")
    assert claimed.stdout.rstrip().endswith("when done: pytest --agent-task 'Add it'")


def test_of_many_agents_at_once_one_gets_the_task(project: TaskProject) -> None:
    project.tasks(T1)
    started = [project.start("tasks", "claim", "T1", "--agent", f"agent-{number}") for number in range(6)]
    ended = [(process.communicate()[1], process.returncode) for process in started]
    winners = [number for number, (_, code) in enumerate(ended) if code == 0]
    assert len(winners) == 1
    assert project.task()["owner"] == f"agent-{winners[0]}"
    assert all("T1" in said and code == 4 for number, (said, code) in enumerate(ended) if number != winners[0])
    assert len(project.task()["status_history"]) == 2


def test_a_task_in_progress_that_nobody_holds_is_given_to_one(project: TaskProject) -> None:
    project.tasks({**T1, "status": "in_progress"})
    started = [project.start("tasks", "claim", "T1", "--agent", name) for name in ("ann", "bob")]
    for process in started:
        process.communicate()
    assert sorted(process.returncode for process in started) == [0, 4]


def test_many_agents_that_ask_for_the_next_task_get_one_each(project: TaskProject) -> None:
    project.tasks(*({**T1, "id": f"T{number}"} for number in range(4)))
    started = [project.start("tasks", "next", "--claim", "--agent", f"a{number}") for number in range(4)]
    for process in started:
        process.communicate()
    assert sorted(project.task(f"T{number}")["owner"] for number in range(4)) == ["a0", "a1", "a2", "a3"]


def test_a_release_frees_the_task_and_keeps_its_base(project: TaskProject) -> None:
    first = project.tasks(T1).commit()
    project.run("tasks", "claim", "T1", "--agent", "ann")
    project.write("more.txt", "more")
    project.commit()
    released = project.json("tasks", "release", "T1", "--agent", "ann")
    assert (released["status"], released["owner"]) == ("pending", "")
    assert project.json("tasks", "claim", "T1", "--agent", "bob")["base"] == first


def test_a_release_wipes_out_no_failed_attempt(project: TaskProject) -> None:
    failed = {"from": "in_progress", "to": "in_progress", "reason": "attempt_failed", "attempt": 2}
    history = [{**failed, "attempt": 1}, failed]
    project.tasks({**T1, "status": "in_progress", "owner": "ann", "status_history": history})
    project.run("tasks", "release", "T1", "--agent", "ann")
    assert project.json("tasks", "claim", "T1", "--agent", "bob")["attempts"] == 2


def test_a_task_that_waits_or_has_ended_is_refused(project: TaskProject) -> None:
    project.tasks(
        {**T1, "dependencies": ["T2"]}, {**T1, "id": "T2"}, {**T1, "id": "T3", "status": "blocked", "owner": "ann"}
    )
    waiting = project.run("tasks", "claim", "T1", "--agent", "ann")
    assert (waiting.returncode, "task T1 waits for T2" in waiting.stderr) == (4, True)
    blocked = project.run("tasks", "claim", "T3", "--agent", "ann")
    assert (blocked.returncode, "agentgates tasks reopen T3" in blocked.stderr) == (4, True)
    idle = project.run("tasks", "release", "T2", "--agent", "ann")
    assert (idle.returncode, "there is nothing to release" in idle.stderr) == (4, True)


def test_an_agent_is_the_same_with_and_without_the_at_sign_of_trackers(project: TaskProject) -> None:
    project.write("tests/test_it.py", "def test_it():\n    assert True\n")
    project.tasks({**T1, "test_files": ["tests/test_it.py"]})
    assert project.json("tasks", "claim", "T1", "--agent", "@ann")["owner"] == "ann"
    assert project.json("tasks", "next", "--agent", "@ann")["task"]["id"] == "T1"
    project.run("run", "T1", "--name", "@ann")
    assert project.task()["status"] == "completed"


def test_the_configuration_may_name_the_agent(project: TaskProject) -> None:
    project.write("agentgates.toml", 'agent = "ann"\n')
    project.tasks(T1)
    assert project.json("tasks", "claim", "T1")["owner"] == "ann"


def test_two_worktrees_share_one_list_that_the_environment_names(tmp_path: Path) -> None:
    first = TaskProject(tmp_path / "first")
    first.write("agentgates.toml", "")
    first.tasks(T1, {**T1, "id": "T2"}).commit()
    second = tmp_path / "second"
    subprocess.run(["git", "worktree", "add", "-q", str(second)], cwd=first.root, check=True, capture_output=True)
    here = {"AGENTGATES_TASKS": str(first.root / "docs/state/tasks.json")}
    other = TaskProject(second, here)
    assert first.run("tasks", "claim", "T1", "--agent", "ann").returncode == 0
    refused = other.run("tasks", "claim", "T1", "--agent", "bob")
    assert (refused.returncode, "task T1 is held by ann" in refused.stderr) == (4, True)
    assert other.json("tasks", "next", "--claim", "--agent", "bob")["task"]["id"] == "T2"
    assert first.task("T2")["owner"] == "bob"
    assert other.run("preflight").returncode == 0
