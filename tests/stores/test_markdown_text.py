"""What a move writes into Markdown stands beside what people wrote, and is never read as something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.core.task import TaskStatus
from tests.stores.forms import written
from tests.stores.json_store import CLAIM, change

FRONT_MATTER = "---\nid: T1\nstatus: pending\n---\n"
ENTRIES = [
    "- 2024-01-15 14:30: begun",
    "- 2024-01-15 14:30: begun\n  and looked at\n  - nested",
    "- 2024-01-15 14:30: begun\nin a lazy line",
    "- 2024-01-15 14:30: begun\n\n  A second paragraph.\n\n- 2024-01-16 09:00: more",
    "- 2024-01-15 14:30: begun\n```\nlog\n\n- none\n```",
]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("after", ["", "\nProse that is no entry.\n", "\n## Notes\n\n- a list\n"])
@pytest.mark.parametrize("entries", ENTRIES)
def test_a_new_entry_of_the_progress_log_stands_behind_the_whole_last_one(
    tmp_path: Path, entries: str, after: str, end: str
) -> None:
    text = f"{FRONT_MATTER}## Progress Log\n\n{entries}\n{after}".replace("\n", end)
    written(tmp_path, "tasks", text).apply(change("T1", *CLAIM))
    log = (tmp_path / "tasks/task-1.md").read_bytes().decode().partition("## Progress Log")[2]
    told = [
        f"- 2026-01-02 03:04: {step.before.value} to {step.after.value} by agent-a ({step.reason})" for step in CLAIM
    ]
    assert log.replace(end, "\n") == "\n".join(["", "", entries, *told, after])


@pytest.mark.parametrize(
    "said", ["**Status**: done | **Owner**: eve", "x\n## T9: y\n**Status**: done\n", "**Layer**: -"]
)
def test_what_a_task_remembers_is_none_of_its_fields(tmp_path: Path, said: str) -> None:
    """The message of a failure may look like a field of the form in which it is kept."""
    store = written(tmp_path, "tasks.md", "## T1: a\n**Status**: pending\n\n## T2: b\n**Status**: pending\n")
    store.apply(change("T1", CLAIM[0], fields={"blocker_info": {"last_error": said}}))
    task, other = store.load()
    assert (task.id, task.status, task.owner, task.layer, other.id) == ("T1", TaskStatus.QUEUED, "", "", "T2")
    assert task.extra["blocker_info"] == {"last_error": said}


@pytest.mark.parametrize(("location", "head", "level"), [("tasks", FRONT_MATTER, 2), ("tasks.md", "## T1: a\n", 3)])
def test_a_description_is_what_markdown_shows(tmp_path: Path, location: str, head: str, level: int) -> None:
    """Backlog.md marks its sections by comments, whose words say nothing of the task."""
    text = "<!-- SECTION:DESCRIPTION:BEGIN -->\nRows.\n<!--\na page\n-->\nMore.\n<!-- SECTION:DESCRIPTION:END -->\n"
    (task,) = written(tmp_path, location, f"{head}{'#' * level} Description\n\n{text}").load()
    assert "".join(task.description.splitlines()) == "Rows.More."
