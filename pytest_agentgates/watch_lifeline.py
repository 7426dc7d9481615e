"""Ends a process beside the tests when the process that started it is gone."""

from __future__ import annotations

import os
import sys
import threading

from pytest_agentgates.run_tool import terminate_all


def watch_lifeline() -> None:
    """Watch standard input in the background; at its end stop every running tool, and this process."""
    threading.Thread(target=_wait_for_end, daemon=True).start()


def _wait_for_end() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    terminate_all()
    os._exit(2)
