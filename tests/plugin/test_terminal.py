"""On a terminal the child's output and input reach it as if nothing stood between."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time

from tests.gated_project import GatedProject

ESCAPE = "\x1b["


class Screen:
    """A command on a terminal of its own."""

    def __init__(self, project: GatedProject, *arguments: str) -> None:
        self.master, slave = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"}
        for name in ("NO_COLOR", "PY_COLORS"):
            environment.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
            cwd=project.root,
            env=environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: os.close(os.open(os.ttyname(slave), os.O_RDWR)),  # noqa: PLW1509 - makes it the controlling one
        )
        os.close(slave)
        self.text = ""

    def read_until(self, wanted: str, after: str = "", seconds: float = 60) -> str:
        """Wait until something stands on the screen, behind `after` where that is given."""
        end = time.monotonic() + seconds
        while wanted not in self.text.partition(after)[2] if after else wanted not in self.text:
            assert time.monotonic() < end, self.text
            if not self._read():
                break
        assert wanted in self.text, self.text
        return self.text

    def send(self, text: str) -> None:
        os.write(self.master, text.encode())

    def finish(self, seconds: float = 60) -> int:
        end = time.monotonic() + seconds
        while self._read():
            assert time.monotonic() < end, self.text
        code = self.process.wait(timeout=60)
        os.close(self.master)
        return code

    def _read(self) -> bool:
        if not select.select([self.master], [], [], 1)[0]:
            return True
        try:
            chunk = os.read(self.master, 65536)
        except OSError:  # how Linux says that the other side is closed
            return False
        self.text += chunk.decode("utf-8", "replace")
        return bool(chunk)


def test_colours_reach_the_terminal(project: GatedProject) -> None:
    screen = Screen(project, "--agent-task", "T1")
    assert screen.finish() == 0
    session = next(line for line in screen.text.splitlines() if "2 passed" in line)
    assert ESCAPE in session, screen.text
    verdict = next(line for line in screen.text.splitlines() if "T1: passed" in line)
    assert ESCAPE in verdict


def test_no_colour_reaches_a_file(project: GatedProject) -> None:
    result = project.gated()
    assert result.ret == 0
    assert ESCAPE not in result.stdout.str()


def test_the_debugger_can_be_talked_to(project: GatedProject) -> None:
    screen = Screen(project, "--agent-task", "T2", "--pdb")
    screen.read_until("(Pdb)")
    screen.send("p 6 * 7\n")
    screen.read_until("(Pdb)", after="42")
    time.sleep(0.5)  # the prompt stands there before the debugger listens, and what comes between is thrown away
    screen.send("\x03")
    screen.read_until("(Pdb)", after="KeyboardInterrupt")
    time.sleep(0.5)
    screen.send("c\n")
    assert screen.finish() in {1, 2}
    assert project.status("T2") in {"in_progress", "pending"}


def test_ctrl_c_on_the_terminal_leaves_the_task_as_it_was(project: GatedProject) -> None:
    project.write("tests/test_pass.py", "import time\n\n\ndef test_it():\n    print('x')\n    time.sleep(600)\n")
    screen = Screen(project, "--agent-task", "T1", "-s")
    screen.read_until("test_pass.py x")
    screen.send("\x03")
    assert screen.finish() == 2
    assert screen.text.rstrip().splitlines()[-1] == "agentgates: the run was interrupted; nothing was written"
    assert project.status() == "pending"
