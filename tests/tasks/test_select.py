"""Selecting the tasks of a layer, with real processes."""

from __future__ import annotations

import json
import tomllib
from typing import Any

from tests.tasks.task_project import TaskProject

BACK, FRONT = "infrastructure_backend", "infrastructure_frontend"
SELECT = ("tasks", "select", "--layer", BACK, "--agent", "be")


def task(task_id: str, title: str, **more: Any) -> dict[str, Any]:
    return {"id": task_id, "title": title, "layer": BACK, "status": "pending", **more}


def outcomes(project: TaskProject, *words: str) -> dict[str, str]:
    return {item["task_id"]: item["outcome"] for item in project.json(*(words or SELECT))["tasks"]}


def test_own_tasks_are_queued_and_others_go_to_their_layer(project: TaskProject) -> None:
    project.tasks(
        task("T1", "Add the orders table", dependencies=["T2"], test_files=["tests/test_orders.py"]),
        task("T2", "Add the FastAPI app"),
        task("T3", "Build the React page"),
        task("T4", "Elsewhere", layer=FRONT),
    )
    assert outcomes(project) == {"T1": "taken", "T2": "taken", "T3": "rejected"}
    assert [project.task(name)["status"] for name in ("T1", "T2", "T3", "T4")] == [
        "queued",
        "queued",
        "pending",
        "pending",
    ]
    assert project.task("T1")["owner"] == "be"
    queue = project.queue()
    assert (queue["agent"], queue["layer"], queue["total_tasks"], queue["completed"]) == ("be", BACK, 2, 0)
    assert [(entry["position"], entry["task_id"], entry["status"]) for entry in queue["queue"]] == [
        (1, "T2", "queued"),
        (2, "T1", "queued"),
    ]
    assert queue["queue"][1]["test_files"] == ["tests/test_orders.py"]
    assert [entry["task_id"] for entry in queue["rejected_tasks"]] == ["T3"]
    assert project.task("T3")["layer"] == FRONT
    [rejection] = project.task("T3")["rejection_history"]
    assert (rejection["layer"], rejection["suggested_layer"], rejection["rejected_by"]) == (BACK, FRONT, "be")
    assert rejection["words"] == ["react", "page"]


def test_selecting_again_changes_nothing(project: TaskProject) -> None:
    project.tasks(task("T1", "Add the orders table"))
    project.run(*SELECT)
    before = project.root.joinpath("docs/state/tasks.json").read_bytes(), project.queue()
    assert outcomes(project) == {"T1": "taken"}
    assert (project.root.joinpath("docs/state/tasks.json").read_bytes(), project.queue()) == before


def test_a_layer_under_its_other_name_is_rewritten_there(project: TaskProject) -> None:
    project.tasks({"id": "T1", "title": "Build the React page", "implementation_layer": BACK})
    assert outcomes(project) == {"T1": "rejected"}
    assert project.task("T1")["implementation_layer"] == FRONT
    assert "layer" not in project.task("T1")


def test_the_second_rejection_escalates(project: TaskProject) -> None:
    project.tasks(task("T1", "Map the React component"))
    outcomes(project)
    project.tasks({**project.task("T1"), "title": "Add the SQLAlchemy router"})
    assert outcomes(project, "tasks", "select", "--layer", FRONT, "--agent", "fe") == {"T1": "escalated"}
    found = project.task("T1")
    assert (found["status"], found["layer"], found.get("owner")) == ("escalated", FRONT, None)
    assert found["escalation_info"]["suggested_layers"] == [FRONT, BACK]
    assert found["escalation_info"]["reason"] == "rejected too often"
    assert [entry["layer"] for entry in found["rejection_history"]] == [BACK, FRONT]
    assert [entry["task_id"] for entry in project.queue(FRONT)["escalated_tasks"]] == ["T1"]
    assert project.json("tasks", "reopen", "T1")["status"] == "pending"


def test_the_same_suggestion_again_escalates_even_where_more_rejections_are_allowed(project: TaskProject) -> None:
    project.write("agentgates.toml", "[selection]\nmax_rejections = 9\n")
    project.tasks(task("T1", "Build the React page", rejection_history=[{"layer": BACK, "suggested_layer": FRONT}]))
    assert outcomes(project) == {"T1": "escalated"}
    assert project.task("T1")["escalation_info"]["reason"] == "the same layer was suggested again"


def test_tasks_of_others_are_left_alone(project: TaskProject) -> None:
    project.tasks(task("T1", "Add the orders table", owner="other"), task("T2", "Build React", owner="other"))
    assert outcomes(project) == {"T1": "held", "T2": "held"}
    assert project.task("T1")["status"] == project.task("T2")["status"] == "pending"


def test_earlier_layers_of_the_module_come_first(project: TaskProject) -> None:
    project.tasks(
        {"id": "D1", "title": "Order", "layer": "domain", "module": "orders", "status": "in_progress"},
        {"id": "A1", "title": "Place", "layer": "application", "module": "orders", "status": "completed"},
        task("T1", "Add the orders table", module="orders"),
        task("T2", "Add the billing table", module="billing"),
        task("T3", "Add the audit table"),
    )
    found = {item["task_id"]: item for item in project.json(*SELECT)["tasks"]}
    assert {name: item["outcome"] for name, item in found.items()} == {"T1": "waiting", "T2": "taken", "T3": "waiting"}
    assert found["T1"]["reason"] == "earlier layers are not complete: D1"


def test_two_agents_at_once_share_a_layer_without_a_task_in_common(project: TaskProject) -> None:
    project.tasks(*(task(f"T{number}", "Add a table") for number in range(20)))
    started = [project.start("tasks", "select", "--layer", BACK, "--agent", name, "--json") for name in ("a", "b")]
    taken = [
        {item["task_id"] for item in json.loads(process.communicate()[0])["tasks"] if item["outcome"] == "taken"}
        for process in started
    ]
    assert not taken[0] & taken[1]
    assert len(taken[0] | taken[1]) == 20
    assert project.queue()["total_tasks"] == 20
    assert [entry["position"] for entry in project.queue()["queue"]] == list(range(1, 21))


def test_the_words_are_printed_as_the_configuration_holds_them(project: TaskProject) -> None:
    printed = tomllib.loads(project.run("tasks", "rules").stdout)["tool"]["agentgates"]["selection"]
    assert printed == project.json("tasks", "rules")
    project.write("pyproject.toml", project.run("tasks", "rules").stdout)
    assert project.json("tasks", "rules") == printed


def test_the_configuration_replaces_the_words_of_a_layer(project: TaskProject) -> None:
    words = '[selection.layers.infrastructure_backend.indicators]\nbus = ["nats"]\n'
    default = '[selection.layers.infrastructure_backend.default]\naccept = false\nlayer = "domain"\n'
    project.write("agentgates.toml", words + default)
    project.tasks(task("T1", "Publish to NATS"), task("T2", "Add the orders table"))
    assert outcomes(project) == {"T1": "taken", "T2": "rejected"}
    assert project.task("T2")["layer"] == "domain"
    assert project.json("tasks", "rules")["layers"][FRONT]["reject"]


def test_mistakes_are_named_and_nothing_is_written(project: TaskProject) -> None:
    project.tasks(task("T1", "Add the orders table"))
    wrong = project.run("tasks", "select", "--layer", "infrastructure_backnd", "--agent", "be")
    assert (wrong.returncode, "did you mean infrastructure_backend?" in wrong.stderr) == (4, True)
    nameless = project.run("tasks", "select", "--layer", BACK)
    assert (nameless.returncode, "add --agent NAME" in nameless.stderr) == (4, True)
    project.write("docs/state/agent-queues/infrastructure_backend-queue.json", "{")
    broken = project.run(*SELECT)
    assert broken.returncode == 4
    assert "docs/state/agent-queues/infrastructure_backend-queue.json: is no queue" in broken.stderr
    assert project.task("T1")["status"] == "pending"
    project.write("agentgates.toml", "[selection.layers.infrastructure_backend]\nrejects = []\n")
    unknown = project.run(*SELECT)
    assert (unknown.returncode, "did you mean reject?" in unknown.stderr) == (4, True)
