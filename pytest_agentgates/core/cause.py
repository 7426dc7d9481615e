"""The suspected cause of a failing test, with the line of evidence that led to it."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_agentgates.core.cause_signs import ASSERTED, ASSERTIONS, BACKEND, TIMEOUTS, Table
from pytest_agentgates.core.frontend_signs import FRONTEND
from pytest_agentgates.core.outcomes import Failure

UNKNOWN = "unknown"
FRONTEND_LAYER = "infrastructure_frontend"
_LONGEST = 300


def suspect(failure: Failure, layer: str) -> tuple[str, str]:
    """The suspected cause and the line that points to it; `unknown` and no line rather than a guess.

    The causes are those of the layer; of both ends where the layer is not known.
    """
    raised = _raised_lines(failure)
    asserted = failure.exception.rpartition(".")[2] == "AssertionError"
    causes = ASSERTED if asserted and layer != FRONTEND_LAYER else _causes(layer) + TIMEOUTS
    found = _first(causes, raised + _error_lines(failure.trace))
    return found or _first(ASSERTIONS, raised) or (UNKNOWN, "")


def _causes(layer: str) -> Table:
    if layer == FRONTEND_LAYER:
        return FRONTEND
    return BACKEND if layer else BACKEND + FRONTEND


def _raised_lines(failure: Failure) -> list[str]:
    """What was raised, as a traceback ends: the type before the first line of the message."""
    message = failure.message.strip()
    named = message.partition(":")[0].rpartition(".")[2]
    if failure.exception and named != failure.exception.rpartition(".")[2]:
        message = f"{failure.exception}: {message}" if message else failure.exception
    return message.splitlines()


def _error_lines(trace: str) -> list[str]:
    """The lines of a pytest traceback that tell of an error, never those that quote code; the last first."""
    return [line[1:].strip() for line in reversed(trace.splitlines()) if line.startswith("E ")]


def _first(table: Table, lines: Sequence[str]) -> tuple[str, str] | None:
    for cause, signs in table:
        for sign in signs:
            words = sign.split(" & ")
            for line in lines:
                if all(word in line for word in words):
                    return cause, line.strip()[:_LONGEST]
    return None
