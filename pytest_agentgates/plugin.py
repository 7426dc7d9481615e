"""pytest's entry point: the options, and the door to a gated run.

PYTEST_DONT_REWRITE: there is nothing to rewrite, and every run of pytest would pay for it.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest


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
        from pytest_agentgates.hand_over import hand_over

        hand_over(list(early_config.invocation_params.args), options.agent_task)
    return (yield)
