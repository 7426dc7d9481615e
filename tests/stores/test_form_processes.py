"""Processes that move tasks of one file at once lose nothing, whatever form the file has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentgates.transaction_log import read
from tests.stores.forms import opened, written

PROCESSES, MOVES = 3, 5
SCRIPT = """
import sys
from pathlib import Path
from tests.stores.forms import opened
from tests.stores.mover import ATTEMPT, CLAIM, change
store = opened(sys.argv[2], Path(sys.argv[1]))
store.apply(change(sys.argv[3], *CLAIM))
for _ in range(int(sys.argv[4])):
    store.apply(change(sys.argv[3], ATTEMPT))
"""
TASKS = range(PROCESSES)
FORMS = {
    "manifest.yaml": "outstanding:\n  tasks:\n" + "".join(f"  - id: T{n}\n    status: pending\n" for n in TASKS),
    "tasks.md": "".join(f"## T{n}: Task\n\n**Status**: pending\n\n" for n in TASKS),
    "specs/a/tasks.md": "".join(f"- [ ] T{n} Task\n" for n in TASKS),
}


@pytest.mark.parametrize("location", FORMS)
def test_nothing_is_lost(location: str, tmp_path: Path) -> None:
    written(tmp_path, location, FORMS[location])
    root = Path(__file__).parents[2]
    commands = [[sys.executable, "-c", SCRIPT, str(tmp_path), location, f"T{n}", str(MOVES)] for n in TASKS]
    movers = [subprocess.Popen(command, cwd=root) for command in commands]
    assert [mover.wait(60) for mover in movers] == [0] * PROCESSES
    assert [task.attempts for task in opened(location, tmp_path).load()] == [MOVES] * PROCESSES
    entries = read((tmp_path / location).with_name("transaction-log.jsonl"))
    assert len(entries) == PROCESSES * (MOVES + 2)
