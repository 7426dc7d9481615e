"""A move in Markdown, YAML or a tracker's file changes lines of its own task, and no other byte."""

from __future__ import annotations

import difflib
import os
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentgates.core.ports import TaskStore
from pytest_agentgates.core.task import Task
from tests.stores.forms import move, opened, written

SAMPLES = Path(__file__).parents[1] / "data" / "caf_project"
EXAMPLES = 400 if "AGENTGATES_STRESS" in os.environ else 40
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=6)
PROSE = st.sampled_from(
    [
        "",
        "Text: with # signs",
        "```\n## T9: in code\n**Status**: odd\n```",
        "<!-- ## T8: hidden -->",
        "- [ ] a box",
        "| a |",
    ]
)
ENDS = st.sampled_from(["\n", "\r\n"])


@st.composite
def lists(draw: st.DrawFn) -> str:
    parts = [draw(PROSE), "# All"]
    for number in range(draw(st.integers(1, 4))):
        status = draw(st.sampled_from(["pending", "done", "complete", "blocked"]))
        more = draw(st.sampled_from(["", " | **Domain**: backend | **Blocked By**: (none)"]))
        log = draw(st.sampled_from(["", "### Progress Log\n\n- 2024-01-15 14:30: begun", "### Progress Log"]))
        parts += [f"## T{number}: {draw(WORDS)}", "", f"**Status**: {status}{more}", draw(PROSE), log]
    return "\n".join(parts)


@st.composite
def boxes(draw: st.DrawFn) -> str:
    parts = [draw(PROSE)]
    for number in range(draw(st.integers(1, 4))):
        parts += [f"- [{draw(st.sampled_from(' xX'))}] T00{number} [P] [US1] {draw(WORDS)}", draw(PROSE)]
    return "\n".join(parts)


@st.composite
def manifests(draw: st.DrawFn) -> str:
    comment = st.sampled_from(["", "  # note", " "])
    parts = ["phase: build # kept", "outstanding:", "  tasks:"]
    for number in range(draw(st.integers(1, 4))):
        quote = draw(st.sampled_from(["", "'", '"']))
        status = draw(st.sampled_from(["pending", "done", "blocked"]))
        title = draw(WORDS)
        if draw(st.booleans()):
            parts.append(f"  - {{id: T{number}, title: '{title}', status: {quote}{status}{quote}}}{draw(comment)}")
            continue
        parts += [f"  - id: T{number}{draw(comment)}", "    # between", f"    title: '{title}'"]
        parts += [
            f"    status: {quote}{status}{quote}{draw(comment)}",
            "    blocked_by: []",
            "    note: |",
            "      text",
        ]
    return "\n".join([*parts, "rest:", "  - 1", "..." if draw(st.booleans()) else "last: 2"])


@st.composite
def single_files(draw: st.DrawFn) -> str:
    front = [
        "---",
        "id: T1",
        f"title: '{draw(WORDS)}'",
        draw(st.sampled_from(["status: pending", "status: 'done' # x"])),
    ]
    front += draw(st.sampled_from([[], ["updated: 2024-01-15"], ["updated: '2024-01-15 14:30'"]]))
    log = draw(st.sampled_from(["", "## Progress Log\n- 2024-01-15 14:30: begun", "## Progress Log"]))
    return "\n".join([*front, "labels:", "  - a # why", "---", draw(PROSE), log, draw(PROSE)])


FORMS = {
    "docs/tasks.md": lists(),
    "specs/001-a/tasks.md": boxes(),
    "manifest.yaml": manifests(),
    "tasks": single_files(),
}


@pytest.mark.parametrize("location", FORMS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_only_lines_of_the_moved_task_change(location: str, data: st.DataObject) -> None:
    mark, end, last = (
        data.draw(st.sampled_from(["", "\ufeff"])),
        data.draw(ENDS),
        data.draw(st.sampled_from(["", "\n"])),
    )
    text = mark + (data.draw(FORMS[location]) + last).replace("\n", end)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        store = written(root, location, text)
        tasks = store.load()
        index = data.draw(st.integers(0, len(tasks) - 1))
        assert_moved(store, opened(location, root), tasks, index)
        path = Path(root / location)
        after = (path if path.suffix else path / "task-1.md").read_bytes().decode()
    assert_few_lines_changed(text, after, end)


def assert_moved(store: TaskStore, again: TaskStore, tasks: tuple[Task, ...], index: int) -> None:
    moved = move(store, tasks[index])
    after = again.load()
    assert moved == after[index]
    assert moved.history[-1].reason == "tried"
    others = [
        (replace(a, where=""), replace(b, where="")) for a, b in zip(tasks, after, strict=True) if a.id != moved.id
    ]
    assert all(before == now for before, now in others)


def assert_few_lines_changed(before: str, after: str, end: str) -> None:
    removed = [line[2:] for line in difflib.ndiff(before.split("\n"), after.split("\n")) if line.startswith("- ")]
    added = [line[2:] for line in difflib.ndiff(before.split("\n"), after.split("\n")) if line.startswith("+ ")]
    assert len(removed) <= 3
    assert len(added) <= 6
    assert after.startswith("\ufeff") == before.startswith("\ufeff")
    assert (
        after.endswith("\n") == before.endswith("\n") or "agentgates" in after.rsplit("\n", 1)[-1] or "- 2026" in after
    )
    if end == "\r\n":
        assert after.count("\n") == after.count("\r\n")
    else:
        assert "\r" not in after


@pytest.mark.parametrize("name", ["manifest.yaml", "tasklist.md"])
def test_every_task_of_a_real_project_moves_alone(name: str, tmp_path: Path) -> None:
    text = (SAMPLES / name).read_bytes().decode()
    for index in range(14):
        store = written(tmp_path, name, text)
        assert_moved(store, opened(name, tmp_path), store.load(), index)
        assert_few_lines_changed(text, (tmp_path / name).read_bytes().decode(), "\n")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("outstanding:\n  tasks:\n  - status:\n    id: T1\n", "  - status: queued\n"),
        ("outstanding:\n  tasks:\n  - id: T1\n    status:   # none\n    x: 1\n", "    status: queued   # none\n"),
        ("outstanding: {tasks: [{id: T1}]}", "{id: T1, status: queued, agentgates: {"),
        ('{"outstanding": {"tasks": [{"id": "T1",\n "status": "pending"}]}}', '"status": "queued", "agentgates": {'),
    ],
)
def test_yaml_of_any_style_is_edited_where_it_stands(text: str, status: str, tmp_path: Path) -> None:
    store = written(tmp_path, "manifest.yaml", text)
    assert_moved(store, opened("manifest.yaml", tmp_path), store.load(), 0)
    assert status in (tmp_path / "manifest.yaml").read_text()
