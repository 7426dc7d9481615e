"""Starts pytest for the tasks' tests in a child process and brings back what it claims."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_agentgates.core.outcomes import TestClaim
from pytest_agentgates.errors import INTERRUPTED_RUN, RunInterruptedError, UsageError
from pytest_agentgates.read_claim import never_began, read_claim
from pytest_agentgates.run_tool import ends_within, start_attached

SESSION = "pytest_agentgates.gated_session"
_USAGE_ERROR = 4  # pytest's own exit code for it
_CORRECT = "correct the command line, or addopts in pytest's configuration"
_PATIENCE = 1.0  # seconds in which a child that shares our terminal ends by itself after Ctrl-C
_LAST_WORDS = 10.0  # seconds for fixtures to tear down after the signal was passed on


@dataclass(frozen=True)
class TestsToRun:
    """What to run: `tasks` maps task ids to pytest arguments relative to `root`.

    `measure` is what the session must know of coverage measuring, `environment` what it adds.
    """

    __test__ = False  # pytest would take the name for a test class

    root: Path
    cwd: Path
    python: str
    tasks: Mapping[str, tuple[str, ...]]
    pytest_args: tuple[str, ...] = ()
    cwd_on_path: bool = False
    seconds: int = 0
    output_to_stderr: bool = False
    measure: Mapping[str, object] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


class RunningTests:
    """A child pytest that has been started; `folder` is private to the run."""

    def __init__(self, tests: TestsToRun, folder: Path) -> None:
        self.tests = tests
        self.claim = folder / "claim.jsonl"
        self.started = time.monotonic()
        plan = folder / "plan.json"
        plan.write_text(json.dumps(_plan(tests, self.claim)), encoding="utf-8")
        self.process = start_attached(
            _command(tests, plan),
            cwd=tests.cwd,
            env=_environment(tests, folder),
            output_to_stderr=tests.output_to_stderr,
        )

    def finish(self) -> TestClaim:
        """Wait for the end and read the claim.

        Raises RunInterruptedError when the user stops the run, and UsageError when pytest refuses its arguments.
        """
        timed_out = not self._wait()
        if self.process.returncode == _USAGE_ERROR and never_began(self.claim):
            raise UsageError("pytest refuses its arguments, as it says above", fix=_CORRECT)
        duration = round((time.monotonic() - self.started) * 1000)
        claim = read_claim(self.claim, self.tests.root, self.process.returncode, duration)
        if claim.stopped.startswith("KeyboardInterrupt") and not timed_out:
            raise RunInterruptedError(INTERRUPTED_RUN)
        return replace(claim, timed_out=timed_out)

    def stop(self) -> None:
        """Leave no child behind, whatever happened."""
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            if self.process.poll() is not None:
                return
            self.process.send_signal(signal_number)
            ends_within(self.process, _LAST_WORDS)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _wait(self) -> bool:
        """False when the time limit ended it."""
        limit = self.tests.seconds or None
        try:
            in_time = ends_within(self.process, limit)
        except KeyboardInterrupt:
            self._see_out()
            raise RunInterruptedError(INTERRUPTED_RUN) from None
        if not in_time:
            self.stop()
        return in_time

    def _see_out(self) -> None:
        """Ctrl-C reached the child as well: let it end by itself, and pdb talk on, before it is told again."""
        patience = None if _is_debugging(self.tests.pytest_args) else _PATIENCE
        try:
            if not ends_within(self.process, patience):
                self.stop()
        except KeyboardInterrupt:
            self.process.kill()
            self.process.wait()


def _plan(tests: TestsToRun, claim: Path) -> dict[str, object]:
    return {
        "claim": str(claim),
        "tasks": {task: list(arguments) for task, arguments in tests.tasks.items()},
        "arguments": _arguments(tests),
        "coverage": dict(tests.measure),
    }


def _command(tests: TestsToRun, plan: Path) -> list[str]:
    safe_path = [] if tests.cwd_on_path else ["-P"]
    return [
        tests.python,
        *safe_path,
        "-m",
        "pytest",
        *tests.pytest_args,
        "-p",
        SESSION,
        f"--agent-session={plan}",
        f"--rootdir={tests.root}",
        *_arguments(tests),
    ]


def _arguments(tests: TestsToRun) -> list[str]:
    """The union of all tasks' arguments, as pytest must find them from the folder it runs in."""
    relative = tests.cwd == tests.root
    every = dict.fromkeys(argument for arguments in tests.tasks.values() for argument in arguments)
    return [argument if relative else str(tests.root / argument) for argument in every]


def _environment(tests: TestsToRun, folder: Path) -> dict[str, str]:
    """The user's environment; a foreign interpreter finds our session through a link to this package."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_PROCESS")}
    environment.update(tests.environment)
    if tests.python != sys.executable:
        (folder / "path").mkdir()
        (folder / "path" / "pytest_agentgates").symlink_to(Path(__file__).parent)
        known = environment.get("PYTHONPATH", "")
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(folder / "path"), known)))
    return environment


def _is_debugging(pytest_args: tuple[str, ...]) -> bool:
    return sys.stdin.isatty() and any(word == "--trace" or word.startswith("--pdb") for word in pytest_args)
