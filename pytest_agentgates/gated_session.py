"""The pytest hooks of a gated run: they write down what happens and decide nothing.

It also runs in foreign interpreters, so it needs only pytest, the standard library and `core`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, TextIO

import pytest

from pytest_agentgates.clean_start import PLUGINS
from pytest_agentgates.core.node_ids import belongs
from pytest_agentgates.phase_facts import failure_of, phase_of
from pytest_agentgates.witness import Witness

NARROWING = {
    "keyword": "-k",
    "markexpr": "-m",
    "deselect": "--deselect",
    "lf": "--last-failed",
    "stepwise": "--stepwise",
    "maxfail": "-x or --maxfail",
    "collectonly": "--collect-only",
    "setuponly": "--setup-only",
    "setupplan": "--setup-plan",
    "showfixtures": "--fixtures",
    "show_fixtures_per_test": "--fixtures-per-test",
    "markers": "--markers",
    "cacheshow": "--cache-show",
    "ignore": "--ignore",
    "ignore_glob": "--ignore-glob",
}
_PLAN = pytest.StashKey[dict[str, Any]]()
_WITNESS = pytest.StashKey[Witness]()


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Take the referee's plan, and load the plugins that a clean run has found to be trustworthy."""
    for name in filter(None, os.environ.get(PLUGINS, "").split(",")):
        pluginmanager.load_setuptools_entrypoints("pytest11", name=name)
    parser.addoption("--agent-session", default="", dest="agent_session", help=argparse.SUPPRESS)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Make room for the user's own pytest-cov before it starts; leave marks of how far pytest came."""
    options = early_config.known_args_namespace
    plan = json.loads(Path(options.agent_session).read_text(encoding="utf-8"))
    early_config.stash[_PLAN] = plan
    if plan["coverage"]:
        from pytest_agentgates.session_coverage import prepare

        prepare(options, plan["coverage"]["branch"])
    early_config.stash[_WITNESS] = Witness(plan["witness"])  # before any code of the project runs
    if plan["clean"] and plan["clean"]["cwd"]:
        sys.path.insert(0, plan["clean"]["cwd"])
    claim = Path(plan["claim"])
    claim.with_suffix(".loading").touch()
    result = yield
    claim.with_suffix(".loaded").touch()
    return result


def pytest_configure(config: pytest.Config) -> None:
    """Start the record; xdist's workers report through their controller."""
    plan = config.stash[_PLAN]
    if not config.pluginmanager.hasplugin("agentgates"):  # a foreign interpreter has only this module
        config.addinivalue_line("markers", "agent_task(id, ...): the task or tasks that this test belongs to")
    config.pluginmanager.register(config.stash[_WITNESS], "agentgates_witness")
    config.pluginmanager.register(TaskNames(plan["tasks"]), "agentgates_task_names")
    if plan["backwards"]:
        config.pluginmanager.register(Backwards(), "agentgates_backwards")
    if plan["watch"]:
        from pytest_agentgates.statement_watch import StatementWatch

        config.addinivalue_line("markers", "agent_tenant(id, ...): the tenants whose rows the test may see")
        config.pluginmanager.register(StatementWatch(config.rootpath, plan["watch"]), "agentgates_statements")
    if plan["coverage"]:
        config.pluginmanager.register(CoverageKeeper(Path(plan["coverage"]["folder"])), "agentgates_coverage")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(config, plan), "agentgates_recorder")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close what the witness writes to, before the interpreter warns of an open file."""
    config.stash[_WITNESS].close()


class TaskNames:
    """Gives each item the property `task`, so that JUnit reports name it."""

    def __init__(self, tasks: dict[str, list[str]]) -> None:
        self.tasks = tasks

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Name the tasks whose arguments lead to the item."""
        for task, arguments in self.tasks.items():
            if any(belongs(item.nodeid, argument) for argument in arguments):
                item.user_properties.append(("task", task))


class Backwards:
    """Turns the order of the tests round."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """The last test comes first."""
        items.reverse()


class CoverageKeeper:
    """Saves what each process measured, after pytest-cov has combined its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Take over the data when every other plugin has had its say."""
        from pytest_agentgates.session_coverage import collect

        result = yield
        collect(session.config, self.folder)
        return result


class Recorder:
    """Writes one line of JSON per fact, in the process that sees all reports."""

    def __init__(self, config: pytest.Config, plan: dict[str, Any]) -> None:
        self.file: TextIO = open(plan["claim"], "a", encoding="utf-8")  # noqa: SIM115 - open for the whole session
        self.open_tests: dict[str, list[dict[str, Any]]] = {}
        self.collected: dict[str, None] = {}
        self.deselected: set[str] = set()
        core = measuring_core() if plan["coverage"] else ""
        self.write("start", python=platform.python_version(), pytest=pytest.__version__, core=core)
        self.write("narrowed", by=narrowing(config, plan["arguments"]))

    def write(self, kind: str, **facts: object) -> None:
        """Append one line."""
        self.file.write(json.dumps({"kind": kind, **facts}) + "\n")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what could not be collected."""
        if report.failed:
            self.write("collect_error", failure=failure_of(report, "collect"))

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Note what was left out."""
        self.deselected.update(item.nodeid for item in items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what was collected, when there are no workers."""
        self.collected.update(dict.fromkeys(item.nodeid for item in session.items))
        self.write_collected()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Note what a worker collected."""
        self.collected.update(dict.fromkeys(ids))
        self.write_collected()

    def write_collected(self) -> None:
        """Write the union of what was collected so far, and how many were left out."""
        everything = {**self.collected, **dict.fromkeys(self.deselected)}
        self.write("collected", ids=list(everything), deselected=len(self.deselected))
        self.file.flush()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the phases of a test together."""
        self.open_tests.setdefault(report.nodeid, []).append(phase_of(report))

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Write a test down when all its phases are over."""
        self.write_test(nodeid)

    def write_test(self, nodeid: str) -> None:
        """Write one test with all phases seen so far."""
        phases = self.open_tests.pop(nodeid, None)
        if phases:
            self.write("test", id=nodeid, phases=phases)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that the run was stopped, and by what."""
        self.write("stopped", by=excinfo.typename, message=str(excinfo.value))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> Generator[None, object, object]:
        """Write what is left, and the end, when every other plugin has had its say."""
        result = yield
        for nodeid in list(self.open_tests):
            self.write_test(nodeid)
        self.write("end", status=int(exitstatus))
        self.file.flush()
        return result

    def pytest_unconfigure(self) -> None:
        """Close the record."""
        self.file.close()


def measuring_core() -> str:
    """The coverage core at work; it can only be asked while it measures."""
    from pytest_agentgates.session_coverage import core_name

    return core_name()


def narrowing(config: pytest.Config, arguments: Sequence[str]) -> list[str]:
    """Every option and path that may keep tests of the task from running."""
    found = [flag for name, flag in NARROWING.items() if config.getoption(name, None)]
    found += [f"path {word}" for word in config.args if word not in arguments]
    found += [f"not asked for: {word}" for word in arguments if word not in config.args]
    return found
