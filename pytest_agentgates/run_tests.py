"""Starts pytest for the tasks' tests in a child process and brings back what it claims."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from pytest_agentgates.clean_environment import environment_for
from pytest_agentgates.core.outcomes import TestClaim
from pytest_agentgates.errors import INTERRUPTED_RUN, RunInterruptedError, UsageError
from pytest_agentgates.read_claim import never_began, read_claim, read_witness
from pytest_agentgates.read_statements import read_statements
from pytest_agentgates.run_tool import ends_within, start_attached
from pytest_agentgates.source.test_settings import ini_file_for

SESSION = "pytest_agentgates.gated_session"
STATEMENTS = "statements"  # the start of the names of the files of executed statements
WITNESS = "witness"  # the start of the names of the files in which each process says what it saw
_USAGE_ERROR = 4  # pytest's own exit code for it
_CORRECT = "correct the command line, or addopts in pytest's configuration"
_PATIENCE = 1.0  # seconds in which a child that shares our terminal ends by itself after Ctrl-C
_LAST_WORDS = 10.0  # seconds for fixtures to tear down after the signal was passed on


@dataclass(frozen=True)
class CleanStart:
    """What a clean run needs to know: the `project` that the tree stands for, and what of it is trusted."""

    project: Path
    own_plugins: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    base_files: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TestsToRun:
    """What to run: `tasks` maps task ids to pytest arguments relative to `root`.

    `measure` is what the session must know of coverage measuring, `environment` what it adds.
    `clean` is set where `root` is a clean tree; `silent` keeps the output off the terminal.
    `backwards` runs them in the opposite order.
    `watch` is what the session must know to write down the statements that the tests execute.
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
    clean: CleanStart | None = None
    silent: bool = False
    watch: Mapping[str, object] | None = None
    backwards: bool = False


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
            silent=tests.silent,
        )

    def finish(self) -> TestClaim:
        """Wait for the end and read the claim.

        Raises RunInterruptedError when the user stops the run, and UsageError when pytest refuses its arguments.
        """
        timed_out = not self._wait()
        if self.process.returncode == _USAGE_ERROR and never_began(self.claim):
            raise UsageError("pytest refuses its arguments, as it says above", fix=_CORRECT)
        duration = round((time.monotonic() - self.started) * 1000)
        home = self._home()
        claim = read_claim(self.claim, home, self.process.returncode, duration)
        if self.tests.watch is not None:
            claim = replace(claim, statements=read_statements(self.claim.parent.glob(f"{STATEMENTS}-*")))
        witness = read_witness(sorted(self.claim.parent.glob(f"{WITNESS}-*")), home)
        base_files = self.tests.clean.base_files if self.tests.clean else None
        claim = replace(claim, witness=replace(witness, base_files=base_files))
        if claim.stopped.startswith("KeyboardInterrupt") and not timed_out:
            raise RunInterruptedError(INTERRUPTED_RUN)
        return replace(claim, timed_out=timed_out)

    def _home(self) -> Path:
        """The folder that the claim's paths lie in; those of a clean tree become those of the project."""
        clean = self.tests.clean
        if clean is None:
            return self.tests.root
        for path in (self.claim, *self.claim.parent.glob(f"{WITNESS}-*")):
            if path.exists():
                there, here = (json.dumps(str(folder))[1:-1].encode() for folder in (self.tests.root, clean.project))
                path.write_bytes(path.read_bytes().replace(there, here))
        return clean.project

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
        "witness": str(claim.with_name(WITNESS)),
        "tasks": {task: list(arguments) for task, arguments in tests.tasks.items()},
        "arguments": _arguments(tests),
        "backwards": tests.backwards,
        "coverage": dict(tests.measure),
        "watch": {**tests.watch, "file": str(claim.with_name(STATEMENTS))} if tests.watch is not None else None,
        "clean": _clean_plan(tests, tests.clean, claim.parent) if tests.clean else None,
    }


def _clean_plan(tests: TestsToRun, clean: CleanStart, folder: Path) -> dict[str, object]:
    """What the start in the tree must know; plugins that the user blocked are not loaded in the first place."""
    words = tests.pytest_args
    blocked = [word[2:] for word in words if word.startswith("-pno:")]
    blocked += [word for before, word in pairwise(words) if before == "-p" and word.startswith("no:")]
    return {
        "project": os.path.realpath(clean.project),
        "tree": str(tests.root),
        "own_plugins": list(clean.own_plugins),
        "blocked": [word.removeprefix("no:") for word in blocked],
        "package": [str(package_path(folder))] if _is_foreign(tests) else [],
        "cwd": str(tests.cwd) if tests.cwd_on_path else "",
    }


def _command(tests: TestsToRun, plan: Path) -> list[str]:
    session = ["-p", SESSION, f"--agent-session={plan}", f"--rootdir={tests.root}"]
    if tests.clean is None:
        safe_path = [] if tests.cwd_on_path else ["-P"]
        return [tests.python, *safe_path, "-m", "pytest", *tests.pytest_args, *session, *_arguments(tests)]
    start = [tests.python, "-P", str(Path(__file__).with_name("clean_start.py")), str(plan)]
    return [*start, *tests.pytest_args, *session, *_clean_configuration(tests, plan.parent), *_arguments(tests)]


def _clean_configuration(tests: TestsToRun, folder: Path) -> list[str]:
    """The tree's own configuration by its name, so that pytest looks for none anywhere else."""
    found = ini_file_for(tests.root, [argument for arguments in tests.tasks.values() for argument in arguments])
    if not found:
        (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return ["-c", str(tests.root / found if found else folder / "pytest.ini"), f"--confcutdir={tests.root}"]


def _arguments(tests: TestsToRun) -> list[str]:
    """The union of all tasks' arguments, as pytest must find them from the folder it runs in."""
    relative = tests.cwd == tests.root
    every = dict.fromkeys(argument for arguments in tests.tasks.values() for argument in arguments)
    return [argument if relative else str(tests.root / argument) for argument in every]


def _environment(tests: TestsToRun, folder: Path) -> dict[str, str]:
    """The user's environment, of which a clean run gets only what is known to be harmless."""
    if tests.clean is not None:
        return _clean_environment(tests, tests.clean, folder)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_PROCESS")}
    environment.update(tests.environment)
    if _is_foreign(tests):
        known = environment.get("PYTHONPATH", "")
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(package_path(folder)), known)))
    return environment


def _clean_environment(tests: TestsToRun, clean: CleanStart, folder: Path) -> dict[str, str]:
    """Bytecode is not trusted either where the interpreter's own environment lies in the project."""
    environment = environment_for(os.environ, clean.variables, clean.project, tests.root)
    environment.update(tests.environment)
    if Path(tests.python).is_relative_to(clean.project):
        environment["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    return environment


def _is_foreign(tests: TestsToRun) -> bool:
    return tests.python != sys.executable


def package_path(folder: Path) -> Path:
    """A folder in which a foreign interpreter finds this package, and nothing else."""
    path = folder / "path"
    if not path.exists():
        path.mkdir()
        (path / "pytest_agentgates").symlink_to(Path(__file__).parent)
    return path


def _is_debugging(pytest_args: tuple[str, ...]) -> bool:
    return sys.stdin.isatty() and any(word == "--trace" or word.startswith("--pdb") for word in pytest_args)
