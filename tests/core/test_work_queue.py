"""The queue of a layer, as the store's tasks stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.core.work_queue import Queue, new_queue, positions_of, refreshed, with_chosen, with_outcomes

AT = "2026-01-02T03:04:05.000Z"
IDS = [f"T{number}" for number in range(6)]
TASKS = st.lists(
    st.builds(
        Task, st.sampled_from(IDS), layer=st.sampled_from(["domain", "application"]), status=st.sampled_from(TaskStatus)
    ),
    unique_by=lambda task: task.id,
)


def task(task_id: str, status: TaskStatus = TaskStatus.QUEUED, **extra: object) -> Task:
    return Task(task_id, f"Title of {task_id}", layer="domain", status=status, extra=extra)


def queued(*ids: str) -> Queue:
    return {**new_queue("domain", "ann", AT), "queue": [{"task_id": name} for name in ids]}


def ids_of(queue: Queue) -> list[str]:
    return [entry["task_id"] for entry in queue["queue"]]


def test_a_new_queue_is_empty_and_says_whose_it_is() -> None:
    assert new_queue("domain", "ann", AT) == {
        "agent": "ann",
        "layer": "domain",
        "created_at": AT,
        "total_tasks": 0,
        "completed": 0,
        "queue": [],
        "blocked_tasks": [],
        "rejected_tasks": [],
        "escalated_tasks": [],
    }


def test_new_queues_share_no_list() -> None:
    new_queue("domain", "ann", AT)["queue"].append({"task_id": "T1"})
    assert new_queue("domain", "ann", AT)["queue"] == []


def test_positions_count_from_one() -> None:
    assert positions_of(queued("T3", "T1")) == {"T3": 1, "T1": 2}
    assert positions_of({}) == {}


def test_the_chosen_go_to_the_end_each_behind_what_it_depends_on() -> None:
    chosen = [Task("T2", layer="domain", dependencies=("T3",)), task("T3"), task("T1")]
    assert ids_of(with_chosen(queued("T1"), chosen, chosen)) == ["T1", "T3", "T2"]


def test_the_queue_that_is_given_is_left_as_it_is() -> None:
    before = queued("T1")
    with_chosen(before, [task("T2")], [task("T1"), task("T2")])
    with_outcomes(before, "rejected_tasks", [{"task_id": "T3"}])
    assert before == queued("T1")


def test_the_newest_outcome_of_a_task_replaces_the_older_one() -> None:
    queue = with_outcomes(queued(), "rejected_tasks", [{"task_id": "T1", "reason": "a"}, {"task_id": "T2"}])
    after = with_outcomes(queue, "rejected_tasks", [{"task_id": "T1", "reason": "b"}])
    assert after["rejected_tasks"] == [{"task_id": "T1", "reason": "b"}, {"task_id": "T2"}]
    assert after["escalated_tasks"] == []


def test_an_entry_shows_the_task_as_the_store_has_it_and_keeps_what_others_wrote() -> None:
    stored = Task(
        "T1", "New", layer="domain", owner="ann", status=TaskStatus.IN_PROGRESS, test_files=("tests/test_a.py",)
    )
    queue = {**queued(), "queue": [{"task_id": "T1", "title": "Old", "position": 9, "note": "kept", "completed_at": 1}]}
    assert refreshed(queue, [stored])["queue"] == [
        {
            "position": 1,
            "task_id": "T1",
            "title": "New",
            "status": "in_progress",
            "owner": "ann",
            "test_files": ["tests/test_a.py"],
            "note": "kept",
        }
    ]


def test_a_completed_entry_says_when_and_counts() -> None:
    done = task("T2", TaskStatus.COMPLETED, completed_at=AT)
    queue = refreshed(queued("T1", "T2"), [task("T1"), done])
    assert (queue["total_tasks"], queue["completed"]) == (2, 1)
    assert ["completed_at" in entry for entry in queue["queue"]] == [False, True]
    assert queue["queue"][1]["completed_at"] == AT
    assert queue["queue"][1]["owner"] is None


def test_blocked_tasks_are_listed_with_why_as_far_as_that_is_told() -> None:
    blocked = TaskStatus.BLOCKED
    told, untold = task("T1", blocked, blocker_info={"last_error": "x"}), task("T2", blocked, blocker_info="odd")
    queue = refreshed(queued("T1", "T2", "T3"), [told, untold, task("T3")])
    assert queue["blocked_tasks"] == [
        {"task_id": "T1", "title": "Title of T1", "blocker_info": {"last_error": "x"}},
        {"task_id": "T2", "title": "Title of T2", "blocker_info": None},
    ]


def test_tasks_leave_the_queue_when_they_are_escalated_or_move_to_another_layer_or_are_gone() -> None:
    moved = Task("T2", layer="application")
    queue = refreshed(queued("T1", "T2", "T3", "T4"), [task("T1", TaskStatus.ESCALATED), moved, task("T4")])
    assert ids_of(queue) == ["T4"]
    assert positions_of(queue) == {"T4": 1}


def test_a_task_that_stands_twice_in_the_file_is_counted_once() -> None:
    queue = refreshed(queued("T1", "T2", "T1"), [task("T1"), task("T2")])
    assert ids_of(queue) == ["T1", "T2"]
    assert queue["total_tasks"] == 2


def test_entries_that_name_no_task_are_dropped() -> None:
    queue = {**queued(), "queue": [{}, {"task_id": ["T1"]}, {"task_id": None}, {"task_id": "T1"}]}
    assert ids_of(refreshed(queue, [task("T1")])) == ["T1"]
    assert with_outcomes(queue, "rejected_tasks", [{"task_id": ["T1"]}])["rejected_tasks"] == [{"task_id": ["T1"]}]


@given(TASKS, st.lists(st.sampled_from(IDS)))
def test_the_counts_are_those_of_the_entries_and_refreshing_again_changes_nothing(
    tasks: list[Task], ids: list[str]
) -> None:
    queue = refreshed(queued(*ids), tasks)
    statuses = [entry["status"] for entry in queue["queue"]]
    assert queue["total_tasks"] == len(statuses)
    assert queue["completed"] == statuses.count("completed")
    assert len(queue["blocked_tasks"]) == statuses.count("blocked")
    assert refreshed(queue, tasks) == queue
