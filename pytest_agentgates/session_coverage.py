"""Keeps our measuring and the user's own pytest-cov apart, inside the tests' pytest.

It also runs in foreign interpreters, so it needs only the standard library, and coverage where it is there.
"""

from __future__ import annotations

import argparse
import atexit
import os
import sys
from pathlib import Path
from typing import Any

PYTEST_COV_DATA = "pytest-cov.data"

_CORES = {"CTracer": "ctrace", "SysMonitor": "sysmon", "PyTracer": "pytrace"}


def prepare(options: argparse.Namespace, wanted_branch: bool) -> None:
    """Step back in this process where the user's own pytest-cov is about to start.

    Must be called before pytest-cov's own `pytest_load_initial_conftests`, in xdist's workers as well.
    """
    own = _own_coverage()
    if not _is_active(options):
        if own is not None:
            # Code under test that makes a Coverage of its own tells ours not to save itself.
            atexit.register(own.save)
        return
    if own is not None:
        _stop(own)
    _make_fit(options, wanted_branch)


def collect(config: Any, folder: Path) -> None:
    """Save what this process measured, and copy pytest-cov's combined data into `folder`.

    Does nothing for what does not measure here; call it when pytest-cov's session has ended.
    """
    own = _own_coverage()
    controller = getattr(config.pluginmanager.getplugin("_cov"), "cov_controller", None)
    if controller is None:
        if own is not None:
            own.save()
        return
    if hasattr(config, "workerinput"):
        return
    from coverage import CoverageData

    copy = CoverageData(str(folder / PYTEST_COV_DATA))
    copy.update(controller.cov.get_data())
    copy.write()


def core_name() -> str:
    """The core that measures this process at the moment, empty where none does.

    Ask before the session ends: pytest-cov's own measuring is over by then.
    """
    if "coverage" not in sys.modules:
        return ""
    from coverage import Coverage

    current = Coverage.current()
    if current is None:
        return ""
    name = str(dict(current.sys_info()).get("core", ""))
    return _CORES.get(name, name)


def _own_coverage() -> Any:
    """The Coverage that the interpreter's start began, None where it began none."""
    if "coverage" not in sys.modules:
        return None
    import coverage

    return getattr(coverage.process_startup, "coverage", None)


def _is_active(options: argparse.Namespace) -> bool:
    """Whether pytest-cov will measure; it has no such option where it is not installed."""
    return bool(getattr(options, "cov_source", None)) and not getattr(options, "no_cov", False)


def _stop(own: Any) -> None:
    """End our measuring in this process; what it starts is still measured."""
    own.stop()
    own.save()
    ours = os.environ.get("COVERAGE_PROCESS_START")
    if ours and os.environ.get("COVERAGE_RCFILE") == ours:
        # Set for multiprocessing by coverage itself; pytest-cov would take our rcfile for the project's.
        del os.environ["COVERAGE_RCFILE"]


def _make_fit(options: argparse.Namespace, wanted_branch: bool) -> None:
    if wanted_branch:
        options.cov_branch = True
    # The tests of a task are a part of the suite: the floors judge, not the suite's total.
    options.cov_fail_under = 0
    # Data of earlier runs says nothing about this one.
    options.cov_append = False
