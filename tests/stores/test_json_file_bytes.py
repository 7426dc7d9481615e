"""Whatever a file of tasks looks like, a move changes its own task and the counters, and no other byte."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.core.ports import TaskChange
from pytest_agentgates.core.task import LEGAL, SPELLINGS, Step, TaskStatus
from pytest_agentgates.json_outline import find
from pytest_agentgates.stores.json_file import JsonFileStore
from tests.json_documents import LETTERS, VALUES, Writer, documents

AT = "2026-01-02T03:04:05.000Z"
STATUSES = st.sampled_from(sorted(SPELLINGS))
OWN = st.fixed_dictionaries(
    {"status": STATUSES},
    optional={
        "started_at": st.none() | LETTERS,
        "completed_at": st.none(),
        "updated_at": LETTERS,
        "status_history": st.none() | st.lists(VALUES, max_size=3),
        "blocker_info": st.none(),
    },
)
OTHERS = st.dictionaries(LETTERS.map(lambda name: f"my {name}"), VALUES, max_size=3)
COUNTERS = st.fixed_dictionaries({}, optional={"_version": st.integers(0, 10**20), "_last_modified_by": VALUES})


@st.composite
def task_lists(draw: st.DrawFn) -> object:
    tasks: list[object] = []
    for number in range(draw(st.integers(1, 4))):
        members = [*draw(OWN).items(), *draw(OTHERS).items(), ("id", f"T{number}")]
        tasks.append(dict(draw(st.permutations(members))))
    members = [*draw(COUNTERS).items(), *draw(OTHERS).items(), ("tasks", tasks)]
    return dict(draw(st.permutations(members)))


@given(documents(task_lists()), st.data())
def test_a_move_changes_one_task_and_the_counters(document: Writer, data: st.DataObject) -> None:
    before = json.loads(document.text.removeprefix("\ufeff"))
    index = data.draw(st.integers(0, len(before["tasks"]) - 1))
    status = SPELLINGS[before["tasks"][index]["status"]]
    step = Step(status, data.draw(st.sampled_from(LEGAL[status])), data.draw(LETTERS), 1)
    fields = data.draw(st.dictionaries(st.just("blocker_info"), st.dictionaries(LETTERS, VALUES, max_size=2)))
    text = moved(document.text, f"T{index}", step, fields)
    assert json.loads(text.removeprefix("\ufeff")) == expected(before, index, step, fields)
    for path, (start, end) in document.spans.items():
        if stays(path, index):
            item = find(text, path)
            assert text[item.start : item.end] == document.text[start:end]
    first, last = document.spans[()]
    assert text.startswith(document.text[: first + 1])
    assert text.endswith(document.text[last - 1 :])


def moved(text: str, task_id: str, step: Step, fields: Mapping[str, object]) -> str:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tasks.json"
        path.write_bytes(text.encode())
        store = JsonFileStore(path, Path(folder), None)
        task = store.apply(TaskChange(task_id, step.before.value, (step,), at, "agent", "run", fields=fields))
        assert task in store.load()
        return path.read_bytes().decode()


def expected(data: Any, index: int, step: Step, fields: Mapping[str, object]) -> Any:
    """The same change made to the parsed file."""
    words = [task["status"] for task in data["tasks"] if SPELLINGS[task["status"]] is step.after]
    word = max(dict.fromkeys(words), key=words.count, default=step.after.value)
    task = data["tasks"][index]
    entry = {"from": word_before(data, step), "to": word, "at": AT, "by": "agent"}
    entry |= {"reason": step.reason, "run_id": "run", "attempt": 1}
    task |= {**fields, "status": word, "updated_at": AT}
    task["status_history"] = [*(task.get("status_history") or []), entry]
    if step.after is TaskStatus.IN_PROGRESS and task.get("started_at") is None:
        task["started_at"] = AT
    if step.after is TaskStatus.COMPLETED:
        task["completed_at"] = AT
    return {**data, "_version": data.get("_version", 0) + 1, "_last_modified": AT, "_last_modified_by": "agent"}


def word_before(data: Any, step: Step) -> str:
    words: list[str] = [task["status"] for task in data["tasks"] if SPELLINGS[task["status"]] is step.before]
    return max(dict.fromkeys(words), key=words.count)


def stays(path: tuple[str | int, ...], index: int) -> bool:
    """Whether a value must still be written as it was: all but the counters and what a move sets."""
    match path:
        case () | ("tasks",) | ("_version" | "_last_modified_by", *_):
            return False
        case ("tasks", number, *inside) if number == index:
            return bool(inside) and str(inside[0]).startswith("my ")
        case _:
            return True
