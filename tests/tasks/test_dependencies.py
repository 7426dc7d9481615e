"""Tasks whose dependencies can never be met are refused before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tasks.task_project import TaskProject

BACK = "infrastructure_backend"
CYCLE = "docs/state/tasks.json:4: TSK002 the dependencies form a cycle: A (docs/state/tasks.json:4) -> B ("
UNKNOWN = "TSK002 C depends on NONE-1, which is not in the store"


@pytest.fixture
def tangled(project: TaskProject) -> TaskProject:
    more = {"layer": BACK, "module": "one", "title": "Add a database migration", "test_files": ["tests/test_one.py"]}
    project.write("tests/test_one.py", "def test_one():\n    assert True\n")
    return project.tasks(
        {"id": "A", "dependencies": ["B"], **more},
        {"id": "B", "dependencies": ["A"], **more},
        {"id": "C", "dependencies": ["NONE-1"], **more, "layer": "domain", "module": "two"},
    )


def contents(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file() and ".lock" not in path.name}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("tasks", "select", "--layer", BACK, "--agent", "ann"), CYCLE),
        (("tasks", "claim", "A", "--agent", "ann"), CYCLE),
        (("run", "A"), CYCLE),
        (("tasks", "select", "--layer", "domain", "--agent", "ann"), UNKNOWN),
        (("tasks", "claim", "C", "--agent", "ann"), UNKNOWN),
        (("run", "C"), UNKNOWN),
    ],
)
def test_selecting_claiming_and_judging_are_refused(tangled: TaskProject, words: tuple[str, ...], told: str) -> None:
    before = contents(tangled.root)
    ran = tangled.run(*words)
    assert (ran.returncode, told in ran.stderr) == (4, True), ran.stderr
    assert contents(tangled.root) == before


def test_preflight_list_and_next_name_them(tangled: TaskProject) -> None:
    shown = tangled.run("preflight")
    assert (shown.returncode, CYCLE in shown.stdout, UNKNOWN in shown.stdout) == (1, True, True)
    listed = tangled.run("tasks", "list")
    assert (listed.returncode, CYCLE in listed.stderr, UNKNOWN in listed.stderr) == (0, True, True)
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["A", "B", "C"]
    waiting = {one["task_id"]: one["reason"] for one in tangled.json("tasks", "next")["waiting"]}
    assert waiting["A"] == "waits for B (their dependencies form a cycle)"
    assert waiting["C"] == "waits for NONE-1, which is not in the store"
