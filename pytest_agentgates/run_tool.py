"""Starts processes; the only file that does."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from pytest_agentgates.core.workspace_port import ToolRun

Child = subprocess.Popen[bytes]

_MEGABYTE = 1024 * 1024
_LAST_OUTPUT = 2.0  # seconds to read what is left in the pipes of a process that has ended
_SCRUBBED = ("PYTEST_", "COVERAGE_", "PYTHON", "GIT_", "RUFF_")
_COLOUR = frozenset({"FORCE_COLOR", "CLICOLOR_FORCE", "MYPY_FORCE_COLOR"})


@dataclass(frozen=True)
class LocalTools:
    """Runs tools on this machine; `most_output` bounds each output stream, in bytes.

    `inherited` is the environment that tools get; None for ours without what would steer them.
    """

    most_output: int = 64 * _MEGABYTE
    inherited: Mapping[str, str] | None = None

    def run(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        seconds: float,
        env: Mapping[str, str] | None = None,
        given: bytes = b"",
    ) -> ToolRun:
        """Run to the end; whatever prevents that is named in the result, never raised."""
        start = time.monotonic()
        try:
            process = _start_tool(command, cwd, self._environment(env), with_input=bool(given))
        except (OSError, ValueError, IndexError) as error:
            return ToolRun(tuple(command), None, "", "", 0, _why_not_started(command, cwd, error))
        if process is None:
            return ToolRun(tuple(command), None, "", "", 0, "the run was stopped")
        if given:
            _start_thread(_give, process, given)
        try:
            output, problem = self._wait(process, seconds)
        finally:
            _kill_group(process)
            process.wait()
            _RUNNING.discard(process)
        exit_code = None if problem else process.returncode
        duration = round((time.monotonic() - start) * 1000)
        return ToolRun(tuple(command), exit_code, output[0].text, output[1].text, duration, problem, output[0].raw)

    def _environment(self, extra: Mapping[str, str] | None) -> dict[str, str]:
        return tool_environment(extra) if self.inherited is None else {**self.inherited, **(extra or {})}

    def _wait(self, process: subprocess.Popen[bytes], seconds: float) -> tuple[list[_Output], str]:
        """Read both streams until the process ends, its time is up or it writes too much."""
        output = [_Output(self.most_output), _Output(self.most_output)]
        streams = (process.stdout, process.stderr)
        readers = [_start_thread(_read, stream, sink, process) for stream, sink in zip(streams, output, strict=True)]
        # A thread that waits wakes at once; waiting with a time limit polls, which costs up to 50 ms a run.
        waiter = _start_thread(process.wait)
        waiter.join(max(seconds, 0))
        in_time = not waiter.is_alive()
        _kill_group(process)
        for reader in readers:
            reader.join(_LAST_OUTPUT)
        if any(sink.overflowed for sink in output):
            return output, f"wrote more than {self.most_output // _MEGABYTE} MB and was stopped"
        return output, "" if in_time else f"took longer than {seconds:g} seconds and was stopped"


def terminate_all() -> None:
    """Kill every tool that runs, with everything it started, and start none from now on."""
    with _STARTING:
        _RUNNING.stopped = True
        running = list(_RUNNING.processes)
    for process in running:
        _kill_group(process)


def start_attached(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    output_to_stderr: bool = False,
    silent: bool = False,
) -> Child:
    """Start a child that shares our terminal and process group, so that Ctrl-C and debuggers reach it."""
    stdout = subprocess.DEVNULL if silent else sys.__stderr__ if output_to_stderr else None
    stderr = subprocess.DEVNULL if silent else None
    environment = None if env is None else dict(env)
    return subprocess.Popen(list(command), cwd=cwd, env=environment, stdout=stdout, stderr=stderr)  # noqa: S603 - starting what it is given is its purpose


def run_attached(command: Sequence[str]) -> int:
    """Run a child that shares our terminal to its end; Ctrl-C is for the child to answer."""
    process = start_attached(command)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def ends_within(process: Child, seconds: float | None) -> bool:
    """Wait for a child's end, without a limit where `seconds` is None; KeyboardInterrupt comes through."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def start_beside(command: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None) -> Child:
    """Start a child in a session of its own; its output comes through a pipe, and its input is its lifeline.

    The child is expected to end as soon as its standard input does.
    """
    return subprocess.Popen(  # noqa: S603 - starting what it is given is its purpose
        list(command),
        cwd=cwd,
        env=tool_environment(env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def tool_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our environment without what would steer a tool from outside, plus `extra`."""
    kept = {name: value for name, value in os.environ.items() if not _steers(name)}
    return {**kept, "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8", **(extra or {})}


@dataclass
class _Output:
    """What a stream has given so far."""

    most: int
    chunks: list[bytes] = field(default_factory=list)
    size: int = 0
    overflowed: bool = False

    @property
    def raw(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def text(self) -> str:
        return self.raw.decode("utf-8", "replace")


@dataclass
class _Running:
    """The tools that run now in this process."""

    processes: set[subprocess.Popen[bytes]] = field(default_factory=set)
    stopped: bool = False

    def discard(self, process: subprocess.Popen[bytes]) -> None:
        with _STARTING:
            self.processes.discard(process)


_RUNNING = _Running()
_STARTING = threading.Lock()


def _start_tool(
    command: Sequence[str], cwd: Path, env: Mapping[str, str], with_input: bool
) -> subprocess.Popen[bytes] | None:
    """Start and register in one step, so that no tool slips past `terminate_all`."""
    with _STARTING:
        if _RUNNING.stopped:
            return None
        process = subprocess.Popen(  # noqa: S603 - starting what it is given is its purpose
            list(command),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.PIPE if with_input else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        _RUNNING.processes.add(process)
    return process


def _why_not_started(command: Sequence[str], cwd: Path, error: Exception) -> str:
    if not command:
        return "the command is empty"
    if not cwd.is_dir():
        return f"the folder {cwd} does not exist"
    if isinstance(error, FileNotFoundError):
        return f"{command[0]} was not found"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{command[0]} could not be started: {reason}"


def _start_thread(target: Callable[..., object], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread


def _give(process: subprocess.Popen[bytes], given: bytes) -> None:
    """Write a tool's input; one that ends without reading it all says why by its exit code."""
    if process.stdin is not None:
        with contextlib.suppress(OSError), process.stdin as stream:
            stream.write(given)


def _read(stream: IO[bytes], sink: _Output, process: subprocess.Popen[bytes]) -> None:
    """Keep what a stream gives, and stop the process that gives too much."""
    with stream:
        while chunk := os.read(stream.fileno(), 65536):
            sink.size += len(chunk)
            if sink.size > sink.most:
                sink.overflowed = True
                _kill_group(process)
                return
            sink.chunks.append(chunk)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and everything it started; what has ended already is left in peace."""
    if os.name != "posix":
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS answers so for a group of ended processes
        return


def _steers(name: str) -> bool:
    return name.startswith(_SCRUBBED) or name in _COLOUR
