"""What selecting the tasks of a layer does with each of them."""

from __future__ import annotations

import pytest

from pytest_agentgates.core.selection import (
    Choice,
    SelectionRules,
    Sorted,
    escalation_info,
    rejection_entry,
    rejections_of,
    sort_tasks,
)
from pytest_agentgates.core.task import Task, TaskStatus
from pytest_agentgates.core.triage import LayerWords, Rejecting

AT = "2026-01-02T03:04:05.000Z"
APP, DOMAIN = "application", "domain"
WORDS = LayerWords(
    reject=(Rejecting("infrastructure_backend", ("table",)),),
    indicators={"words": ("use case",)},
    otherwise="infrastructure_frontend",
)
RULES = SelectionRules({APP: WORDS})


def task(title: str = "Write a use case", task_id: str = "T1", **facts: object) -> Task:
    return Task(task_id, title, **{"layer": APP, **facts})  # type: ignore[arg-type]  # each test names real fields


def sort(one: Task, *others: Task, rules: SelectionRules = RULES) -> Sorted:
    (found,) = sort_tasks((one, *others), APP, "ann", rules)
    return found


def test_a_task_that_the_words_fit_is_taken() -> None:
    found = sort(task())
    assert (found.choice, found.layer, found.words) == (Choice.TAKEN, APP, ("use case",))
    assert found.reason == "'use case' tells of application (words)"


@pytest.mark.parametrize("status", [one for one in TaskStatus if one not in {TaskStatus.PENDING, TaskStatus.QUEUED}])
def test_what_is_begun_already_is_not_sorted(status: TaskStatus) -> None:
    assert sort_tasks((task(status=status),), APP, "ann", RULES) == ()


def test_other_layers_are_left_alone() -> None:
    assert sort_tasks((task(layer=DOMAIN), task(layer="")), APP, "ann", RULES) == ()


@pytest.mark.parametrize("title", ["Write a use case", "Add a table"])
def test_the_task_of_another_agent_is_held_whatever_it_says(title: str) -> None:
    found = sort(task(title, owner="bob\nx"))
    assert (found.choice, found.layer, found.reason) == (Choice.HELD, APP, "held by bob x")
    assert sort(task(title, owner="ann")).choice is not Choice.HELD


@pytest.mark.parametrize(
    ("title", "layer", "words"),
    [("Add a table", "infrastructure_backend", ("table",)), ("Paint it", "infrastructure_frontend", ())],
)
def test_a_task_of_another_layer_is_rejected_towards_it(title: str, layer: str, words: tuple[str, ...]) -> None:
    found = sort(task(title))
    assert (found.choice, found.layer, found.words) == (Choice.REJECTED, layer, words)


def test_the_last_rejection_that_is_allowed_escalates() -> None:
    once = {"rejection_history": [{"suggested_layer": DOMAIN}]}
    assert sort(task("Add a table", extra=once)).choice is Choice.ESCALATED
    assert sort(task("Add a table", extra=once), rules=SelectionRules({APP: WORDS}, 3)).choice is Choice.REJECTED


def test_a_suggestion_that_was_made_before_escalates_at_once() -> None:
    before = {"rejection_history": [{"suggested_layer": ["odd"]}, {"suggested_layer": "infrastructure_backend"}]}
    rules = SelectionRules({APP: WORDS}, 9)
    assert sort(task("Add a table", extra=before), rules=rules).choice is Choice.ESCALATED
    assert sort(task("Paint it", extra=before), rules=rules).choice is Choice.REJECTED


def test_a_rejection_to_no_other_layer_escalates_and_says_so() -> None:
    found = sort(task("Paint it"), rules=SelectionRules({APP: LayerWords()}, 9))
    assert (found.choice, found.layer) == (Choice.ESCALATED, APP)
    info = escalation_info(found, [rejection_entry(found, "ann", AT)], "ann", AT)
    assert (info["rejections"], info["reason"]) == (1, "no other layer was suggested")


def test_a_task_waits_for_earlier_layers_of_its_module() -> None:
    others = [task(task_id=f"D{number}", layer=DOMAIN, module="orders") for number in range(7)]
    found = sort(task(module="orders"), *others[:5])
    assert (found.choice, found.layer) == (Choice.WAITING, APP)
    assert found.reason == "earlier layers are not complete: D0, D1, D2, D3, D4"
    assert sort(task(module="orders"), *others).reason.endswith(": D0, D1, D2, D3, D4, ...")


def test_other_modules_and_what_is_completed_or_queued_keep_nothing_waiting() -> None:
    other = task(task_id="D0", layer=DOMAIN, module="billing")
    done = task(task_id="D1", layer=DOMAIN, module="orders", status=TaskStatus.COMPLETED)
    assert sort(task(module="orders"), other, done).choice is Choice.TAKEN
    open_one = task(task_id="D2", layer=DOMAIN, module="orders")
    assert sort(task(module="orders", status=TaskStatus.QUEUED), open_one).choice is Choice.TAKEN
    assert sort(task(module=""), other).choice is Choice.WAITING


@pytest.mark.parametrize(("history", "count"), [(None, 0), ("odd", 0), ([{"reason": "a"}, 3, {}], 2)])
def test_only_entries_that_are_objects_are_rejections(history: object, count: int) -> None:
    assert len(rejections_of(task(extra={"rejection_history": history}))) == count


def test_a_rejection_is_remembered_whole() -> None:
    assert rejection_entry(sort(task("Add a table")), "ann", AT) == {
        "rejected_at": AT,
        "rejected_by": "ann",
        "layer": APP,
        "suggested_layer": "infrastructure_backend",
        "reason": "'table' tells of infrastructure_backend",
        "words": ["table"],
    }


@pytest.mark.parametrize(
    ("suggested", "reason"),
    [
        ((DOMAIN, "infrastructure_backend"), "rejected too often"),
        (("infrastructure_backend", DOMAIN, "infrastructure_backend"), "the same layer was suggested again"),
    ],
)
def test_a_person_is_told_why_a_task_was_escalated(suggested: tuple[str, ...], reason: str) -> None:
    history = [{"suggested_layer": layer} for layer in suggested]
    assert escalation_info(sort(task("Add a table")), history, "ann", AT) == {
        "escalated_at": AT,
        "escalated_by": "ann",
        "layer": APP,
        "rejections": len(suggested),
        "suggested_layers": list(suggested),
        "reason": reason,
        "next_step": "set layer, say in the title what it is, then: agentgates tasks reopen T1",
    }
