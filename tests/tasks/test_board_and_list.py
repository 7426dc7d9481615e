"""Lists and the board."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time

import pytest

from tests.tasks.task_project import TaskProject

TASKS = (
    {"id": "T1", "title": "One", "status": "completed", "layer": "domain", "module": "orders"},
    {"id": "T2", "title": "Two", "status": "queued", "layer": "application", "owner": "ann", "dependencies": ["T1"]},
    {"id": "T3", "title": "Three\x1b[31m", "layer": "application", "module": "orders", "dependencies": ["T2"]},
)


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ((), ["T1", "T2", "T3"]),
        (("--status", "done"), ["T1"]),
        (("--layer", "application"), ["T2", "T3"]),
        (("--module", "orders", "--status", "pending"), ["T3"]),
        (("--agent", "ann"), ["T2"]),
        (("--ready",), ["T2"]),
    ],
)
def test_lists_are_filtered(project: TaskProject, words: tuple[str, ...], ids: list[str]) -> None:
    project.tasks(*TASKS)
    assert [task["id"] for task in project.json("tasks", "list", *words)] == ids


def test_unknown_values_of_filters_are_mistakes(project: TaskProject) -> None:
    project.tasks(*TASKS)
    for words in (("--status", "don"), ("--layer", "domian")):
        refused = project.run("tasks", "list", *words)
        assert (refused.returncode, "did you mean do" in refused.stderr) == (4, True)


def test_without_a_terminal_the_board_is_printed_once(project: TaskProject) -> None:
    project.tasks(*TASKS)
    shown = project.run("tasks", "board", "--layer", "application")
    assert shown.returncode == 0
    assert "T1" not in shown.stdout
    assert "Three\\x1b[31m" in shown.stdout
    assert "0 of 2 completed" in shown.stdout
    assert [task["id"] for task in project.json("tasks", "board")] == ["T1", "T2", "T3"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo terminals to drive")
def test_on_a_terminal_the_board_follows_the_moves_until_it_is_ended(project: TaskProject) -> None:
    project.tasks(*TASKS)
    primary, secondary = os.openpty()
    command = [sys.executable, "-m", "pytest_agentgates", "tasks", "board"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "LINES": "40"}
    process = subprocess.Popen(
        command, cwd=project.root, stdin=secondary, stdout=secondary, stderr=secondary, env=environment
    )
    os.close(secondary)
    try:
        _read_until(primary, "queued")
        project.run("tasks", "claim", "T2", "--agent", "ann")
        _read_until(primary, "in_progress")
        process.send_signal(2)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()
        os.close(primary)


def _read_until(descriptor: int, wanted: str) -> None:
    end, seen = time.monotonic() + 30, ""
    while wanted not in seen:
        assert time.monotonic() < end, seen
        if select.select([descriptor], [], [], 0.2)[0]:
            seen += os.read(descriptor, 65536).decode(errors="replace")
