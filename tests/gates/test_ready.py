from __future__ import annotations

import pytest

from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.core.verdict import GateStatus
from pytest_agentgates.gates.ready import Ready
from tests.fakes import FakeWorkspace


def check(task: Task, *others: Task, agent: str = "") -> list[tuple[str, str]]:
    result = Ready().check(FakeWorkspace(tasks=(task,), all_tasks=(task, *others), agent=agent))
    assert (result.status is GateStatus.FAIL) == bool(result.findings)
    return [(finding.rule, finding.message) for finding in result.findings]


def test_a_task_without_obstacles_is_ready() -> None:
    done = Task("T0", module="m", layer="domain", status=TaskStatus.COMPLETED)
    assert check(Task("T1", dependencies=("T0",), module="m", layer="application"), done) == []


def test_an_open_dependency_is_named() -> None:
    found = check(Task("T1", dependencies=("T0", "T9")), Task("T0", status=TaskStatus.BLOCKED))
    assert found == [
        ("TSK002", "T1 depends on T0, which is blocked"),
        ("TSK002", "T1 depends on T9, which is not in the store"),
    ]


def test_a_cycle_is_shown_whole() -> None:
    done = TaskStatus.COMPLETED
    found = check(
        Task("A", dependencies=("B",)),
        Task("B", dependencies=("C",), status=done),
        Task("C", dependencies=("A",), status=done),
    )
    assert found == [("TSK002", "the dependencies form a cycle: A -> B -> C -> A")]


def test_a_task_that_depends_on_itself_is_a_cycle() -> None:
    found = check(Task("A", dependencies=("A",), status=TaskStatus.COMPLETED))
    assert found == [("TSK002", "the dependencies form a cycle: A -> A")]


def test_an_earlier_layer_of_the_same_module_comes_first() -> None:
    task = Task("T1", module="m", layer="infrastructure_backend")
    found = check(task, Task("T0", module="m", layer="domain"), Task("X", module="other", layer="domain"))
    assert found == [("TSK003", "T0 of the earlier layer domain is pending")]


def test_a_task_of_another_agent_is_left_alone() -> None:
    assert check(Task("T1", owner="ann"), agent="bob") == [("TSK004", "T1 is owned by ann, not by bob")]
    assert check(Task("T1", owner="ann"), agent="ann") == []


def test_no_task_cannot_be_judged() -> None:
    assert Ready().check(FakeWorkspace()).status is GateStatus.ERROR


def test_the_finding_stands_where_the_task_does() -> None:
    task = Task("T1", dependencies=("T9",), where="docs/tasks.json:12")
    (finding,) = Ready().check(FakeWorkspace(tasks=(task,), all_tasks=(task,))).findings
    assert finding.place == "docs/tasks.json:12:1"


@pytest.mark.parametrize("item", [{"severity": "critical"}, {"priority": "High", "severity": "low"}])
def test_an_urgent_remediation_comes_first(item: dict[str, str]) -> None:
    rank = "critical" if "critical" in item.values() else "high"
    assert check(Task("T1", extra={"remediation": [{"id": "BUG-1", "summary": "Clock", **item}]})) == [
        ("TSK005", f"remediation BUG-1 of {rank} severity is open: Clock")
    ]


@pytest.mark.parametrize(
    "item",
    [
        {"id": "BUG-1", "priority": "high", "status": "resolved"},
        {"id": "BUG-1", "priority": "medium", "status": "open"},
        {"id": "T1", "priority": "high"},
        {"id": "BUG-1", "priority": "high", "task": "T1"},
    ],
)
def test_what_is_resolved_or_minor_or_the_task_itself_holds_nothing_up(item: dict[str, str]) -> None:
    assert check(Task("T1", extra={"remediation": [item]})) == []
