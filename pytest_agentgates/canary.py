"""A test that must fail, run in the way of every other one; one that does not shows that failures are hidden.

It runs in the tests' interpreter, so it needs only pytest and the standard library.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import _pytest.assertion.rewrite
import _pytest.fixtures
import _pytest.runner
import pytest


def run_canary(module: pytest.Module, folder: Path, without: Sequence[object]) -> bool:
    """Whether the canary failed as it must; it belongs to `module`, and nothing is left set up after it.

    The plugins `without` have no part in it: an installed plugin may rely on what it does before each test.
    """
    item = _make_item(module, folder)

    def hook(name: str, **arguments: object) -> Any:
        caller = module.config.pluginmanager.subset_hook_caller(name, remove_plugins=without)
        return caller(item=item, **arguments)

    hook("pytest_runtest_setup")
    try:
        call = _pytest.runner.CallInfo.from_call(lambda: hook("pytest_runtest_call"), when="call")
        report = hook("pytest_runtest_makereport", call=call)
    finally:
        hook("pytest_runtest_teardown", nextitem=None)
    return bool(report.failed) and call.excinfo is not None


def _make_item(module: pytest.Module, folder: Path) -> pytest.Function:
    """A function of a name that no one can know, without fixtures, in a file that is rewritten as tests are."""
    name, number = f"test_{secrets.token_hex(4)}", secrets.randbelow(1000)
    path = folder / f"{name}_file.py"
    path.write_text(f"def {name}():\n    found = {number}\n    assert found == {number + 1}\n", encoding="utf-8")
    namespace: dict[str, Any] = {"__name__": path.stem, "__file__": str(path)}
    exec(_compiled(path, module.config), namespace)  # noqa: S102 - three lines of our own
    path.unlink()
    nothing = _pytest.fixtures.FuncFixtureInfo((), (), [], {})
    item: pytest.Function = pytest.Function.from_parent(module, name=name, callobj=namespace[name], fixtureinfo=nothing)
    return item


def _compiled(path: Path, config: pytest.Config) -> Any:
    """The code as pytest's rewriting makes it of a test file, where it does rewrite."""
    if config.getoption("assertmode", "rewrite") != "rewrite":
        return compile(path.read_bytes(), str(path), "exec")
    return _pytest.assertion.rewrite._rewrite_test(path, config)[1]  # noqa: SLF001 - the very thing to be tried
