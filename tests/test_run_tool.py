"""Real processes: nothing here is faked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from pytest_agentgates.run_tool import LocalTools, run_attached, start_attached, start_beside, tool_environment

SPAWNS = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open("pid", "w").write(str(child.pid))
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(code)]


def is_alive(pid: int) -> bool:
    """A killed orphan may stay as a zombie where nobody reaps it; that one does not run any more."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or ") Z " not in stat.read_text()


def dies(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not is_alive(pid):
            return True
        time.sleep(0.01)
    return False


def wait_for(path: Path) -> str:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if path.exists() and path.read_text():
            return path.read_text()
        time.sleep(0.01)
    raise AssertionError(f"{path} never appeared")


def test_streams_and_exit_code_are_kept_apart(tmp_path: Path) -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    run = LocalTools().run(python(code), cwd=tmp_path, seconds=20)
    assert (run.exit_code, run.stdout, run.stderr, run.problem) == (3, "out\n", "err\n", "")
    assert run.command == tuple(python(code))


def test_runs_in_the_folder_without_input(tmp_path: Path) -> None:
    run = LocalTools().run(
        python("import os, sys; print(os.getcwd(), repr(sys.stdin.read()))"), cwd=tmp_path, seconds=20
    )
    assert run.stdout.split() == [str(tmp_path.resolve()), "''"]


def test_bytes_that_are_not_utf8_are_replaced(tmp_path: Path) -> None:
    run = LocalTools().run(python(r"import sys; sys.stdout.buffer.write(b'a\xffb')"), cwd=tmp_path, seconds=20)
    assert run.stdout == "a�b"


def test_a_missing_tool_is_a_problem(tmp_path: Path) -> None:
    run = LocalTools().run(["no-such-tool-anywhere"], cwd=tmp_path, seconds=5)
    assert (run.exit_code, run.problem) == (None, "no-such-tool-anywhere was not found")


def test_an_empty_command_is_a_problem(tmp_path: Path) -> None:
    assert LocalTools().run([], cwd=tmp_path, seconds=5).problem == "the command is empty"


def test_a_file_that_cannot_be_executed_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("not a program")
    run = LocalTools().run([str(tmp_path / "tool")], cwd=tmp_path, seconds=5)
    assert run.exit_code is None
    assert run.problem.endswith("could not be started: Permission denied")


def test_a_null_byte_in_the_command_is_a_problem(tmp_path: Path) -> None:
    assert "could not be started" in LocalTools().run(["a\0b"], cwd=tmp_path, seconds=5).problem


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    run = LocalTools().run(python("pass"), cwd=tmp_path / "gone", seconds=5)
    assert run.problem == f"the folder {tmp_path / 'gone'} does not exist"


def test_a_signal_is_a_negative_exit_code(tmp_path: Path) -> None:
    run = LocalTools().run(python("import os; os.kill(os.getpid(), 9)"), cwd=tmp_path, seconds=20)
    assert (run.exit_code, run.problem) == (-signal.SIGKILL, "")


def test_the_time_limit_kills_what_the_tool_started(tmp_path: Path) -> None:
    start = time.monotonic()
    run = LocalTools().run(python(SPAWNS + "print('begun', flush=True); time.sleep(60)"), cwd=tmp_path, seconds=1)
    assert time.monotonic() - start < 20
    assert (run.exit_code, run.problem) == (None, "took longer than 1 seconds and was stopped")
    assert run.stdout == "begun\n"
    assert dies(int((tmp_path / "pid").read_text()))


def test_what_outlives_its_tool_is_killed_and_not_waited_for(tmp_path: Path) -> None:
    start = time.monotonic()
    run = LocalTools().run(python(SPAWNS), cwd=tmp_path, seconds=50)
    assert (run.exit_code, run.problem) == (0, "")
    assert time.monotonic() - start < 20
    assert dies(int((tmp_path / "pid").read_text()))


def test_a_child_that_left_the_session_does_not_hold_the_run_up(tmp_path: Path) -> None:
    code = """
    import subprocess, sys
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(20)"], start_new_session=True)
    open("pid", "w").write(str(child.pid))
    print("done")
    """
    start = time.monotonic()
    run = LocalTools().run(python(code), cwd=tmp_path, seconds=50)
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    assert (run.exit_code, run.stdout) == (0, "done\n")
    assert time.monotonic() - start < 15


def test_endless_output_is_stopped(tmp_path: Path) -> None:
    tools = LocalTools(most_output=1024 * 1024)
    run = tools.run(python("while True: print('x' * 1000)"), cwd=tmp_path, seconds=60)
    assert (run.exit_code, run.problem) == (None, "wrote more than 1 MB and was stopped")
    assert len(run.stdout) <= 1024 * 1024


def test_much_output_on_both_streams_does_not_block(tmp_path: Path) -> None:
    code = "import sys; sys.stderr.write('e' * 300000); sys.stdout.write('o' * 300000)"
    run = LocalTools().run(python(code), cwd=tmp_path, seconds=30)
    assert (len(run.stdout), len(run.stderr), run.exit_code) == (300000, 300000, 0)


def test_the_environment_holds_nothing_that_steers_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "PYTEST_ADDOPTS",
        "COVERAGE_PROCESS_START",
        "PYTHONPATH",
        "GIT_DIR",
        "RUFF_OUTPUT_FILE",
        "FORCE_COLOR",
    ):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("VIRTUAL_ENV", "kept")
    environment = tool_environment({"PYTHONPATH": "given"})
    steering = [name for name in environment if name.startswith(("PYTEST_", "COVERAGE_", "GIT_", "RUFF_", "PYTHON"))]
    assert sorted(steering) == ["PYTHONIOENCODING", "PYTHONPATH", "PYTHONUTF8"]
    assert (environment["VIRTUAL_ENV"], environment["PYTHONPATH"]) == ("kept", "given")
    assert "FORCE_COLOR" not in environment


def test_the_tool_gets_that_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "elsewhere")
    code = "import os; print(os.environ.get('GIT_DIR'), os.environ['ADDED'])"
    assert LocalTools().run(python(code), cwd=tmp_path, seconds=20, env={"ADDED": "yes"}).stdout == "None yes\n"


def test_terminate_all_kills_every_tool_and_starts_no_other(tmp_path: Path) -> None:
    code = f"""
    import sys, threading, time
    from pathlib import Path
    from pytest_agentgates.run_tool import LocalTools, terminate_all
    here = Path({str(tmp_path)!r})
    tool = [sys.executable, "-c", {SPAWNS + "time.sleep(60)"!r}]
    runs = []
    thread = threading.Thread(target=lambda: runs.append(LocalTools().run(tool, cwd=here, seconds=60)))
    thread.start()
    while not (here / "pid").exists() or not (here / "pid").read_text():
        time.sleep(0.01)
    terminate_all()
    thread.join()
    print(runs[0].exit_code, LocalTools().run([sys.executable, "-c", ""], cwd=here, seconds=5).problem)
    """
    done = subprocess.run(python(code), capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "-9 the run was stopped\n"
    assert dies(int((tmp_path / "pid").read_text()))


def test_an_interrupt_kills_the_tool_and_what_it_started(tmp_path: Path) -> None:
    code = f"""
    import sys
    from pathlib import Path
    from pytest_agentgates.run_tool import LocalTools
    tool = [sys.executable, "-c", {SPAWNS + "time.sleep(60)"!r}]
    LocalTools().run(tool, cwd=Path({str(tmp_path)!r}), seconds=60)
    """
    with subprocess.Popen(python(code), stderr=subprocess.PIPE) as caller:
        pid = int(wait_for(tmp_path / "pid"))
        caller.send_signal(signal.SIGINT)
        caller.communicate(timeout=20)
    assert caller.returncode != 0
    assert dies(pid)


def test_an_attached_child_shares_group_and_output(tmp_path: Path) -> None:
    code = f"""
    import sys
    from pathlib import Path
    from pytest_agentgates.run_tool import start_attached
    child = [sys.executable, "-c", "import os; print(os.getpgrp())"]
    start_attached(child, cwd=Path({str(tmp_path)!r})).wait()
    start_attached(child, output_to_stderr=True).wait()
    """
    with subprocess.Popen(python(code), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as caller:
        stdout, stderr = caller.communicate(timeout=30)
    group = f"{os.getpgrp()}\n"
    assert (stdout, stderr) == (group, group)


def test_an_attached_child_gets_exactly_the_environment_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUTF8", "1")
    child = start_attached(
        python("import os, sys; sys.exit(len([n for n in os.environ if n in ('A', 'PATH')]))"), env={"A": "1"}
    )
    assert child.wait(20) == 1


def test_run_attached_returns_the_exit_code() -> None:
    assert run_attached(python("raise SystemExit(7)")) == 7


def test_a_child_beside_has_its_own_session_and_a_lifeline(tmp_path: Path) -> None:
    code = "import os, sys; print(os.getsid(0) == os.getpid(), flush=True); print(repr(sys.stdin.read()))"
    child = start_beside(python(code), cwd=tmp_path)
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == b"True\n"
    child.stdin.close()
    assert child.stdout.read() == b"''\n"
    child.stdout.close()
    assert child.wait(20) == 0
