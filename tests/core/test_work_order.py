from __future__ import annotations

import time
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.core.work_order import (
    in_work_order,
    next_tasks,
    of_same_module,
    open_dependencies,
    priority_of,
    unfinished_before,
)

IDS = [f"T{number}" for number in range(8)]
TASKS = st.lists(
    st.builds(Task, st.sampled_from(IDS), dependencies=st.lists(st.sampled_from(IDS), max_size=3).map(tuple)),
    unique_by=lambda task: task.id,
)


def task(task_id: str, *dependencies: str, priority: object = None) -> Task:
    return Task(task_id, dependencies=dependencies, extra={"priority": priority} if priority is not None else {})


@given(TASKS)
def test_every_task_stands_once_whatever_depends_on_what(tasks: list[Task]) -> None:
    assert sorted(one.id for one in in_work_order(tasks)) == sorted(one.id for one in tasks)


@given(TASKS)
def test_without_cycles_each_task_stands_behind_those_it_depends_on(tasks: list[Task]) -> None:
    acyclic = [replace(one, dependencies=tuple(name for name in one.dependencies if name > one.id)) for one in tasks]
    places = {one.id: place for place, one in enumerate(in_work_order(acyclic))}
    for one in acyclic:
        assert all(places[name] < places[one.id] for name in one.dependencies if name in places)


def test_dependencies_come_first_then_priority_then_the_order_of_the_store() -> None:
    tasks = [task("A", "B"), task("B", priority="low"), task("C", priority="high"), task("D"), task("E", "none")]
    assert [one.id for one in in_work_order(tasks)] == ["C", "D", "E", "B", "A"]


def test_a_cycle_comes_last_and_hides_nothing() -> None:
    tasks = [task("A", "B"), task("B", "A"), task("C", "C"), task("D")]
    assert [one.id for one in in_work_order(tasks)] == ["D", "A", "B", "C"]


def test_priorities_are_numbers_or_words() -> None:
    given_as = ["critical", "P1", 2, None, "LOW", " lowest ", 7, True, "odd"]
    assert [priority_of(task("A", priority=value)) for value in given_as] == [0, 1, 2, 2, 3, 4, 7, 2, 2]


def test_a_dependency_that_is_not_there_is_never_completed() -> None:
    done = Task("B", status=TaskStatus.COMPLETED)
    assert open_dependencies(task("A", "B", "C"), {"B": done}) == ("C",)


def test_ten_thousand_tasks_are_ordered_at_once() -> None:
    tasks = [task(f"T{number}", f"T{number + 1}") for number in range(10_000)]
    started = time.perf_counter()
    assert in_work_order(tasks)[0].id == "T9999"
    assert [one.id for one in next_tasks(tasks, "ann", "", {})] == []
    assert time.perf_counter() - started < 5


def test_what_is_unfinished_before_a_layer_is_of_an_earlier_one_and_not_completed() -> None:
    of_layers = [Task(layer, layer=layer) for layer in ("domain", "application", "infrastructure_backend", "odd", "")]
    done = Task("D", layer="domain", status=TaskStatus.COMPLETED)
    before = {
        layer: [one.id for one in unfinished_before(layer, [*of_layers, done])]
        for layer in ("domain", "infrastructure_backend", "infrastructure_frontend", "odd", "")
    }
    assert before == {
        "domain": [],
        "infrastructure_backend": ["domain", "application"],
        "infrastructure_frontend": ["domain", "application", "infrastructure_backend"],
        "odd": [],
        "": [],
    }


def test_a_task_that_names_no_module_is_of_any() -> None:
    others = [Task("A", module="orders"), Task("B", module="billing"), Task("C")]
    assert [one.id for one in of_same_module(Task("T", module="orders"), others)] == ["A", "C"]
    assert [one.id for one in of_same_module(Task("T"), others)] == ["A", "B", "C"]


def test_what_is_begun_comes_first_then_what_is_queued_then_what_is_free() -> None:
    urgent: dict[str, object] = {"priority": "critical"}
    tasks = [
        Task("FREE", extra=urgent),
        Task("SECOND", status=TaskStatus.QUEUED, owner="ann"),
        Task("FIRST", status=TaskStatus.QUEUED, owner="ann"),
        Task("URGENT", status=TaskStatus.QUEUED, extra=urgent),
        Task("BEGUN", status=TaskStatus.IN_PROGRESS, owner="ann", extra={"priority": "low"}),
    ]
    found = next_tasks(tasks, "ann", "", {"FIRST": 1, "SECOND": 2})
    assert [one.id for one in found] == ["BEGUN", "URGENT", "FIRST", "SECOND", "FREE"]


def test_what_others_hold_or_is_not_open_is_for_nobody_else() -> None:
    closed = [TaskStatus.COMPLETED, TaskStatus.BLOCKED, TaskStatus.FAILED, TaskStatus.ESCALATED]
    tasks = [
        *(Task(status.value, status=status) for status in closed),
        Task("BEGUN", status=TaskStatus.IN_PROGRESS, owner="bob"),
        Task("ORPHAN", status=TaskStatus.IN_PROGRESS),
        Task("QUEUED", status=TaskStatus.QUEUED, owner="bob"),
        Task("OTHER", owner="bob"),
    ]
    assert next_tasks(tasks, "ann", "", {}) == ()
    assert [one.id for one in next_tasks(tasks, "bob", "", {})] == ["BEGUN", "QUEUED", "OTHER"]
    assert next_tasks(tasks, "", "", {}) == ()


def test_a_layer_has_its_own_tasks_only() -> None:
    tasks = [Task("A", layer="domain"), Task("B", layer="application"), Task("C")]
    assert [one.id for one in next_tasks(tasks, "ann", "application", {})] == ["B"]
    assert len(next_tasks(tasks, "ann", "", {})) == len(tasks)
