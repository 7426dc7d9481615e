"""Dependencies that can never be met are found, each cycle once and whole."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.core.dependencies import check_dependencies, cycle_of, dependency_mistakes, in_cycles
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.errors import UsageError

IDS = [f"T{number}" for number in range(7)]
TASKS = st.lists(
    st.builds(Task, st.sampled_from(IDS), dependencies=st.lists(st.sampled_from(IDS), max_size=3).map(tuple)),
    unique_by=lambda task: task.id,
)


def task(task_id: str, *dependencies: str, status: TaskStatus = TaskStatus.PENDING) -> Task:
    return Task(task_id, dependencies=dependencies, status=status, where=f"tasks.json:{task_id[1:]}")


def messages(tasks: list[Task]) -> list[str]:
    return [f"{mistake.where}: {mistake.what}" for mistake in dependency_mistakes(tasks)]


def test_a_cycle_is_told_once_with_the_place_of_each_task() -> None:
    tasks = [task("T1", "T2"), task("T2", "T3", "T4"), task("T3", "T1"), task("T4"), task("T5", "T1")]
    way = "T1 (tasks.json:1) -> T2 (tasks.json:2) -> T3 (tasks.json:3) -> T1"
    assert messages(tasks) == [f"tasks.json:1: TSK002 the dependencies form a cycle: {way}"]
    assert in_cycles(tasks) == {"T1", "T2", "T3"}


def test_an_unknown_dependency_is_told_with_its_task() -> None:
    assert messages([task("T1", "T9", "T9")]) == ["tasks.json:1: TSK002 T1 depends on T9, which is not in the store"]


def test_completed_tasks_wait_for_nothing() -> None:
    done = TaskStatus.COMPLETED
    assert messages([task("T1", "T9", status=done), task("T2", "T2", status=done)]) == []


def test_only_the_tasks_that_are_asked_for_are_checked() -> None:
    tasks = [task("T1", "T2"), task("T2", "T2"), task("T3", "T1"), task("T4", "T9")]
    check_dependencies([tasks[0], tasks[2]], tasks)
    with pytest.raises(UsageError) as caught:
        check_dependencies(tasks, tasks)
    assert [mistake.where for mistake in caught.value.mistakes] == ["tasks.json:2", "tasks.json:4"]


@given(TASKS)
def test_a_task_is_in_a_cycle_where_a_way_leads_back_to_it(tasks: list[Task]) -> None:
    by_id = {one.id: one for one in tasks}
    for one in tasks:
        way = cycle_of(one, by_id)
        assert bool(way) == (one.id in in_cycles(tasks))
        assert all(after in by_id[before].dependencies for before, after in pairwise(way))


def test_ten_thousand_tasks_are_checked_at_once() -> None:
    tasks = [task(f"T{number}", f"T{(number + 1) % 10_000}") for number in range(10_000)]
    started = time.perf_counter()
    (told,) = messages(tasks)
    assert time.perf_counter() - started < 2
    assert told.endswith("T19 (tasks.json:19) -> 9980 more -> T0")
