from __future__ import annotations

import time
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.core.work_order import in_work_order, next_tasks, open_dependencies, priority_of

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
    given_as = ["critical", "P1", 2, None, "LOW", 7, True, "odd"]
    assert [priority_of(task("A", priority=value)) for value in given_as] == [0, 1, 2, 2, 3, 7, 2, 2]


def test_a_dependency_that_is_not_there_is_never_completed() -> None:
    done = Task("B", status=TaskStatus.COMPLETED)
    assert open_dependencies(task("A", "B", "C"), {"B": done}) == ("C",)


def test_ten_thousand_tasks_are_ordered_at_once() -> None:
    tasks = [task(f"T{number}", f"T{number + 1}") for number in range(10_000)]
    started = time.perf_counter()
    assert in_work_order(tasks)[0].id == "T9999"
    assert [one.id for one in next_tasks(tasks, "ann", "", {})] == []
    assert time.perf_counter() - started < 5
