"""A writer that is killed, or that a system call fails, leaves a valid state, a free lock and nothing for long."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.stores.every_store import EVERY_STORE

LONG = "AGENTGATES_STRESS" in os.environ
KILLS = 150 if LONG else 8
EVERY = 1 if LONG else 23
ROOT = Path(__file__).parents[2]


def report_of(script: str, *words: str) -> Any:
    command = [sys.executable, "-m", f"tests.stores.{script}", *words]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    sys.stdout.write(f"{script} {words[0]} {report}\n")  # the long form is read with `pytest -rP`
    return report


@pytest.mark.parametrize("name", EVERY_STORE)
def test_killed_writers_stop_nobody(name: str, tmp_path: Path) -> None:
    report = report_of("kill_writers", name, str(tmp_path), str(KILLS))
    assert report["problems"] == []
    assert report["killed"] == KILLS
    assert any(report["found"].values()) or not LONG, "no writer was hit in the middle of a write"


@pytest.mark.parametrize("name", EVERY_STORE)
def test_a_failing_system_call_is_told_and_changes_nothing_by_half(name: str, tmp_path: Path) -> None:
    report = report_of("fault_writers", name, str(tmp_path), str(EVERY))
    assert report["problems"] == []
    assert report["outcomes"]["refused"]
    assert report["outcomes"]["written"] >= 4, "each round ends with a write that comes through"
    assert set(report["outcomes"]) == {"refused", "written"}
