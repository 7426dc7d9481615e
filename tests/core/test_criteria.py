from __future__ import annotations

import pytest

from pytest_agentgates.core.criteria import GENERAL, commands_of, criteria_of, progress_entry, task_type
from pytest_agentgates.core.task import Task, TaskStatus


def task(*criteria: object) -> Task:
    return Task(
        "T1",
        title="Ship",
        status=TaskStatus.PENDING,
        where="docs/tasks.md:20",
        extra={"acceptance_criteria": list(criteria)},
    )


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("Tests pass: `make test`", ("make test",)),
        ("`grep -q x a.yaml` and `test -f b`", ("grep -q x a.yaml", "test -f b")),
        ("``grep '`' a.md`` finds one", ("grep '`' a.md",)),
        ("`$ make`", ("make",)),
        ("Run `make`", ("make",)),
        ("`./check.sh`", ("./check.sh",)),
        ("`! grep -q latest a.yaml`", ("! grep -q latest a.yaml",)),
        ("`[ -f a.yaml ]`", ("[ -f a.yaml ]",)),
        ("`PYTHONPATH=src python3 -m shop`", ("PYTHONPATH=src python3 -m shop",)),
        ("`/usr/bin/env true`", ("/usr/bin/env true",)),
        ("The file `deploy/web.yaml` is there", ()),
        ("It has `replicas: 3`", ()),
        ("`GET /health` answers", ()),
        ("`name = web` is set", ()),
        ("`date` is a column", ()),
        ("`200 OK` comes back", ()),
        ("`web` runs `3` times", ()),
        ("No code at all", ()),
        ("`", ()),
    ],
)
def test_a_span_is_a_command_where_it_reads_as_one(text: str, commands: tuple[str, ...]) -> None:
    assert commands_of(text) == commands


@pytest.mark.parametrize(
    ("more", "commands"),
    [
        ("  ```sh\n  # first\n  make images\n\n  make check\n  ```", ("make images", "make check")),
        ("```\ngrep -q x \\\n  a.yaml\n```", ("grep -q x    a.yaml",)),
        ("  ```console\n  $ make check\n  all well\n  ```", ("make check",)),
        ("  Verify: `make check`", ("make check",)),
        ("  - `make check` says so", ("make check",)),
        ("  ~~~bash\n  make check\n  ~~~\n  ```yaml\n  a: b\n  ```", ("make check",)),
        ("  ```sh\n  make check", ("make check",)),
        ("  <!-- `make check` -->", ()),
    ],
)
def test_what_belongs_to_a_criterion_holds_its_commands(more: str, commands: tuple[str, ...]) -> None:
    assert commands_of("It holds", more) == commands


def test_a_block_of_another_language_is_no_command() -> None:
    assert commands_of("As `make check` says", "  ```yaml\n  replicas: 3\n  ```") == ("make check",)


def test_a_block_of_commands_counts_before_the_spans() -> None:
    assert commands_of("As `make check` says", "  ```sh\n  make all\n  ```") == ("make all",)


def test_criteria_are_numbered_and_know_what_they_need() -> None:
    found = criteria_of(
        task(
            {"text": "Images build", "done": True, "offset": 9},
            {"text": "They are pushed (after 1)", "done": False, "offset": 10},
            {"text": "and signed", "done": False, "offset": 11, "indent": 2},
            {"text": "and logged", "done": False, "offset": 12, "indent": 4},
            {"text": "All run (needs 1, 2 and 4)", "done": False, "offset": 13},
            "Plain text",
        )
    )
    assert [criterion.number for criterion in found] == [1, 2, 3, 4, 5, 6]
    assert [criterion.done for criterion in found] == [True, False, False, False, False, False]
    assert [criterion.needs for criterion in found] == [(), (1,), (2,), (2, 3), (1, 2, 4), ()]
    assert [criterion.line for criterion in found] == [29, 30, 31, 32, 33, 0]


def test_criteria_that_read_the_same_are_told_apart_by_their_order() -> None:
    found = criteria_of(task({"text": "again"}, {"text": "again", "more": "  x"}, {"text": "again"}))
    assert [criterion.identity["nth"] for criterion in found] == [0, 0, 1]
    assert found[1].identity == {"text": "again", "more": "  x", "nth": 0}


def test_a_task_without_criteria_has_none() -> None:
    assert criteria_of(Task("T1", title="", status=TaskStatus.PENDING)) == ()


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (["builds"], "build"),
        (["urgent", "registry"], "build"),
        ("deployment", "deployment"),
        ("urgent, flux", "deployment"),
        (["infrastructure"], "configuration"),
        (["Networking"], "configuration"),
        (["security"], "configuration"),
        (["verification"], "verification"),
        ("health", "verification"),
        (["shop"], GENERAL),
        ([], GENERAL),
        (None, GENERAL),
    ],
)
def test_labels_tell_the_type(labels: object, kind: str) -> None:
    assert task_type(labels) == kind


def test_the_progress_log_says_only_what_was_met() -> None:
    found = criteria_of(task("Images build", "They are pushed"))
    assert progress_entry(found) == "Criteria met: Images build; They are pushed"
    assert progress_entry(()) == ""
