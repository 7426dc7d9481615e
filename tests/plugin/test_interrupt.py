"""Ctrl-C leaves no child, no lock and no half-written file, and the task as it was."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.gated_project import GatedProject, interrupt, members_of_group

SLOW = "import time\nfrom pathlib import Path\n\n\ndef test_it():\n    Path('started').touch()\n    time.sleep(600)\n"


@pytest.mark.parametrize("whole_group", [True, False], ids=["terminal", "kill"])
@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_an_interrupted_run_leaves_nothing(project: GatedProject, whole_group: bool, workers: tuple[str, ...]) -> None:
    project.write("tests/test_pass.py", SLOW)
    store = project.root / "docs/state/tasks.json"
    before = store.read_bytes()
    process = project.start("--agent-task", "T1", *workers)
    project.wait_for("started")
    interrupt(process, whole_group)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 2, output
    assert "interrupted" in output.splitlines()[-1]
    assert store.read_bytes() == before
    assert not (project.root / ".claude").exists()
    assert os.listdir(store.parent) == ["tasks.json"]
    assert settled(process.pid) == []


def test_a_terminated_run_leaves_nothing(project: GatedProject) -> None:
    project.write("tests/test_pass.py", SLOW)
    process = project.start("--agent-task", "T1")
    project.wait_for("started")
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 2, output
    assert project.status() == "pending"
    assert settled(process.pid) == []


def test_the_checker_ends_when_the_referee_is_killed(project: GatedProject) -> None:
    project.configure('[tool.agentgates.gates.slow]\ntype = "command"\nrun = ["sleep", "600"]\n')
    project.write("tests/test_pass.py", SLOW)
    process = project.start("--agent-task", "T1")
    project.wait_for("started")
    time.sleep(1)
    process.kill()
    process.wait(timeout=10)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=10)
    end = time.monotonic() + 20
    while running := sleepers(project):
        assert time.monotonic() < end, running
        time.sleep(0.1)


def settled(group: int) -> list[int]:
    """The processes of the group that are still there after a moment."""
    end = time.monotonic() + 5
    while (living := members_of_group(group)) and time.monotonic() < end:
        time.sleep(0.05)
    return living


def sleepers(project: GatedProject) -> list[str]:
    """The processes that still work for the project's checker."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():  # pytester works in the project's folder
            try:
                cwd = os.readlink(f"/proc/{name}/cwd")
            except OSError:
                continue
            if cwd == str(project.root):
                found.append(f"{name}: {Path('/proc', name, 'cmdline').read_text()}")
    return found
