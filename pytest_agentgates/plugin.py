"""pytest's entry point: the options, and the door to a gated run."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Sequence

import pytest

_WITH_VALUE = ("--agent-task", "--agent-name", "--agent-base")
_FLAGS = ("--agent-no-update", "--agent-in-place")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a gated run."""
    group = parser.getgroup("agentgates", "agentgates: is the task done?")
    group.addoption(
        "--agent-task",
        action="append",
        default=[],
        dest="agent_task",
        metavar="ID",
        help="judge this task: run its tests and gates, write the evidence, move its status; "
        "repeatable; auto: from AGENT_TASK or the branch",
    )
    group.addoption("--agent-name", default="", dest="agent_name", metavar="NAME", help="the agent that works")
    group.addoption(
        "--agent-base", default="", dest="agent_base", metavar="REV", help="measure changes against this revision"
    )
    group.addoption(
        "--agent-no-update", action="store_true", dest="agent_no_update", help="judge, but leave the task as it is"
    )
    group.addoption(
        "--agent-in-place", action="store_true", dest="agent_in_place", help="judge the files where they lie"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, so that strict markers accept it in every run."""
    config.addinivalue_line("markers", "agent_task(id, ...): the task or tasks that this test belongs to")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Hand over to the referee before any conftest is imported and before output is captured."""
    options = early_config.known_args_namespace
    if options.agent_task and not getattr(options, "agent_session", ""):
        _hand_over(list(early_config.invocation_params.args), options.agent_task)
    return (yield)


def _hand_over(args: Sequence[str | os.PathLike[str]], tasks: Sequence[str]) -> None:
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
