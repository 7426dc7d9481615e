"""What decides outcomes inside pytest, remembered before any code of the project runs.

It runs in the tests' interpreter, so it needs only the standard library and what pytest has imported.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType, MethodType, ModuleType
from typing import Any

MODULES = (
    "_pytest._code.code",
    "_pytest.assertion",
    "_pytest.assertion.rewrite",
    "_pytest.assertion.util",
    "_pytest.config",
    "_pytest.fixtures",
    "_pytest.main",
    "_pytest.mark.structures",
    "_pytest.nodes",
    "_pytest.outcomes",
    "_pytest.python",
    "_pytest.python_api",
    "_pytest.raises",
    "_pytest.reports",
    "_pytest.runner",
    "_pytest.skipping",
    "_pytest.subtests",
    "_pytest.unittest",
    "pluggy._caller",
    "pluggy._callers",
    "pluggy._execution",
    "pluggy._hooks",
    "pluggy._manager",
    "pluggy._result",
    "unittest.case",
)
# Looked at after every test; the rest at the beginning and the end.
_CRITICAL = (
    "_pytest.runner.CallInfo.",
    "_pytest.runner.call_and_report",
    "_pytest.runner.pytest_runtest_",
    "_pytest.runner.runtestprotocol",
    "_pytest.reports.TestReport.from_item_and_call",
    "_pytest.python.Function.runtest",
    "_pytest.python.pytest_pyfunc_call",
    "_pytest.skipping.pytest_runtest_makereport",
    "_pytest.unittest.TestCaseFunction.",
    "pluggy._callers._multicall",
    "pluggy._execution._multicall",
    "pluggy._hooks.HookCaller.__call__",
    "builtins.AssertionError",
    "builtins.Exception",
    "builtins.BaseException",
)
_BUILTIN_FUNCTIONS = ("all", "any", "compile", "exec", "getattr", "hasattr", "isinstance", "issubclass", "len", "type")

Entry = tuple[str, Mapping[str, Any], str, Any, Any]


class WatchedInternals:
    """The objects that decide, as they were; what takes their place later is named."""

    __slots__ = ("_critical", "_every")

    def __init__(self) -> None:
        modules = [module for name in MODULES if isinstance(module := sys.modules.get(name), ModuleType)]
        entries = [entry for module in modules for entry in _of_module(module)]
        entries += _of_builtins()
        self._every = tuple(entries)
        self._critical = tuple(entry for entry in entries if entry[0].startswith(_CRITICAL))

    def replaced(self) -> list[tuple[str, str]]:
        """What is another object than it was, and the file that the new one comes from."""
        return list(_replaced(self._every))

    def replaced_now(self) -> list[tuple[str, str]]:
        """The same of the few that are worth a look after every test."""
        return list(_replaced(self._critical))


def code_file(value: Any) -> str:
    """The file of a function's code, empty for what has none."""
    value = getattr(value, "__func__", value)
    value = getattr(value, "fget", value)
    if isinstance(value, MethodType):
        value = value.__func__
    code = value if hasattr(value, "co_filename") else getattr(value, "__code__", None)
    return str(getattr(code, "co_filename", ""))


def _replaced(entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    for name, holder, key, value, code in entries:
        now = holder.get(key)
        if now is not value or _code(now) is not code:
            yield name, code_file(now)


def _code(value: Any) -> Any:
    """The code object, which can be exchanged inside a function that stays the same."""
    return getattr(getattr(value, "__func__", value), "__code__", None)


def _of_module(module: ModuleType) -> Iterator[Entry]:
    for key, value in list(vars(module).items()):
        if getattr(value, "__module__", None) != module.__name__ or not callable(value):
            continue
        yield _entry(f"{module.__name__}.{key}", vars(module), key, value)
        if isinstance(value, type):
            yield from _of_class(f"{module.__name__}.{key}", value)


def _of_class(name: str, kind: type) -> Iterator[Entry]:
    for key, value in list(vars(kind).items()):
        if isinstance(value, (FunctionType, classmethod, staticmethod, property)):
            yield _entry(f"{name}.{key}", vars(kind), key, value)


def _of_builtins() -> list[Entry]:
    table = vars(builtins)
    kinds = [key for key, value in table.items() if isinstance(value, type) and issubclass(value, BaseException)]
    return [_entry(f"builtins.{key}", table, key, table[key]) for key in (*kinds, *_BUILTIN_FUNCTIONS)]


def _entry(name: str, holder: Mapping[str, Any], key: str, value: Any) -> Entry:
    return name, holder, key, value, _code(value)
