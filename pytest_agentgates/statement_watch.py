"""Writes down, in the tests' process, each SQL statement that a test executes; it decides nothing.

It also runs in foreign interpreters, so it needs only pytest and the standard library.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

import pytest

from pytest_agentgates.watch_drivers import install

MOST_STATEMENTS = 200_000
_LONGEST = 300_000
_DEEPEST = 200
_WORD = re.compile(r"\w+")


class StatementWatch:
    """One line for each distinct statement and place, in a file of this process."""

    def __init__(self, root: Path, plan: dict[str, Any]) -> None:
        self.root = f"{root}{os.sep}"
        self.file_name = plan["file"]
        self.judges_setup = bool(plan["setup"])
        self.columns = tuple(plan["columns"])
        self.exempting = tuple(word.encode() for word in plan["exempting"])
        self.test = ""
        self.tenants: tuple[str, ...] = ()
        self.seen: set[tuple[object, ...]] = set()
        self.plain: set[object] = set()
        self.paths: dict[str, str] = {}
        self.exempt: dict[str, bool] = {}
        self.lock = threading.Lock()
        self.file: TextIO | None = None
        self.process = 0

    def pytest_collectstart(self) -> None:
        """Take hold of the libraries that the project has imported by now."""
        install(self)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """Watch what fixtures do, where that is asked for."""
        return (yield from self._watched(item, self.judges_setup))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Watch the test."""
        return (yield from self._watched(item, is_on=True))

    def _watched(self, item: pytest.Item, is_on: bool) -> Generator[None, object, object]:
        mark = item.get_closest_marker("agent_tenant")
        self.tenants = tuple(str(tenant) for tenant in mark.args) if mark else ()
        install(self)
        self.plain.clear()
        self.test = item.nodeid if is_on else ""
        try:
            return (yield)
        finally:
            self.test = ""

    def pytest_unconfigure(self) -> None:
        """Close the record."""
        if self.file is not None:
            self.file.close()

    def is_noted(self, sql: object) -> bool:
        """Whether no test runs, or there is nothing more to learn of the statement in this test."""
        return not self.test or sql in self.plain

    def statement(self, sql: object, dialect: str, origin: str = "") -> None:
        """Note a statement that is about to be executed, once for each place that asks for it; never raises."""
        try:
            if self.is_noted(sql):
                return
            path, line = self._place()
            key = (sql, dialect, origin, path, line)
            if key not in self.seen:
                text = sql.decode("utf-8", "replace") if isinstance(sql, bytes) else _encodable(str(sql))
                facts = {"dialect": dialect, "origin": origin, "path": path, "line": line}
                self._note(key, kind="statement", sql=_shortened(text), **facts)
            if not origin and not self._may_be_exempt(path):  # else the same text may come from elsewhere, too
                self.plain.add(sql)
        except Exception:  # noqa: BLE001 - the tests' own statement goes on, whatever becomes of the note
            self._note(("lost", self.test), kind="lost")

    def row(self, table: str, column: str, value: object) -> None:
        """Note the tenant of a row that came to a test which says whose rows it expects."""
        if self.test and self.tenants and value is not None:
            key = (self.test, table, str(value))
            if key not in self.seen:
                self._note(key, kind="row", table=table, column=column, value=str(value), active=self.tenants)

    def failed(self, library: str, error: Exception) -> None:
        """Note that the statements of a library are not seen."""
        self._note(("failed", library), kind="failed", library=library, error=f"{type(error).__name__}: {error}")

    def _note(self, key: tuple[object, ...], **facts: object) -> None:
        with self.lock:
            if self.file is None or self.process != os.getpid():  # a forked process writes for itself
                self.process = os.getpid()
                self.file = open(f"{self.file_name}-{self.process}.jsonl", "a", encoding="utf-8")  # noqa: SIM115 - open for the whole session
            if len(self.seen) < MOST_STATEMENTS:
                self.seen.add(key)
            self.file.write(json.dumps({"test": self.test, **facts}) + "\n")
            self.file.flush()

    def _place(self) -> tuple[str, int]:
        """The nearest frame that lies in the project, of this greenlet or of those that wait for it."""
        for frame in _frames():
            path = self._path_of(frame.f_code.co_filename)
            if path:
                return path, frame.f_lineno
        return "", 0

    def _path_of(self, name: str) -> str:
        """The path of a file below the root; "" for others and for installed packages."""
        if name not in self.paths:
            full = name if name.startswith("<") else os.path.abspath(name)
            is_own = full.startswith(self.root) and "site-packages" not in full
            self.paths[name] = full[len(self.root) :].replace(os.sep, "/") if is_own else ""
        return self.paths[name]

    def _may_be_exempt(self, path: str) -> bool:
        """Whether a function of the file may be one whose statements are not judged."""
        if path and path not in self.exempt:
            with open(f"{self.root}{path}", "rb") as file:
                content = file.read()
            self.exempt[path] = any(word in content for word in self.exempting)
        return self.exempt.get(path, False)


def _encodable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def _shortened(text: str) -> str:
    """Of what is far too long to be judged, the beginning, and the names in the rest: they say whether it matters."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]} {' '.join(dict.fromkeys(_WORD.findall(text, _LONGEST)))}"


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(3)  # noqa: SLF001 - the way that logging finds its caller as well
    for _ in range(_DEEPEST):
        if frame is None:
            break
        yield frame
        frame = frame.f_back
    module = sys.modules.get("greenlet")
    waiting = module.getcurrent().parent if module else None
    while waiting is not None:
        frame = waiting.gr_frame
        while frame is not None:
            yield frame
            frame = frame.f_back
        waiting = waiting.parent
