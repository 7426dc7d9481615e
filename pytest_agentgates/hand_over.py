"""Hands a run of pytest over to the referee, a fresh interpreter in isolated mode."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

_WITH_VALUE = ("--agent-task", "--agent-name", "--agent-base")
_FLAGS = ("--agent-no-update", "--agent-in-place")


def hand_over(args: Sequence[str | os.PathLike[str]], tasks: Sequence[str]) -> NoReturn:
    """Run the referee in the place of this process; `args` are those that pytest was given."""
    pytest_args, own = _split([os.fspath(arg) for arg in args])
    named = [word for task in tasks for word in ("--task", task)]
    on_path = ["--cwd-on-path"] if os.path.basename(sys.argv[0]) == "__main__.py" else []
    command = [sys.executable, "-I", "-m", "pytest_agentgates", "run", *named, *own, *on_path, "--", *pytest_args]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execv(sys.executable, command)  # noqa: S606 - our own interpreter, with arguments as a list
    from pytest_agentgates.run_tool import run_attached

    os._exit(run_attached(command))


def _split(args: list[str]) -> tuple[list[str], list[str]]:
    """Part pytest's own arguments from ours; the tasks themselves are already known."""
    rest: list[str] = []
    own: list[str] = []
    words = iter(args)
    for word in words:
        name, equals, value = word.partition("=")
        if name in _WITH_VALUE:
            value = value if equals else next(words, "")
            own += [] if name == "--agent-task" else [name.replace("--agent-", "--"), value]
        elif word in _FLAGS:
            own.append(word.replace("--agent-", "--"))
        else:
            rest.append(word)
    return rest, own
