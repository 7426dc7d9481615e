"""Sees in the tests' processes what the reports do not tell, and writes it to a file of its own; it decides nothing.

It also runs in foreign interpreters, so it needs only pytest and the standard library.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import unittest
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from pytest_agentgates.canary import run_canary
from pytest_agentgates.clean_start import installed_places, is_below
from pytest_agentgates.watched_internals import WatchedInternals, code_file

_INSTALLED = installed_places()
_OURS = os.path.dirname(os.path.realpath(__file__))
_NO_CALLS = ("collectonly", "setuponly", "setupplan")
Watching = Generator[None, object, object]


class Witness:
    """Keeps how each phase ended before a report was made of it, and looks at what could change reports."""

    def __init__(self, start: str) -> None:
        self.internals = WatchedInternals()
        self.folder = Path(start).parent
        self.file = open(f"{start}-{secrets.token_hex(8)}.jsonl", "ab", buffering=0)  # noqa: SIM115 - for the session
        self.harmless = (pytest.skip.Exception, pytest.xfail.Exception, pytest.exit.Exception, unittest.SkipTest)
        self.function = pytest.Function
        self.called = False
        self.muted = False
        self.named: set[str] = set()
        self.write("session")

    def write(self, kind: str, **facts: object) -> None:
        """Append one line at once, so that nothing is lost when the process dies."""
        self.file.write(json.dumps({"kind": kind, **facts}).encode() + b"\n")

    def close(self) -> None:
        """Nothing more will be written."""
        self.file.close()

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Watching:
        """Watch the innermost part of the setup."""
        return (yield from self._watch(item, "setup"))

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Watching:
        """Watch the innermost part of the call."""
        self.called = type(item) is not self.function
        return (yield from self._watch(item, "call"))

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Watching:
        """Watch the innermost part of the teardown."""
        return (yield from self._watch(item, "teardown"))

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Watching:
        """Note that the test function is reached, and what it raises itself."""
        self.called = True
        try:
            return (yield)
        except BaseException as error:
            self._note(pyfuncitem, "call", error)
            raise

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Look around before the first test and after the last."""
        self._look_around(session.config)
        self._try_canary(session)
        result = yield
        self._try_canary(session)
        self._look_around(session.config)
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Look once more when every other plugin has had its say."""
        result = yield
        self._look_around(session.config)
        return result

    def _watch(self, item: pytest.Item, when: str) -> Watching:
        try:
            result = yield
        except BaseException as error:
            self._end(item, when, error)
            raise
        self._end(item, when, _kept_by_unittest(item))
        return result

    def _end(self, item: pytest.Item, when: str, error: BaseException | None) -> None:
        if self.muted:
            return
        if error is not None and not isinstance(error, self.harmless):
            self._note(item, when, error)
        if when == "call":
            self.write("call", id=item.nodeid, called=self.called)
            self._name_replaced(self.internals.replaced_now())

    def _note(self, item: pytest.Item, when: str, error: BaseException) -> None:
        """Write down an exception once, however many levels it passes."""
        if self.muted or isinstance(error, self.harmless) or getattr(error, "_agentgates_seen", "") == when:
            return
        with contextlib.suppress(AttributeError):  # an exception that takes no marks is written down again
            error._agentgates_seen = when  # type: ignore[attr-defined]  # noqa: SLF001 - a mark of our own
        self.write("raised", id=item.nodeid, when=when, by=type(error).__name__)

    def _try_canary(self, session: pytest.Session) -> None:
        """Only between tests: in the middle of one its setup would be torn apart."""
        modules = (item.getparent(pytest.Module) for item in session.items)
        module = next(filter(None, modules), None)
        idle = not session._setupstate.stack  # noqa: SLF001 - pytest has no public name for it
        if module is None and session.items:
            self.write("canary", failed=None)  # tests of other kinds, such as doctests, have no place for it
        if module is None or not idle or any(session.config.getoption(name, False) for name in _NO_CALLS):
            return
        self.muted = True
        try:
            self.write("canary", failed=run_canary(module, self.folder, _installed_plugins(session.config)))
        except Exception as error:  # noqa: BLE001 - whatever keeps it from running must be told
            self.write("problem", what=f"the test that must fail could not be run: {type(error).__name__}: {error}")
        finally:
            self.muted = False

    def _look_around(self, config: pytest.Config) -> None:
        self._name_replaced(self.internals.replaced())
        for plugin in config.pluginmanager.get_plugins():
            for path, hooks in _hooks_by_file(config, plugin).items():
                self.write("hooks", plugin=str(config.pluginmanager.get_name(plugin)), path=path, hooks=sorted(hooks))

    def _name_replaced(self, found: list[tuple[str, str]]) -> None:
        for name, path in found:
            if name not in self.named and not (path and _is_installed(path)):
                self.named.add(name)
                self.write("replaced", name=name, path=os.path.realpath(path) if path else "")


def _kept_by_unittest(item: pytest.Item) -> BaseException | None:
    """What a TestCase raised: unittest keeps it for pytest instead of passing it on."""
    kept = getattr(item, "_excinfo", None)
    return kept[-1].value if kept else None


def _installed_plugins(config: pytest.Config) -> list[object]:
    """The plugins of others that are installed; pytest's own, ours and the project's are not among them."""
    manager = config.pluginmanager
    found = []
    for plugin in manager.get_plugins():
        name = str(getattr(plugin, "__name__", type(plugin).__module__))
        if not name.startswith(("_pytest.", "pytest_agentgates.")) and not _hooks_by_file(config, plugin):
            found.append(plugin)
    return found


def _hooks_by_file(config: pytest.Config, plugin: Any) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for caller in config.pluginmanager.get_hookcallers(plugin) or ():
        for implementation in caller.get_hookimpls():
            path = code_file(implementation.function)
            if implementation.plugin is plugin and path and not _is_installed(path):
                found.setdefault(os.path.realpath(path), set()).add(caller.name)
    return found


def _is_installed(path: str) -> bool:
    """Whether a file belongs to the interpreter, to an installed package (which may be a link), or to us."""
    places = (os.path.abspath(path), os.path.realpath(path))
    return any(is_below(full, place) for full in places for place in (*_INSTALLED, _OURS))
