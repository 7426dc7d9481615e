"""What pytest reports of a phase of a test, as plain data; it needs only pytest and the standard library."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

_TRACE_LIMIT = 6000


def phase_of(report: pytest.TestReport) -> dict[str, Any]:
    """One report as plain data; only what differs from a clean pass takes room."""
    is_subtest = hasattr(report, "context")
    phase: dict[str, Any] = {
        "when": "subtest" if is_subtest else report.when,
        "outcome": report.outcome,
        "ms": round(report.duration * 1000, 3),
    }
    if report.when == "setup":
        phase["start"] = round(getattr(report, "start", time.time()) * 1000)
        phase["line"] = (report.location[1] or 0) + 1
    if hasattr(report, "wasxfail"):
        phase["xfail"] = str(report.wasxfail)
    if report.outcome == "skipped":
        phase["reason"] = _skip_reason(report)
    elif report.outcome != "passed":
        phase["failure"] = failure_of(report, str(report.when))
    return phase


def failure_of(report: pytest.TestReport | pytest.CollectReport, phase: str) -> dict[str, Any]:
    """Exception type, message and place of a failure, with the end of its traceback."""
    text = report.longreprtext
    crash = getattr(report.longrepr, "reprcrash", None)
    message = crash.message if crash else (text.strip().splitlines() or [""])[-1].removeprefix("E").strip()
    return {
        "phase": phase,
        "exception": _exception_name(text, message),
        "message": message[:_TRACE_LIMIT],
        "path": str(crash.path) if crash else str(getattr(report, "fspath", "") or report.nodeid),
        "line": crash.lineno if crash else 0,
        "trace": text[-_TRACE_LIMIT:],
    }


def _skip_reason(report: pytest.TestReport) -> str:
    """Why a test was skipped, in its author's words."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return str(getattr(report, "wasxfail", ""))


def _exception_name(text: str, message: str) -> str:
    """The exception's type, from the traceback's last line or the message."""
    if last := re.search(r":\d+: ([\w.]+)\s*$", text):
        return last.group(1)
    if first := re.match(r"([A-Za-z_][\w.]*)(:|$)", message):
        return first.group(1)
    return "AssertionError" if message.startswith("assert") else ""
